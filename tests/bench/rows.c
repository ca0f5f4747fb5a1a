#include "tests/bench/rows.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int add_as(struct report *report, struct report_row row, const char *name,
                  const char *unit) {
    snprintf(row.name, sizeof row.name, "%s", name);
    snprintf(row.unit, sizeof row.unit, "%s", unit);
    return report_add_row(report, &row);
}

/* A row with one number for each team, NaN for none. */
static int add_numbers(struct report *report, const char *section, const char *name,
                       const char *unit, double one, double all) {
    struct report_row row = {.one = no_figure, .all = no_figure, .scaling = (double)NAN};
    snprintf(row.section, sizeof row.section, "%s", section);
    row.one.median = one;
    row.all.median = all;
    return add_as(report, row, name, unit);
}

static int add_rates(struct report *report, const struct plan *plan, size_t from, size_t to) {
    int rc = VIB_OK;
    for (size_t i = from; i < to && rc == VIB_OK; i++) {
        const struct report_row row = plan_rate_row(plan, i, report->threads);
        rc = report_add_row(report, &row);
    }
    return rc;
}

static int add_training(struct report *report, const struct plan *plan, const struct model *model) {
    const size_t threads = report->threads;
    const double batch = (double)model->steps.params.batch;
    const double gflop = 1e-9 * batch * vib_network_step_flops(&model->net);
    int rc = add_rates(report, plan, model->i_training, model->i_update + 1);
    if (rc == VIB_OK)
        rc = add_as(report, plan_time_row(plan, model->i_training, threads, 1e3 * batch), "a step",
                    "ms");
    if (rc == VIB_OK)
        rc = add_as(report, plan_time_row(plan, model->i_products, threads, 1e3 * gflop),
                    "its products alone", "ms");
    if (rc == VIB_OK)
        rc = add_as(report, plan_time_row(plan, model->i_update, threads, 1e3),
                    "its update of the weights alone", "ms");
    return rc;
}

struct job_times {
    double training_s, evaluation_s, estimates_s; /* of a whole job on one of the team's threads */
};

static struct job_times job_times(const struct plan *plan, const struct model *model, int team,
                                  double threads) {
    const struct vib_params *params = &model->steps.params;
    const struct vib_split *split = model->steps.data->split;
    const double epochs = (double)params->epochs;
    const double train = (double)split[VIB_TRAIN].n, test = (double)split[VIB_TEST].n;
    const double evaluations = ceil(epochs / (double)params->eval_every);
    struct job_times t;
    t.training_s = threads * epochs * train / series_median(&plan->series[model->i_training], team);
    t.evaluation_s = threads * evaluations * (train + test) /
                     series_median(&plan->series[model->i_evaluation], team);
    t.estimates_s = threads * VIB_SPLITS / series_median(&plan->series[model->i_estimates], team);
    return t;
}

/* Of a job's training and evaluations, per cent. */
static double evaluation_share(const struct plan *plan, const struct model *model, int team) {
    const struct job_times t = job_times(plan, model, team, 1.0);
    return 100.0 * t.evaluation_s / (t.training_s + t.evaluation_s);
}

/* The series of one K, and what they mean for both splits. */
static int add_evaluation_of(struct report *report, const struct plan *plan,
                             const struct model *model) {
    const struct vib_split *split = model->steps.data->split;
    const double examples = (double)split[VIB_TRAIN].n + (double)split[VIB_TEST].n;
    const size_t K = model->steps.params.K;
    char name[64];
    int rc = add_rates(report, plan, model->i_evaluation, model->i_evaluation + 1);
    snprintf(name, sizeof name, "K = %zu, an evaluation of both splits", K);
    if (rc == VIB_OK)
        rc = add_as(report, plan_time_row(plan, model->i_evaluation, report->threads, examples),
                    name, "s");
    snprintf(name, sizeof name, "K = %zu, estimates of I(Z;X), both splits", K);
    if (rc == VIB_OK)
        rc = add_as(report, plan_time_row(plan, model->i_estimates, report->threads, VIB_SPLITS),
                    name, "s");
    return rc;
}

static int add_job(struct report *report, const struct plan *plan, const struct model *model) {
    const size_t epochs = model->steps.params.epochs;
    const struct job_times one = job_times(plan, model, SERIES_ONE, 1.0);
    const struct job_times all = job_times(plan, model, SERIES_ALL, (double)report->threads);
    char section[80];
    snprintf(section, sizeof section, "A job of %zu epochs on MNIST: %s", epochs, model->name);
    int rc = add_numbers(report, section, "training", "s", one.training_s, all.training_s);
    if (rc == VIB_OK)
        rc = add_numbers(report, section, "evaluations", "s", one.evaluation_s, all.evaluation_s);
    if (rc == VIB_OK)
        rc = add_numbers(report, section, "share of evaluations in both", "%",
                         evaluation_share(plan, model, SERIES_ONE),
                         evaluation_share(plan, model, SERIES_ALL));
    if (rc == VIB_OK)
        rc = add_numbers(report, section, "final estimates of I(Z;X)", "s", one.estimates_s,
                         all.estimates_s);
    return rc;
}

