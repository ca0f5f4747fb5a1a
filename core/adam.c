#include "core/adam.h"

#include "core/elementwise.h"
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

VIB_MULTIVERSION
static void update(const struct vib_adam *shared, size_t n, const float *restrict g,
                   float *restrict w, float *restrict m, float *restrict v) {
    const struct vib_adam adam = *shared; /* a copy, which no store to w can change */
    for (size_t i = 0; i < n; i++)
        w[i] = step(&adam, g[i], w[i], &m[i], &v[i]);
}

VIB_MULTIVERSION
static void update_average(const struct vib_adam *shared, size_t n, const float *restrict g,
                           float *restrict w, float *restrict m, float *restrict v,
                           float *restrict a) {
    const struct vib_adam adam = *shared;
    for (size_t i = 0; i < n; i++) {
        float weight = step(&adam, g[i], w[i], &m[i], &v[i]);
        a[i] = adam.old * a[i] + (adam.before * w[i] + adam.now * weight);
        w[i] = weight;
    }
}

void vib_adam_apply(void *context, size_t offset, size_t count, const float *gradient) {
    const struct vib_adam *adam = context;
    float *w = adam->w + offset, *m = adam->m + offset, *v = adam->v + offset;
    if (adam->pair_ends)
        update_average(adam, count, gradient, w, m, v, adam->a + offset);
    else
        update(adam, count, gradient, w, m, v);
    if (adam->w16 != NULL)
        vib_to_bf16(adam->w + offset, count, adam->w16 + offset);
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
