#include "tests/bench/update.h"

#include "core/adam.h"
#include "core/memory.h"
#include "tests/bench/record.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 128 * 1024 };

struct updater {
    const struct model *model;
    struct vib_adam adam;
    float *vectors, *gradient;
    uint64_t t;
};

static void finish(void *state) {
    struct updater *u = state;
    free(u->vectors);
    free(u->gradient);
    free(u->adam.w16);
    free(u);
}

static int run(void *state, double *work, struct vib_error *err) {
    (void)err;
    struct updater *u = state;
    const struct vib_params *params = &u->model->params;
    const size_t n = u->model->net.n_params;
    /* Two, since the average is brought up to date in every second one. */
    for (int i = 0; i < 2; i++) {
        vib_adam_begin(&u->adam, params, params->lr, ++u->t);
        for (size_t at = 0; at < n; at += BLOCK)
            vib_adam_apply(&u->adam, at, n - at < BLOCK ? n - at : BLOCK, u->gradient);
    }
    *work = 2.0;
    return VIB_OK;
}

static int start(const void *context, const struct worker *worker, void **state,
                 struct vib_error *err) {
    (void)worker;
    const struct model *model = context;
    const size_t n = model->net.n_params;
    const bool narrow = model->params.precision == VIB_BF16;
    double work;
    struct updater *u = calloc(1, sizeof *u);
    if (u == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    u->model = model;
    u->vectors = vib_memory_new(4 * n * sizeof *u->vectors);
    u->gradient = vib_memory_new(BLOCK * sizeof *u->gradient);
    if (narrow)
        u->adam.w16 = vib_memory_new(n * sizeof *u->adam.w16);
    if (u->vectors == NULL || u->gradient == NULL || (narrow && u->adam.w16 == NULL)) {
        finish(u);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the update");
    }
    memset(u->vectors, 0, 4 * n * sizeof *u->vectors);
    for (size_t i = 0; i < BLOCK; i++)
        u->gradient[i] = 1e-3f;
    u->adam.w = u->vectors;
    u->adam.m = u->vectors + n;
    u->adam.v = u->vectors + 2 * n;
    u->adam.a = u->vectors + 3 * n;
    *state = u;
    return run(u, &work, err);
}

static void describe(const void *context, FILE *out) {
    const struct model *model = context;
    model_describe(model, out);
    record_number(out, "parameters", (double)model->net.n_params);
    record_number(out, "bytes", update_bytes(model));
}

/* Per parameter, each of 4 bytes: w, m and v are read and written, in every second step a, too. The
 * bfloat16 copy is written, of 2 bytes, for which its lines are read. The gradient comes from the
 * cache. */
double update_bytes(const struct model *model) {
    const double every_step = 3.0 * (4.0 + 4.0), every_second = (4.0 + 4.0) / 2.0;
    const double copy = model->params.precision == VIB_BF16 ? 2.0 + 2.0 : 0.0;
    return (every_step + every_second + copy) * (double)model->net.n_params;
}

struct workload update_workload(const struct model *model) {
    return (struct workload){"update", {"updates_per_s"}, describe, start, run, finish, model};
}
