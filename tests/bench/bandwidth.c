#include "tests/bench/bandwidth.h"

#include "core/adam.h"
#include "core/memory.h"
#include "tests/bench/record.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARRAYS = 3, LEAST_BYTES = 96 << 20, CACHES = 4, BLOCK = 128 * 1024 };

size_t triad_elements(void) {
    size_t bytes = LEAST_BYTES;
#ifdef _SC_LEVEL3_CACHE_SIZE
    const long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    if (cache > 0 && (size_t)cache > bytes / CACHES)
        bytes = CACHES * (size_t)cache;
#endif
    return bytes / ARRAYS / sizeof(float);
}

struct triad {
    size_t n;
    float *a, *b, *c;
};

static void triad_finish(void *state) {
    struct triad *t = state;
    free(t->a);
    free(t->b);
    free(t->c);
    free(t);
}

static int triad_run(void *state, double *work, struct vib_error *err) {
    (void)err;
    const struct triad *t = state;
    float *restrict a = t->a;
    const float *restrict b = t->b, *restrict c = t->c;
    for (size_t i = 0; i < t->n; i++)
        a[i] = b[i] + 3.0f * c[i];
    *work = (double)t->n * ARRAYS * sizeof(float);
    return VIB_OK;
}

static int triad_start(const void *context, size_t thread, void **state, struct vib_error *err) {
    (void)thread;
    double work;
    struct triad *t = calloc(1, sizeof *t);
    if (t == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    t->n = *(const size_t *)context;
    t->a = vib_memory_new(t->n * sizeof *t->a);
    t->b = vib_memory_new(t->n * sizeof *t->b);
    t->c = vib_memory_new(t->n * sizeof *t->c);
    if (t->a == NULL || t->b == NULL || t->c == NULL) {
        triad_finish(t);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the triad");
    }
    memset(t->b, 0, t->n * sizeof *t->b);
    memset(t->c, 0, t->n * sizeof *t->c);
    *state = t;
    return triad_run(t, &work, err);
}

static void triad_describe(const void *context, FILE *out) {
    record_number(out, "elements", (double)*(const size_t *)context);
}

struct workload triad_workload(const size_t *elements) {
    return (struct workload){"triad",   "bytes_per_s", triad_describe, triad_start,
                             triad_run, triad_finish,  elements};
}

struct updater {
    const struct model *model;
    struct vib_adam adam;
    float *vectors, *gradient;
    uint64_t t;
};

static void update_finish(void *state) {
    struct updater *u = state;
    free(u->vectors);
    free(u->gradient);
    free(u->adam.w16);
    free(u);
}

static int update_run(void *state, double *work, struct vib_error *err) {
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

static int update_start(const void *context, size_t thread, void **state, struct vib_error *err) {
    (void)thread;
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
        update_finish(u);
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
    return update_run(u, &work, err);
}

static void update_describe(const void *context, FILE *out) {
    const struct model *model = context;
    model_describe(model, out);
    record_number(out, "parameters", (double)model->net.n_params);
}

struct workload update_workload(const struct model *model) {
    return (struct workload){
        "update", "updates_per_s", update_describe, update_start, update_run, update_finish, model};
}