static int add_evaluation(struct report *report, const struct plan *plan) {
    int rc = VIB_OK;
    for (size_t m = 0; m < plan->n_models && rc == VIB_OK; m++)
        if (plan->model[m].steps.params.precision == VIB_F32)
            rc = add_evaluation_of(report, plan, &plan->model[m]);
    for (size_t m = 0; m < plan->n_models && rc == VIB_OK; m++)
        rc = add_job(report, plan, &plan->model[m]);
    return rc;
}

static int add_singles(struct report *report, const struct singles *s) {
    static const char section[] = "The program";
    const double none = (double)NAN;
    int rc = add_numbers(report, section, "loading MNIST", "s", s->load_s, none);
    if (rc == VIB_OK)
        rc = add_numbers(report, section, "largest memory, MNIST K = 256", "MB", s->memory_one_mb,
                         s->memory_all_mb);
    if (rc == VIB_OK)
        rc = add_numbers(report, section, "100,000 jobs that do nothing", "jobs/s", none,
                         OVERHEAD_JOBS / s->overhead.sweep_s);
    if (rc == VIB_OK)
        rc = add_numbers(report, section, "resuming them when all are done", "s", none,
                         s->overhead.resume_s);
    return rc;
}

static int add_scaling_of(struct report *report, const struct plan *plan, size_t i,
                          const char *name) {
    const struct report_row row = plan_rate_row(plan, i, report->threads);
    return add_numbers(report, "All threads over as many times one", name, "%", (double)NAN,
                       100.0 * row.scaling);
}

/* The scaling of whole steps beside that of what they are made of and share, once more. */
static int add_scaling(struct report *report, const struct plan *plan) {
    int rc = VIB_OK;
    for (size_t i = 0; i < plan->model[0].i_training && rc == VIB_OK; i++)
        rc = add_scaling_of(report, plan, i, plan->entry[i].name);
    for (size_t m = 0; m < plan->n_models && rc == VIB_OK; m++) {
        const struct model *model = &plan->model[m];
        const size_t series[] = {model->i_products, model->i_update, model->i_training};
        static const char *const names[] = {"products alone", "update alone", "whole steps"};
        char name[sizeof model->name + 32];
        for (size_t i = 0; i < 3 && rc == VIB_OK; i++) {
            snprintf(name, sizeof name, "%s: %s", model->name, names[i]);
            rc = add_scaling_of(report, plan, series[i], name);
        }
    }
    return rc;
}

static int add_target(struct report *report, const char *what, const char *name, const char *unit,
                      bool at_least, double bound, double measured) {
    struct report_target target = {.at_least = at_least, .bound = bound, .measured = measured};
    snprintf(target.name, sizeof target.name, "%s%s%s", name, *name == '\0' ? "" : ": ", what);
    snprintf(target.unit, sizeof target.unit, "%s", unit);
    return report_add_target(report, &target);
}

static int add_model_targets(struct report *report, const struct plan *plan,
                             const struct model *model) {
    const struct report_row row = plan_rate_row(plan, model->i_training, report->threads);
    const double share = model->steps.params.precision == VIB_F32 ? 75.0 : 60.0;
    int rc = add_target(report, "share of the peak", model->name, "%", true, share,
                        100.0 * row.all.of_peak);
    if (rc == VIB_OK)
        rc = add_target(report, "scaling", model->name, "%", true, 95.0, 100.0 * row.scaling);
    if (rc == VIB_OK)
        rc = add_target(report, "evaluation's share", model->name, "%", false, 5.0,
                        evaluation_share(plan, model, SERIES_ALL));
    return rc;
}

static int add_single_targets(struct report *report, const struct singles *s) {
    const double threads = (double)report->threads;
    int rc = add_target(report, "loading MNIST", "", "s", false, 1.0, s->load_s);
    if (rc == VIB_OK)
        rc = add_target(report, "memory, one thread", "", "MB", false, 120.0 + 60.0,
                        s->memory_one_mb);
    if (rc == VIB_OK)
        rc = add_target(report, "memory, all threads", "", "MB", false, 120.0 + 60.0 * threads,
                        s->memory_all_mb);
    if (rc == VIB_OK)
        rc = add_target(report, "jobs that do nothing", "", "jobs/s", true, 10000.0,
                        OVERHEAD_JOBS / s->overhead.sweep_s);
    if (rc == VIB_OK)
        rc = add_target(report, "resuming", "", "s", false, 2.0, s->overhead.resume_s);
    return rc;
}

int rows_add(struct report *report, const struct plan *plan, const struct singles *singles) {
    report->busy_one = series_mean_busy(plan->series, plan->n_series, SERIES_ONE);
    report->busy_all = series_mean_busy(plan->series, plan->n_series, SERIES_ALL);
    int rc = add_rates(report, plan, 0, plan->model[0].i_training); /* peaks, memory */
    for (size_t m = 0; m < plan->n_models && rc == VIB_OK; m++)
        rc = add_training(report, plan, &plan->model[m]);
    if (rc == VIB_OK)
        rc = add_rates(report, plan, plan->i_shapes, plan->n_series); /* single products */
    if (rc == VIB_OK)
        rc = add_evaluation(report, plan);
    if (rc == VIB_OK)
        rc = add_singles(report, singles);
    if (rc == VIB_OK && report->threads > 1)
        rc = add_scaling(report, plan);
    for (size_t m = 0; m < plan->n_models && rc == VIB_OK; m++)
        rc = add_model_targets(report, plan, &plan->model[m]);
    if (rc == VIB_OK)
        rc = add_single_targets(report, singles);
    return rc;
}
