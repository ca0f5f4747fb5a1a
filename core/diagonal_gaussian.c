#include "core/diagonal_gaussian.h"

#include "core/simd.h"

#include <assert.h>

/* Sums in LANES partial sums of double, so that the order does not depend on the vector length. */
enum { LANES = 16 };

VIB_INLINE float kl_term(float mu, float s, float m, float t) {
    const float d = mu - m;
    return t - vib_logf(s) + 0.5f * ((d * d + s * s) * vib_expf(-2.0f * t) - 1.0f);
}

VIB_MULTIVERSION
static double diagonal_kl_row(const float *restrict mu, const float *restrict s,
                              const float *restrict m, const float *restrict t, size_t K) {
    double sums[LANES] = {0};
    size_t k = 0;
    for (; k + LANES <= K; k += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += (double)kl_term(mu[k + lane], s[k + lane], m[k + lane], t[k + lane]);
    for (size_t lane = 0; k < K; k++, lane++)
        sums[lane] += (double)kl_term(mu[k], s[k], m[k], t[k]);
    double total = 0.0;
    for (size_t lane = 0; lane < LANES; lane++)
        total += sums[lane];
    return total;
}

double vib_diagonal_kl(const struct vib_posterior *p, const float *mu, const float *factor,
                       const float *m, const float *t) {
    const size_t K = p->K;
    const float *lower = factor + K;
    double nats = diagonal_kl_row(mu, factor, m, t, K);
    assert(p->kind != VIB_POSTERIOR_POINT);
    for (size_t k = 1; p->kind == VIB_POSTERIOR_FULL && k < K; k++) {
        double squares = 0.0;
        for (size_t j = 0; j < k; j++, lower++)
            squares += (double)*lower * (double)*lower;
        nats += 0.5 * squares * (double)vib_expf(-2.0f * t[k]);
    }
    return nats;
}

VIB_MULTIVERSION
static void diagonal_kl_gradient_row(const float *restrict mu, const float *restrict s,
                                     const float *restrict m, const float *restrict t, float weight,
                                     size_t K, float *restrict dmu, float *restrict ds,
                                     float *restrict dm, float *restrict dt) {
    for (size_t k = 0; k < K; k++) {
        const float d = mu[k] - m[k], precision = vib_expf(-2.0f * t[k]);
        dmu[k] = d * precision;
        ds[k] = s[k] * precision - 1.0f / s[k];
        dm[k] -= weight * d * precision;
        dt[k] += weight * (1.0f - (d * d + s[k] * s[k]) * precision);
    }
}

void vib_diagonal_kl_backward(const struct vib_posterior *p, const float *mu, const float *factor,
                              const float *m, const float *t, float weight, float *dcode, float *dm,
                              float *dt) {
    const size_t K = p->K;
    const float *lower = factor + K;
    float *dlower = dcode + 2 * K;
    diagonal_kl_gradient_row(mu, factor, m, t, weight, K, dcode, dcode + K, dm, dt);
    for (size_t k = 1; p->kind == VIB_POSTERIOR_FULL && k < K; k++) {
        const float precision = vib_expf(-2.0f * t[k]);
        for (size_t j = 0; j < k; j++, lower++, dlower++) {
            *dlower = *lower * precision;
            dt[k] -= weight * *lower * *lower * precision;
        }
    }
}
