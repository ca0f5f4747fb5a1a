#include "tests/bench/steps.h"

#include "core/trainer.h"
#include "tests/bench/record.h"

#include <stdlib.h>

struct state {
    const struct model *model;
    struct vib_trainer *trainer;
};

static void finish(void *state) {
    struct state *s = state;
    vib_trainer_free(s->trainer);
    free(s);
}

static int train(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    struct vib_progress before, after;
    vib_trainer_progress(s->trainer, &before);
    int rc = vib_trainer_advance(s->trainer, 1);
    vib_trainer_progress(s->trainer, &after);
    *work = (double)(after.examples - before.examples);
    return rc == VIB_OK ? rc : vib_error_set(err, rc, "a step failed: %s", vib_status_text(rc));
}

static int evaluate(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    struct vib_evaluation result;
    int rc = vib_trainer_evaluate(s->trainer, VIB_TEST, &result);
    *work = (double)s->model->data->split[VIB_TEST].n;
    return rc == VIB_OK ? rc : vib_error_set(err, rc, "evaluation failed: %s", vib_status_text(rc));
}

static int estimate(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    struct vib_information result;
    err->message[0] = '\0';
    int rc = vib_trainer_bounds(s->trainer, VIB_TEST, &result, err);
    *work = 1.0;
    if (rc != VIB_OK && err->message[0] == '\0')
        vib_error_set(err, rc, "estimating failed: %s", vib_status_text(rc));
    return rc;
}

static int start(const void *context, const struct worker *worker, void **state,
                 struct vib_error *err) {
    double work;
    struct state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    s->model = context;
    struct vib_params params = s->model->params;
    params.seed += worker->index;
    int rc = vib_trainer_new(&s->trainer, &params, s->model->data, NULL, worker->team, err);
    for (int i = 0; i < 4 && rc == VIB_OK; i++)
        rc = train(s, &work, err);
    if (rc != VIB_OK)
        finish(s);
    else
        *state = s;
    return rc;
}

static void describe_step(const void *context, FILE *out) {
    const struct model *model = context;
    model_describe(model, out);
    record_number(out, "batch", (double)model->params.batch);
    record_number(out, "flop", model_step_flops(model));
}

static void describe_evaluation(const void *context, FILE *out) {
    const struct model *model = context;
    model_describe(model, out);
    record_number(out, "samples", (double)model->params.eval_samples);
}

static void describe_estimates(const void *context, FILE *out) {
    model_describe(context, out);
}

struct workload step_workload(const struct model *model) {
    return (struct workload){"step", {"examples_per_s"}, describe_step, start, train, finish,
                             model};
}

struct workload evaluation_workload(const struct model *model) {
    return (struct workload){
        "evaluation", {"examples_per_s"}, describe_evaluation, start, evaluate, finish, model};
}

struct workload estimates_workload(const struct model *model) {
    return (struct workload){
        "estimates", {"splits_per_s"}, describe_estimates, start, estimate, finish, model};
}
