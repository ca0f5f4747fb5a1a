#include "core/adam.h"

#include "core/elementwise.h"
#include "core/simd.h"

#include <math.h>

void vib_adam_begin(struct vib_adam *adam, const struct vib_params *params, double lr, uint64_t t) {
    double step = (double)t;
    double correction =
        sqrt(1.0 - pow(params->adam_beta2, step)) / (1.0 - pow(params->adam_beta1, step));
    adam->rate = (float)(lr * correction);
    adam->beta1 = (float)params->adam_beta1;
    adam->beta2 = (float)params->adam_beta2;
    adam->epsilon = (float)params->adam_epsilon;
    adam->keep = (float)params->average_decay;
}

VIB_MULTIVERSION
static void update(const struct vib_adam *adam, size_t n, const float *restrict g,
                   float *restrict w, float *restrict m, float *restrict v, float *restrict a) {
    const float rate = adam->rate, beta1 = adam->beta1, beta2 = adam->beta2;
    const float epsilon = adam->epsilon, keep = adam->keep;
    for (size_t i = 0; i < n; i++) {
        float first = beta1 * m[i] + (1.0f - beta1) * g[i];
        float second = beta2 * v[i] + (1.0f - beta2) * g[i] * g[i];
        float weight = w[i] - rate * first / (sqrtf(second) + epsilon);
        m[i] = first;
        v[i] = second;
        w[i] = weight;
        a[i] = keep * a[i] + (1.0f - keep) * weight;
    }
}

void vib_adam_apply(void *context, size_t offset, size_t count, const float *gradient) {
    const struct vib_adam *adam = context;
    update(adam, count, gradient, adam->w + offset, adam->m + offset, adam->v + offset,
           adam->a + offset);
    if (adam->w16 != NULL)
        vib_to_bf16(adam->w + offset, count, adam->w16 + offset);
}

VIB_MULTIVERSION
static void scale(const float *restrict in, float factor, size_t n, float *restrict out) {
    for (size_t i = 0; i < n; i++)
        out[i] = factor * in[i];
}

void vib_adam_average(const struct vib_adam *adam, double decay, uint64_t t, size_t n, float *out) {
    scale(adam->a, (float)(1.0 / (1.0 - pow(decay, (double)t))), n, out);
}
