#include "core/sampled_rate.h"

#include <math.h>
#include <string.h>

static double squares(const float *x, size_t n) {
    double sum = 0.0;
    for (size_t k = 0; k < n; k++)
        sum += (double)x[k] * (double)x[k];
    return sum;
}

static double log_scale(const float *diagonal, size_t K) {
    double sum = 0.0;
    for (size_t k = 0; k < K; k++)
        sum += log((double)diagonal[k]);
    return sum;
}

void vib_sampled_rate(const struct vib_objective *o, const struct vib_objective_batch *batch,
                      const struct vib_diagonal_mixture *r, double *nats) {
    const size_t K = r->K, F = vib_posterior_factor_size(&o->posterior), S = batch->samples;
    vib_diagonal_mixture_joint(r, batch->z, batch->rows * S, batch->scratch);
    for (size_t i = 0; i < batch->rows; i++) {
        double sum = 0.0;
        for (size_t at = i * S; at < (i + 1) * S; at++)
            sum -= 0.5 * squares(batch->eps + at * K, K) +
                   vib_diagonal_mixture_total(batch->scratch + at * r->M, r->M);
        nats[i] = sum / (double)S - log_scale(batch->factor + i * F, K);
    }
}

void vib_sampled_rate_backward(const struct vib_objective *o,
                               const struct vib_objective_batch *batch,
                               const struct vib_diagonal_mixture *r, float weight, float *dcode,
                               float *dz, float own_weight,
                               const struct vib_diagonal_mixture_gradient *to) {
    const size_t K = r->K, F = vib_posterior_factor_size(&o->posterior), C = K + F;
    const size_t codes = batch->rows * batch->samples;
    const float share = 1.0f / (float)batch->samples;
    vib_diagonal_mixture_joint(r, batch->z, codes, batch->scratch);
    for (size_t at = 0; at < codes; at++)
        (void)vib_diagonal_mixture_total(batch->scratch + at * r->M, r->M);
    memset(dcode, 0, batch->rows * C * sizeof *dcode);
    for (size_t i = 0; i < batch->rows; i++)
        for (size_t k = 0; k < K; k++)
            dcode[i * C + K + k] = -1.0f / batch->factor[i * F + k];
    vib_diagonal_mixture_backward(r, batch->z, codes, batch->scratch, weight * share, dz,
                                  own_weight * share, to);
}
