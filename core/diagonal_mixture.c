#include "core/diagonal_mixture.h"

#include "core/simd.h"

#include <math.h>

/* Sums in LANES partial sums of double; inverse scales are made for CHUNK dimensions at a time. */
enum { LANES = 16, CHUNK = 1024 };

VIB_MULTIVERSION
static void mixture_inverse_scales(const float *restrict scale, bool logarithmic, size_t n,
                                   float *restrict inverse) {
    if (logarithmic)
        for (size_t d = 0; d < n; d++)
            inverse[d] = vib_expf(-scale[d]);
    else
        for (size_t d = 0; d < n; d++)
            inverse[d] = 1.0f / scale[d];
}

VIB_MULTIVERSION
static double mixture_sum_squares(const float *restrict z, const float *restrict m,
                                  const float *restrict inverse, size_t n) {
    double sums[LANES] = {0};
    size_t d = 0;
    for (; d + LANES <= n; d += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const float u = (z[d + lane] - m[d + lane]) * inverse[d + lane];
            sums[lane] += (double)(u * u);
        }
    for (size_t lane = 0; d < n; d++, lane++) {
        const float u = (z[d] - m[d]) * inverse[d];
        sums[lane] += (double)(u * u);
    }
    double total = 0.0;
    for (size_t lane = 0; lane < LANES; lane++)
        total += sums[lane];
    return total;
}

VIB_MULTIVERSION
static double mixture_log_scale(const float *restrict scale, bool logarithmic, size_t n) {
    double sums[LANES] = {0}, total = 0.0;
    size_t d = 0;
    for (; d + LANES <= n; d += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += (double)(logarithmic ? scale[d + lane] : vib_logf(scale[d + lane]));
    for (size_t lane = 0; d < n; d++, lane++)
        sums[lane] += (double)(logarithmic ? scale[d] : vib_logf(scale[d]));
    for (size_t lane = 0; lane < LANES; lane++)
        total += sums[lane];
    return total;
}

static double log_sum_exp(const double *x, size_t n) {
    double max = x[0], sum = 0.0;
    for (size_t k = 1; k < n; k++)
        max = x[k] > max ? x[k] : max;
    for (size_t k = 0; k < n; k++)
        sum += exp(x[k] - max);
    return max + log(sum);
}

/* ln sum_k e^logit_k: what a logit is above its ln pi_k. */
static double logit_total(const struct vib_diagonal_mixture *r) {
    double max = -(double)INFINITY, sum = 0.0;
    if (r->logit == NULL)
        return log((double)r->M);
    for (size_t k = 0; k < r->M; k++)
        max = fmax(max, (double)r->logit[k]);
    for (size_t k = 0; k < r->M; k++)
        sum += exp((double)r->logit[k] - max);
    return max + log(sum);
}

static size_t chunk_of(size_t K, size_t first) {
    return K - first < CHUNK ? K - first : CHUNK;
}

void vib_diagonal_mixture_joint(const struct vib_diagonal_mixture *r, const float *z, size_t n,
                                double *joint) {
    const size_t M = r->M, K = r->K;
    const double total = logit_total(r);
    float inverse[CHUNK];
    for (size_t k = 0; k < M; k++) {
        const float *m = r->mean + k * r->mean_ld, *s = r->scale + k * r->scale_ld;
        const double logit = r->logit == NULL ? 0.0 : (double)r->logit[k];
        const double constant = logit - total - mixture_log_scale(s, r->logarithmic, K);
        for (size_t i = 0; i < n; i++)
            joint[i * M + k] = constant;
        for (size_t first = 0; first < K; first += CHUNK) {
            const size_t count = chunk_of(K, first);
            mixture_inverse_scales(s + first, r->logarithmic, count, inverse);
            for (size_t i = 0; i < n; i++)
                joint[i * M + k] -=
                    0.5 * mixture_sum_squares(z + i * K + first, m + first, inverse, count);
        }
    }
}

double vib_diagonal_mixture_total(double *joint, size_t M) {
    const double total = log_sum_exp(joint, M);
    for (size_t k = 0; k < M; k++)
        joint[k] = exp(joint[k] - total);
    return total;
}

VIB_MULTIVERSION
static void mixture_gradient_row(const float *restrict z, const float *restrict m,
                                 const float *restrict inverse, size_t n, float z_weight,
                                 float own_weight, float *restrict dz, float *restrict dmean,
                                 float *restrict dlog_scale) {
    for (size_t d = 0; d < n; d++) {
        const float u = (z[d] - m[d]) * inverse[d];
        dz[d] += z_weight * u * inverse[d];
        dmean[d] -= own_weight * u * inverse[d];
        dlog_scale[d] += own_weight * (1.0f - u * u);
    }
}

static void add_logit_gradient(const struct vib_diagonal_mixture *r, const double *rho, size_t n,
                               float weight, float *dlogit) {
    const double total = logit_total(r);
    for (size_t k = 0; k < r->M; k++) {
        const double pi = exp((double)r->logit[k] - total);
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += pi - rho[i * r->M + k];
        dlogit[k] += weight * (float)sum;
    }
}

void vib_diagonal_mixture_backward(const struct vib_diagonal_mixture *r, const float *z, size_t n,
                                   const double *rho, float z_weight, float *dz, float own_weight,
                                   const struct vib_diagonal_mixture_gradient *to) {
    const size_t M = r->M, K = r->K;
    float inverse[CHUNK];
    for (size_t k = 0; k < M; k++) {
        const float *m = r->mean + k * r->mean_ld, *s = r->scale + k * r->scale_ld;
        for (size_t first = 0; first < K; first += CHUNK) {
            const size_t count = chunk_of(K, first);
            mixture_inverse_scales(s + first, r->logarithmic, count, inverse);
            for (size_t i = 0; i < n; i++) {
                const float share = (float)rho[i * M + k];
                mixture_gradient_row(z + i * K + first, m + first, inverse, count, z_weight * share,
                                     own_weight * share, dz + i * K + first,
                                     to->mean + k * to->ld + first,
                                     to->log_scale + k * to->ld + first);
            }
        }
    }
    if (to->logit != NULL)
        add_logit_gradient(r, rho, n, own_weight, to->logit);
}
