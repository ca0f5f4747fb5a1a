#include "tests/bench/plan.h"

#include "core/gemm.h"
#include "tests/bench/bandwidth.h"
#include "tests/bench/peak.h"
#include "tests/bench/record.h"
#include "tests/bench/steps.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static struct series *add(struct plan *plan, struct workload workload, double seconds) {
    assert(plan->n_series < MOST_SERIES);
    struct series *series = &plan->series[plan->n_series++];
    *series = (struct series){workload, seconds, plan->effort.rounds};
    return series;
}

static void add_machine(struct plan *plan) {
    const double seconds = plan->effort.seconds;
    for (size_t i = 0; i < n_peaks; i++)
        if (peaks[i].supported())
            add(plan, peak_workload(&peaks[i]), seconds);
    add(plan, triad_workload(&plan->effort.triad_elements), seconds);
}

static void add_training(struct plan *plan, const struct model *model) {
    add(plan, step_workload(model), plan->effort.seconds);
    add(plan, step_products_workload(model), plan->effort.seconds);
    add(plan, update_workload(model), plan->effort.seconds);
}

/* Both are float32 in any precision, so that one model of each K will do. Estimates take seconds
 * each time. */
static void add_evaluation(struct plan *plan, const struct model *model) {
    if (model->params.precision != VIB_F32)
        return;
    add(plan, evaluation_workload(model), plan->effort.seconds);
    add(plan, estimates_workload(model), plan->effort.seconds)->rounds = 1;
}

static bool known_product(const struct plan *plan, const struct product *product) {
    for (size_t i = 0; i < plan->n_products; i++)
        if (product_equal(&plan->product[i], product))
            return true;
    return false;
}

/* A single product takes a millisecond or less: a short time has many. */
static void add_products(struct plan *plan, const struct model *model) {
    struct product list[MOST_PRODUCTS];
    const size_t n = products_of_step(model, list);
    for (size_t i = 0; i < n; i++) {
        if (known_product(plan, &list[i]))
            continue;
        struct product *product = &plan->product[plan->n_products++];
        *product = list[i];
        add(plan, product_workload(product), plan->effort.seconds / 5.0);
    }
}

void plan_init(struct plan *plan, const struct vib_params *defaults, const struct vib_dataset *data,
               const struct effort *effort) {
    static const enum vib_type types[] = {VIB_F32, VIB_BF16};
    static const size_t Ks[] = {256, 2};
    memset(plan, 0, sizeof *plan);
    plan->effort = *effort;
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (size_t k = 0; k < sizeof Ks / sizeof Ks[0]; k++)
            if (vib_gemm_supports(types[t]))
                model_init(&plan->model[plan->n_models++], defaults, Ks[k], types[t], data);
    add_machine(plan);
    for (size_t m = 0; m < plan->n_models; m++)
        add_training(plan, &plan->model[m]);
    for (size_t m = 0; m < plan->n_models; m++)
        add_evaluation(plan, &plan->model[m]);
    for (size_t m = 0; m < plan->n_models; m++)
        add_products(plan, &plan->model[m]);
}

static int measure(const struct series *series, size_t threads, size_t round, FILE *out,
                   struct vib_error *err) {
    const struct workload *workload = &series->workload;
    struct team_result result;
    int rc = team_run(workload, threads, series->seconds, &result, err);
    if (rc != VIB_OK)
        return rc;
    record_open(out, workload->what);
    workload->describe(workload->context, out);
    record_number(out, "threads", (double)threads);
    record_number(out, "round", (double)round);
    record_number(out, "rounds", (double)series->rounds);
    record_number(out, workload->rate, result.rate);
    record_number(out, "busy", result.busy);
    return record_close(out, err);
}

int plan_measure(const struct plan *plan, size_t threads, FILE *out, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t round = 1; round <= plan->effort.rounds && rc == VIB_OK; round++) {
        fprintf(stderr, "bench: round %zu of %zu ...\n", round, plan->effort.rounds);
        for (size_t i = 0; i < plan->n_series && rc == VIB_OK; i++) {
            if (round > plan->series[i].rounds)
                continue;
            rc = measure(&plan->series[i], 1, round, out, err);
            if (rc == VIB_OK && threads > 1)
                rc = measure(&plan->series[i], threads, round, out, err);
        }
    }
    return rc;
}
