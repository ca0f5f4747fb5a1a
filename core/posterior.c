#include "core/posterior.h"

#include "core/simd.h"

/* [A]'s shift, which starts the posterior narrow: softplus(-5) = 0.0067. */
static const float RHO_SHIFT = 5.0f;

VIB_MULTIVERSION
static void scale_row(const float *restrict rho, size_t K, float *restrict sigma) {
    for (size_t k = 0; k < K; k++)
        sigma[k] = vib_softplusf(rho[k] - RHO_SHIFT);
}

void vib_posterior_scale(const float *head, size_t rows, size_t K, float *sigma) {
    for (size_t i = 0; i < rows; i++)
        scale_row(head + i * 2 * K + K, K, sigma + i * K);
}

VIB_MULTIVERSION
static void sample_row(const float *restrict mu, const float *restrict sigma,
                       const float *restrict eps, size_t K, float *restrict z) {
    for (size_t k = 0; k < K; k++)
        z[k] = mu[k] + sigma[k] * eps[k];
}

void vib_posterior_sample(const float *head, const float *sigma, const float *eps, size_t rows,
                          size_t K, float *z) {
    for (size_t i = 0; i < rows; i++)
        sample_row(head + i * 2 * K, sigma + i * K, eps + i * K, K, z + i * K);
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

void vib_posterior_kl(const float *head, const float *sigma, size_t rows, size_t K, double *kl) {
    for (size_t i = 0; i < rows; i++)
        kl[i] = kl_row(head + i * 2 * K, sigma + i * K, K);
}

VIB_MULTIVERSION
static void backward_row(const float *restrict head, const float *restrict sigma,
                         const float *restrict eps, const float *restrict dz, float weight,
                         size_t K, float *restrict dhead) {
    for (size_t k = 0; k < K; k++)
        dhead[k] = dz[k] + weight * head[k];
    for (size_t k = 0; k < K; k++) {
        float s = sigma[k];
        float dsigma = dz[k] * eps[k] + weight * (s - 1.0f / s);
        dhead[K + k] = dsigma * vib_sigmoidf(head[K + k] - RHO_SHIFT);
    }
}

void vib_posterior_backward(const float *head, const float *sigma, const float *eps,
                            const float *dz, float weight, size_t rows, size_t K, float *dhead) {
    for (size_t i = 0; i < rows; i++)
        backward_row(head + i * 2 * K, sigma + i * K, eps + i * K, dz + i * K, weight, K,
                     dhead + i * 2 * K);
}
