#include "core/adam.h"

#include "core/matrix.h"
#include "core/simd.h"

#include <math.h>
#include <stdbool.h>

void vib_adam_begin(struct vib_adam *adam, const struct vib_params *params, double lr, uint64_t t) {
    double step = (double)t;
    double correction =
        sqrt(1.0 - pow(params->adam_beta2, step)) / (1.0 - pow(params->adam_beta1, step));
    adam->rate = (float)(lr * correction);
    const double d = params->average_decay;
    adam->beta1 = (float)params->adam_beta1;
    adam->rest1 = (float)(1.0 - params->adam_beta1); /* 1 - 0.999f would be off by 5e-5 */
    adam->beta2 = (float)params->adam_beta2;
    adam->rest2 = (float)(1.0 - params->adam_beta2);
    adam->epsilon = (float)params->adam_epsilon;
    adam->old = (float)(d * d);
    adam->before = (float)(d * (1.0 - d));
    adam->now = (float)(1.0 - d);
    adam->pair_ends = t % 2 == 0;
}

/* Adam's step on one parameter: the new weight. */
VIB_INLINE float step(const struct vib_adam *adam, float g, float w, float *m, float *v) {
    float first = adam->beta1 * *m + adam->rest1 * g;
    float second = adam->beta2 * *v + adam->rest2 * g * g;
    *m = first;
    *v = second;
    return w - adam->rate * first / (sqrtf(second) + adam->epsilon);
}

/* ... and what follows from it: the new weight, which is also returned. */
VIB_INLINE float update_one(const struct vib_adam *adam, float g, float *w, float *m, float *v,
                            float *a, bool average) {
    const float weight = step(adam, g, *w, m, v);
    if (average)
        *a = adam->old * *a + (adam->before * *w + adam->now * weight);
    *w = weight;
    return weight;
}

/* a is not touched without an average. */
VIB_INLINE void update(const struct vib_adam *adam, size_t n, const float *restrict g,
                       float *restrict w, float *restrict m, float *restrict v, float *restrict a,
                       bool average) {
    for (size_t i = 0; i < n; i++)
        update_one(adam, g[i], &w[i], &m[i], &v[i], &a[i], average);
}

/* Two rows, and their weights as bfloat16 pairs: rounding is hidden behind square roots and
 * divisions, which have a unit of their own in the processor. */
VIB_INLINE void update_pair(const struct vib_adam *adam, size_t columns, const float *restrict g,
                            float *restrict w, float *restrict m, float *restrict v,
                            float *restrict a, uint32_t *restrict pairs, bool average) {
    for (size_t i = 0; i < columns; i++) {
        const size_t j = columns + i;
        const float first = update_one(adam, g[i], &w[i], &m[i], &v[i], &a[i], average);
        const float second = update_one(adam, g[j], &w[j], &m[j], &v[j], &a[j], average);
        pairs[i] = (uint32_t)vib_narrow(first) | (uint32_t)vib_narrow(second) << 16;
    }
}

/* Parameters from `at` on. */
VIB_MULTIVERSION
static void update_span(const struct vib_adam *shared, size_t at, size_t n, const float *g) {
    const struct vib_adam adam = *shared; /* a copy, which no store to w can change */
    float *w = adam.w + at, *m = adam.m + at, *v = adam.v + at, *a = adam.a + at;
    if (adam.pair_ends)
        update(&adam, n, g, w, m, v, a, true);
    else
        update(&adam, n, g, w, m, v, a, false);
}

/* Whole pairs of rows of a block of full width, which the compiler knows here. */
VIB_MULTIVERSION
static void update_block(const struct vib_adam *shared, size_t at, size_t rows, const float *g) {
    const struct vib_adam adam = *shared;
    for (size_t i = 0; i < rows * VIB_BLOCK; i += 2 * VIB_BLOCK) {
        float *w = adam.w + at + i, *m = adam.m + at + i, *v = adam.v + at + i,
              *a = adam.a + at + i;
        uint32_t *pairs = (uint32_t *)(void *)(adam.w16 + at + i);
        if (adam.pair_ends)
            update_pair(&adam, VIB_BLOCK, g + i, w, m, v, a, pairs, true);
        else
            update_pair(&adam, VIB_BLOCK, g + i, w, m, v, a, pairs, false);
    }
}

void vib_adam_apply(void *context, const struct vib_gradient *gradient) {
    const struct vib_adam *adam = context;
    const size_t at = gradient->offset, rows = gradient->rows, columns = gradient->columns;
    const bool narrow = adam->w16 != NULL && gradient->in_blocks;
    const size_t paired = narrow && columns == VIB_BLOCK ? rows - rows % 2 : 0;
    if (paired > 0)
        update_block(adam, at, paired, gradient->values);
    const size_t rest = at + paired * columns, left = rows - paired;
    update_span(adam, rest, left * columns, gradient->values + paired * columns);
    if (narrow)
        vib_block_narrow(adam->w + rest, left, columns, adam->w16 + rest);
}

static void fetch(const void *x, size_t bytes) {
    enum { LINE = 64 };
    for (size_t i = 0; i < bytes; i += LINE) /* into the second-level cache: the first is full */
        __builtin_prefetch((const unsigned char *)x + i, 0, 2);
}

void vib_adam_expect(void *context, size_t offset, size_t count) {
    const struct vib_adam *adam = context;
    fetch(adam->w + offset, count * sizeof *adam->w);
    fetch(adam->m + offset, count * sizeof *adam->m);
    fetch(adam->v + offset, count * sizeof *adam->v);
    if (adam->pair_ends)
        fetch(adam->a + offset, count * sizeof *adam->a);
    if (adam->w16 != NULL)
        fetch(adam->w16 + offset, count * sizeof *adam->w16);
}

VIB_MULTIVERSION
static void blend(const float *restrict x, float x_share, const float *restrict y, float y_share,
                  size_t n, float *restrict out) {
    for (size_t i = 0; i < n; i++)
        out[i] = x_share * x[i] + y_share * y[i];
}

void vib_adam_average(const struct vib_adam *adam, double decay, uint64_t t, size_t n, float *out) {
    double debias = 1.0 / (1.0 - pow(decay, (double)t));
    bool pending = t % 2 == 1; /* a stands at step t - 1 */
    blend(adam->a, (float)((pending ? decay : 1.0) * debias), adam->w,
          (float)((pending ? 1.0 - decay : 0.0) * debias), n, out);
}
