/* I(Z;X) over the batch itself, without a marginal r(z): the upper bound of Kolchinsky & Tracey
 * 2017 by the divergences of all pairs, as the nonlinear information bottleneck minimises it
 * (Kolchinsky, Tracey & Wolpert 2019); nats:
 *
 *   compression_i = -ln 1/B sum_j exp(-D_ij),   D_ij = KL[p(z|x_i) || p(z|x_j)]
 *     D_ij = sum_k ln s_jk / s_ik - 1/2 + 1/2 [s_ik^2 + (mu_ik - mu_jk)^2] / s_jk^2
 *
 * It is never above ln B. With w_ij = exp(-D_ij) / sum_l exp(-D_il), the gradient of the sum over i
 * is sum_ij w_ij dD_ij, and
 *
 *   dD_ij/dmu_i = (mu_i - mu_j) / s_j^2 = -dD_ij/dmu_j    dD_ij/ds_i = s_i / s_j^2 - 1 / s_i
 *   dD_ij/ds_j = 1 / s_j - [s_i^2 + (mu_i - mu_j)^2] / s_j^3
 *
 * For diagonal covariances. */
#include "core/objective.h"
#include "core/simd.h"

#include <math.h>
#include <string.h>

/* Sums in LANES partial sums of double, so that the order does not depend on the vector length. */
enum { LANES = 16 };

static double weight(const struct vib_params *params) {
    return params->beta;
}

VIB_INLINE float divergence_term(float mu_i, float s_i, float mu_j, float s_j) {
    const float inverse = 1.0f / s_j, ratio = s_i * inverse, u = (mu_i - mu_j) * inverse;
    return 0.5f * (ratio * ratio + u * u - 1.0f) - vib_logf(ratio);
}

VIB_MULTIVERSION
static double pairwise_divergence(const float *restrict mu_i, const float *restrict s_i,
                                  const float *restrict mu_j, const float *restrict s_j, size_t K) {
    double sums[LANES] = {0}, total = 0.0;
    size_t k = 0;
    for (; k + LANES <= K; k += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += (double)divergence_term(mu_i[k + lane], s_i[k + lane], mu_j[k + lane],
                                                  s_j[k + lane]);
    for (size_t lane = 0; k < K; k++, lane++)
        sums[lane] += (double)divergence_term(mu_i[k], s_i[k], mu_j[k], s_j[k]);
    for (size_t lane = 0; lane < LANES; lane++)
        total += sums[lane];
    return total;
}

/* Measured with a batch of 100 at K = 256. */
static double flops(const struct vib_params *params) {
    return 45.0 * (double)params->batch * (double)params->K;
}

static size_t scratch(const struct vib_objective *o) {
    (void)o;
    return 1;
}

/* divergence [rows] = D_ij of one i; returns ln sum_j exp(-D_ij), in which D_ii = 0. */
static double divergences(const struct vib_objective *o, const struct vib_objective_batch *batch,
                          size_t i, double *divergence) {
    const size_t K = o->posterior.K, H = vib_posterior_head_size(&o->posterior);
    double sum = 0.0;
    for (size_t j = 0; j < batch->rows; j++) {
        divergence[j] = pairwise_divergence(batch->head + i * H, batch->factor + i * K,
                                            batch->head + j * H, batch->factor + j * K, K);
        sum += exp(-divergence[j]);
    }
    return log(sum);
}

static void forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                    double *nats) {
    for (size_t i = 0; i < batch->rows; i++)
        nats[i] = log((double)batch->rows) - divergences(o, batch, i, batch->scratch);
}

/* Adds w dD_ij to the gradients of both codes, [mu | s]. */
VIB_MULTIVERSION
static void pairwise_gradient(const float *restrict mu_i, const float *restrict s_i,
                              const float *restrict mu_j, const float *restrict s_j, float w,
                              size_t K, float *restrict d_i, float *restrict d_j) {
    for (size_t k = 0; k < K; k++) {
        const float inverse = 1.0f / s_j[k], u = (mu_i[k] - mu_j[k]) * inverse;
        const float ratio = s_i[k] * inverse;
        d_i[k] += w * u * inverse;
        d_j[k] -= w * u * inverse;
        d_i[K + k] += w * (ratio * inverse - 1.0f / s_i[k]);
        d_j[K + k] += w * (1.0f - ratio * ratio - u * u) * inverse;
    }
}

static void backward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                     float scaled_weight, float *dcode, float *dz, float *down) {
    const size_t K = o->posterior.K, H = vib_posterior_head_size(&o->posterior);
    (void)scaled_weight;
    (void)dz;
    (void)down;
    memset(dcode, 0, batch->rows * 2 * K * sizeof *dcode);
    for (size_t i = 0; i < batch->rows; i++) {
        const double total = divergences(o, batch, i, batch->scratch);
        for (size_t j = 0; j < batch->rows; j++) {
            const float w = (float)exp(-batch->scratch[j] - total);
            if (j != i && w > 0.0f) /* D_ii is 0 whatever the code */
                pairwise_gradient(batch->head + i * H, batch->factor + i * K, batch->head + j * H,
                                  batch->factor + j * K, w, K, dcode + i * 2 * K,
                                  dcode + j * 2 * K);
        }
    }
}

const struct vib_compression vib_compression_pairwise = {.weight = weight,
                                                         .of_batch = true,
                                                         .flops = flops,
                                                         .scratch = scratch,
                                                         .forward = forward,
                                                         .backward = backward};
