/* The rate against r(z) = N(0, I), in nats and closed form:
 *
 *   KL[N(mu, L L^T) || N(0, I)] = 1/2 (|mu|^2 + |L|_F^2 - K) - sum_k ln L_kk
 *   d/dmu = mu     d/dL_kk = L_kk - 1 / L_kk     d/dL_kj = L_kj
 *
 * A point has none: 0. */
#include "core/objective.h"
#include "core/simd.h"

#include <string.h>

static double weight(const struct vib_params *params) {
    return params->beta;
}

/* Sums in LANES partial sums of double, so that the order does not depend on the vector length. */
VIB_MULTIVERSION
static double kl_row(const float *restrict mu, const float *restrict sigma, size_t K) {
    enum { LANES = 16 };
    double sums[LANES] = {0};
    size_t k = 0;
    for (; k + LANES <= K; k += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            float m = mu[k + lane], s = sigma[k + lane];
            sums[lane] += (double)(0.5f * (m * m + s * s - 1.0f) - vib_logf(s));
        }
    for (size_t lane = 0; k < K; k++, lane++)
        sums[lane] +=
            (double)(0.5f * (mu[k] * mu[k] + sigma[k] * sigma[k] - 1.0f) - vib_logf(sigma[k]));
    double total = 0.0;
    for (size_t lane = 0; lane < LANES; lane++)
        total += sums[lane];
    return total;
}

static void forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                    double *nats) {
    const struct vib_posterior *p = &o->posterior;
    const size_t K = p->K, F = vib_posterior_factor_size(p);
    const size_t H = vib_posterior_head_size(p);
    for (size_t i = 0; i < batch->rows; i++) {
        const float *row = batch->factor + i * F;
        nats[i] = p->kind == VIB_POSTERIOR_POINT ? 0.0 : kl_row(batch->head + i * H, row, K);
        for (size_t j = K; j < F; j++)
            nats[i] += 0.5 * (double)row[j] * (double)row[j];
    }
}

VIB_MULTIVERSION
static void kl_gradient_row(const float *restrict sigma, size_t K, float *restrict dsigma) {
    for (size_t k = 0; k < K; k++)
        dsigma[k] = sigma[k] - 1.0f / sigma[k];
}

static void backward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                     float scaled_weight, float *dcode, float *dz, float *down) {
    const struct vib_posterior *p = &o->posterior;
    const size_t K = p->K, F = vib_posterior_factor_size(p), C = K + F;
    const size_t H = vib_posterior_head_size(p);
    (void)scaled_weight;
    (void)dz;
    (void)down;
    if (p->kind == VIB_POSTERIOR_POINT)
        return;
    for (size_t i = 0; i < batch->rows; i++) {
        const float *row = batch->factor + i * F;
        float *out = dcode + i * C;
        memcpy(out, batch->head + i * H, K * sizeof *out);
        kl_gradient_row(row, K, out + K);
        memcpy(out + 2 * K, row + K, (F - K) * sizeof *out);
    }
}

const struct vib_compression vib_compression_standard = {
    .weight = weight, .forward = forward, .backward = backward};
