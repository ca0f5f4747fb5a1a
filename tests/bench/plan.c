#include "tests/bench/plan.h"

#include "core/gemm.h"
#include "tests/bench/peak.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Of a measurement: long enough to be well above the clock's grain and the threads' start. */
static const double LONG_S = 0.25, SHORT_S = 0.05;

static size_t add(struct plan *plan, const struct entry *entry, double scale,
                  struct workload workload) {
    assert(plan->n_series < MOST_SERIES);
    plan->series[plan->n_series] =
        (struct series){.workload = workload, .scale = scale, .seconds = LONG_S};
    plan->entry[plan->n_series] = *entry;
    return plan->n_series++;
}

static void add_resources(struct plan *plan) {
    struct entry entry = {.section = "Peak of multiply-adds", .unit = "GFLOP/s", .gflop = 1.0};
    for (size_t i = 0; i < n_peaks; i++) {
        if (!peaks[i].supported())
            continue;
        snprintf(entry.name, sizeof entry.name, "%s", peaks[i].name);
        entry.operands = peaks[i].operands;
        add(plan, &entry, 1e-9, peak_workload(&peaks[i]));
    }
    entry = (struct entry){.section = "Memory", .name = "triad a = b + s c", .unit = "GB/s"};
    add(plan, &entry, 1e-9, triad_workload());
}

static void init_model(struct model *model, const struct vib_params *defaults, size_t K,
                       enum vib_type precision, const struct vib_dataset *data) {
    snprintf(model->name, sizeof model->name, "%s K = %zu",
             precision == VIB_F32 ? "float32" : "bfloat16", K);
    struct vib_params params = *defaults;
    params.K = K;
    params.precision = precision;
    vib_network_init(&model->net, &params, data->dim, data->classes);
    model->steps = (struct steps){params, data};
    model->update = (struct update){params, model->net.n_params};
    model->products = (struct products){.params = params, .net = model->net};
    model->products.n = products_of_step(&model->net, model->products.list);
}

/* Whether a model before had this product: those of the same precision differ in K, and the decoder
 * is float32 in all. */
static bool known_shape(const struct plan *plan, const struct model *model, size_t layer) {
    const struct model *first = &plan->model[0];
    const enum vib_type precision = model->steps.params.precision;
    if (layer > model->net.n_hidden)
        return precision != first->steps.params.precision;
    return layer < model->net.n_hidden && model->steps.params.K != first->steps.params.K;
}

/* One product after the other. */
static void add_shapes(struct plan *plan, const struct model *model) {
    const struct vib_network *net = &model->net;
    struct entry entry = {.unit = "GFLOP/s", .gflop = 1.0};
    snprintf(entry.section, sizeof entry.section, "Products of a step, m x n x k: %s", model->name);
    for (size_t i = 0; i < model->products.n; i++) {
        const struct product *product = &model->products.list[i];
        if (known_shape(plan, model, product->layer))
            continue;
        struct products *shape = &plan->shape[plan->n_series];
        *shape = model->products;
        shape->n = 1;
        shape->list[0] = *product;
        product_name(net, model->steps.params.batch, product, entry.name, sizeof entry.name);
        entry.operands = product->layer > net->n_hidden ? VIB_F32 : model->steps.params.precision;
        plan->series[add(plan, &entry, 1e-9, products_workload(shape))].seconds = SHORT_S;
    }
}

static void add_model(struct plan *plan, struct model *model) {
    struct entry entry = {.operands = model->steps.params.precision};
    snprintf(entry.section, sizeof entry.section, "Training: %s", model->name);
    snprintf(entry.name, sizeof entry.name, "steps of %zu examples", model->steps.params.batch);
    entry.unit = "examples/s";
    entry.gflop = 1e-9 * vib_network_step_flops(&model->net);
    model->i_training = add(plan, &entry, 1.0, training_workload(&model->steps));
    snprintf(entry.name, sizeof entry.name, "the products of a step alone");
    entry.unit = "GFLOP/s";
    entry.gflop = 1.0;
    model->i_products = add(plan, &entry, 1e-9, products_workload(&model->products));
    snprintf(entry.name, sizeof entry.name, "the update of the weights alone");
    entry.unit = "updates/s";
    entry.gflop = 0.0;
    model->i_update = add(plan, &entry, 1.0, update_workload(&model->update));
}

