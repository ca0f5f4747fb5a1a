#include "tests/bench/plan.h"

#include "core/kernel.h"
#include "tests/bench/bandwidth.h"
#include "tests/bench/machine.h"
#include "tests/bench/peak.h"
#include "tests/bench/record.h"
#include "tests/bench/rounds.h"
#include "tests/bench/steps.h"
#include "tests/bench/update.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static struct series *add(struct plan *plan, struct workload workload, unsigned ways,
                          double seconds) {
    assert(plan->n_series < MOST_SERIES);
    struct series *series = &plan->series[plan->n_series++];
    *series = (struct series){workload, ways, seconds, plan->effort.rounds};
    return series;
}

static void add_machine(struct plan *plan) {
    const double seconds = plan->effort.seconds;
    for (size_t i = 0; i < n_peaks; i++)
        if (peaks[i].supported())
            add(plan, peak_workload(&peaks[i]), ALONE | SIDE_BY_SIDE, seconds);
    add(plan, triad_workload(&plan->effort.triad_elements), ALONE | SIDE_BY_SIDE, seconds);
    add(plan, empty_rounds_workload(), TEAM, seconds);
}

static void add_training(struct plan *plan, const struct model *model) {
    const double seconds = plan->effort.seconds;
    add(plan, step_workload(model), ALONE | SIDE_BY_SIDE | TEAM, seconds);
    add(plan, step_products_workload(model), ALONE | SIDE_BY_SIDE, seconds);
    add(plan, update_workload(model), ALONE | SIDE_BY_SIDE, seconds);
    add(plan, packing_workload(model), ALONE | SIDE_BY_SIDE, seconds / 5.0);
    add(plan, watched_steps_workload(model), ALONE, seconds / 2.0);
}

/* Both are float32 in any precision, so that one model of each K will do. Estimates take seconds
 * each time. */
static void add_evaluation(struct plan *plan, const struct model *model) {
    const unsigned ways = ALONE | SIDE_BY_SIDE | TEAM;
    if (model->params.precision != VIB_F32)
        return;
    add(plan, evaluation_workload(model), ways, plan->effort.seconds);
    add(plan, estimates_workload(model), ways, plan->effort.seconds)->rounds = 1;
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
        add(plan, product_workload(product), ALONE | SIDE_BY_SIDE, plan->effort.seconds / 5.0);
    }
}

void plan_init(struct plan *plan, const struct vib_params *defaults, const struct bench_data *data,
               const struct effort *effort) {
    static const enum vib_type types[] = {VIB_F32, VIB_BF16};
    memset(plan, 0, sizeof *plan);
    plan->effort = *effort;
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        if (!vib_kernel_supports(types[t]))
            continue;
        model_init(&plan->model[plan->n_models++], defaults, 256, types[t], data->usual);
        model_init(&plan->model[plan->n_models++], defaults, 2, types[t], data->usual);
        model_init(&plan->model[plan->n_models++], defaults, 256, types[t], data->wide);
    }
    add_machine(plan);
    for (size_t m = 0; m < plan->n_models; m++)
        add_training(plan, &plan->model[m]);
    for (size_t m = 0; m < plan->n_models; m++)
        if (plan->model[m].data == data->usual)
            add_evaluation(plan, &plan->model[m]);
    for (size_t m = 0; m < plan->n_models; m++)
        add_products(plan, &plan->model[m]);
}

static int measure(const struct series *series, const struct crowd *crowd, size_t round, FILE *out,
                   struct vib_error *err) {
    const struct workload *workload = &series->workload;
    struct measurement result;
    int rc = workload_run(workload, crowd, series->seconds, &result, err);
    if (rc != VIB_OK)
        return rc;
    record_open(out, workload->what);
    workload->describe(workload->context, out);
    record_number(out, "threads", (double)crowd->threads);
    record_number(out, "team", (double)crowd->team);
    record_number(out, "round", (double)round);
    record_number(out, "rounds", (double)series->rounds);
    for (size_t i = 0; i < MOST_RATES && workload->rate[i] != NULL; i++)
        record_number(out, workload->rate[i], result.rate[i]);
    record_number(out, "busy", result.busy);
    return record_close(out, err);
}

/* One way right after the other, since their ratios are what matters most. */
static int measure_ways(const struct series *series, size_t threads, size_t round, FILE *out,
                        struct vib_error *err) {
    const struct crowd alone = {1, 1}, side_by_side = {threads, 1}, team = {threads, threads};
    int rc = VIB_OK;
    if (series->ways & ALONE)
        rc = measure(series, &alone, round, out, err);
    if (rc == VIB_OK && threads > 1 && (series->ways & SIDE_BY_SIDE))
        rc = measure(series, &side_by_side, round, out, err);
    if (rc == VIB_OK && threads > 1 && (series->ways & TEAM))
        rc = measure(series, &team, round, out, err);
    return rc;
}

static int measure_round(const struct plan *plan, size_t threads, size_t round, FILE *out,
                         struct vib_error *err) {
    const double load = machine_load();
    struct machine_time start, end;
    int rc = VIB_OK;
    machine_time_now(&start);
    for (size_t i = 0; i < plan->n_series && rc == VIB_OK; i++)
        if (round <= plan->series[i].rounds)
            rc = measure_ways(&plan->series[i], threads, round, out, err);
    if (rc != VIB_OK)
        return rc;
    machine_time_now(&end);
    record_open(out, "round");
    record_number(out, "round", (double)round);
    record_number(out, "rounds", (double)plan->effort.rounds);
    record_number(out, "load_average", load);
    record_number(out, "others", machine_others(&start, &end));
    return record_close(out, err);
}

int plan_measure(const struct plan *plan, size_t threads, FILE *out, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t round = 1; round <= plan->effort.rounds && rc == VIB_OK; round++) {
        fprintf(stderr, "bench: round %zu of %zu ...\n", round, plan->effort.rounds);
        rc = measure_round(plan, threads, round, out, err);
    }
    return rc;
}
