#include "tests/bench/bandwidth.h"

#include "core/memory.h"
#include "tests/bench/record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARRAYS = 3, LEAST_BYTES = 96 << 20, CACHES = 4 };

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

static int triad_start(const void *context, const struct worker *worker, void **state,
                       struct vib_error *err) {
    (void)worker;
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
    return (struct workload){"triad",   {"bytes_per_s"}, triad_describe, triad_start,
                             triad_run, triad_finish,    elements};
}