/* The model before the m-th that has its K, or NULL. */
static const struct model *same_K(const struct plan *plan, size_t m) {
    for (size_t i = 0; i < m; i++)
        if (plan->model[i].steps.params.K == plan->model[m].steps.params.K)
            return &plan->model[i];
    return NULL;
}

static void add_evaluation(struct plan *plan, size_t m) {
    struct model *model = &plan->model[m];
    const struct model *other = same_K(plan, m);
    struct entry entry = {.section = "Evaluation", .unit = "examples/s"};
    if (other != NULL) {
        model->i_evaluation = other->i_evaluation;
        return;
    }
    snprintf(entry.name, sizeof entry.name, "K = %zu, %zu samples of z", model->steps.params.K,
             model->steps.params.eval_samples);
    model->i_evaluation = add(plan, &entry, 1.0, evaluation_workload(&model->steps));
}

/* Takes seconds each time. */
static void add_estimates(struct plan *plan, size_t m) {
    struct model *model = &plan->model[m];
    const struct model *other = same_K(plan, m);
    struct entry entry = {.section = "Evaluation", .unit = "splits/s"};
    if (other != NULL) {
        model->i_estimates = other->i_estimates;
        return;
    }
    snprintf(entry.name, sizeof entry.name, "K = %zu, final estimates of I(Z;X)",
             model->steps.params.K);
    model->i_estimates = add(plan, &entry, 1.0, estimates_workload(&model->steps));
    plan->series[model->i_estimates].once = true;
}

void plan_init(struct plan *plan, const struct vib_params *defaults,
               const struct vib_dataset *data) {
    static const enum vib_type types[] = {VIB_F32, VIB_BF16};
    static const size_t Ks[] = {256, 2};
    memset(plan, 0, sizeof *plan);
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (size_t k = 0; k < sizeof Ks / sizeof Ks[0]; k++)
            if (vib_gemm_supports(types[t]))
                init_model(&plan->model[plan->n_models++], defaults, Ks[k], types[t], data);
    add_resources(plan);
    for (size_t m = 0; m < plan->n_models; m++)
        add_model(plan, &plan->model[m]);
    for (size_t m = 0; m < plan->n_models; m++) {
        add_evaluation(plan, m);
        add_estimates(plan, m);
    }
    plan->i_shapes = plan->n_series;
    for (size_t m = 0; m < plan->n_models; m++)
        add_shapes(plan, &plan->model[m]);
}

double plan_peak(const struct plan *plan, enum vib_type operands, int team) {
    double peak = (double)NAN;
    size_t i = 0;
    for (size_t p = 0; p < n_peaks; p++) {
        if (!peaks[p].supported())
            continue;
        const double median = series_median(&plan->series[i++], team);
        if (peaks[p].operands == operands && !(median <= peak))
            peak = median;
    }
    return peak;
}

static struct figure rate_figure(const struct plan *plan, size_t i, int team) {
    const struct entry *entry = &plan->entry[i];
    struct figure figure = no_figure;
    figure.median = series_median(&plan->series[i], team);
    figure.best = series_best(&plan->series[i], team);
    if (entry->gflop > 0.0)
        figure.of_peak = figure.median * entry->gflop / plan_peak(plan, entry->operands, team);
    return figure;
}

static struct report_row empty_row(const struct entry *entry) {
    struct report_row row = {.scaling = (double)NAN};
    memcpy(row.section, entry->section, sizeof row.section);
    memcpy(row.name, entry->name, sizeof row.name);
    snprintf(row.unit, sizeof row.unit, "%s", entry->unit);
    return row;
}

struct report_row plan_rate_row(const struct plan *plan, size_t i, size_t threads) {
    struct report_row row = empty_row(&plan->entry[i]);
    row.one = rate_figure(plan, i, SERIES_ONE);
    row.all = rate_figure(plan, i, SERIES_ALL);
    row.scaling = row.all.median / ((double)threads * row.one.median);
    return row;
}

static struct figure time_figure(const struct series *series, int team, double amount) {
    struct figure figure = no_figure;
    figure.median = amount / series_median(series, team);
    figure.best = amount / series_best(series, team);
    return figure;
}

struct report_row plan_time_row(const struct plan *plan, size_t i, size_t threads, double amount) {
    struct report_row row = empty_row(&plan->entry[i]);
    row.one = time_figure(&plan->series[i], SERIES_ONE, amount);
    row.all = time_figure(&plan->series[i], SERIES_ALL, (double)threads * amount);
    return row;
}
