#include "core/posterior.h"

#include "core/simd.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* [A]'s shift, which starts the posterior narrow: softplus(-5) = 0.0067. */
static const float RHO_SHIFT = 5.0f;

/* Starts the posterior nearly diagonal. */
static const float LOWER_SCALE = 0.01f;

struct vib_posterior vib_posterior_of(const struct vib_params *params) {
    struct vib_posterior posterior = {.kind = VIB_POSTERIOR_POINT, .K = params->K};
    if (vib_method_info(params->method)->stochastic)
        posterior.kind =
            params->covariance == VIB_FULL ? VIB_POSTERIOR_FULL : VIB_POSTERIOR_DIAGONAL;
    if (posterior.kind == VIB_POSTERIOR_DIAGONAL && params->noise == VIB_NOISE_FIXED)
        posterior.fixed = (float)params->noise_scale;
    return posterior;
}

const char *vib_posterior_name(const struct vib_posterior *p) {
    static const char *const names[] = {[VIB_POSTERIOR_POINT] = "point",
                                        [VIB_POSTERIOR_DIAGONAL] = "diagonal",
                                        [VIB_POSTERIOR_FULL] = "full"};
    return names[p->kind];
}

/* With the numbers of RHO_SHIFT and LOWER_SCALE. */
const char *vib_posterior_equation(const struct vib_posterior *p) {
    if (p->fixed > 0.0f)
        return "z = mu + model.noise_scale * eps, eps ~ N(0, I); mu = head";
    switch (p->kind) {
    case VIB_POSTERIOR_DIAGONAL:
        return "z = mu + L @ eps, eps ~ N(0, I); mu = head[:K]; L = diag(softplus(head[K:] - 5))";
    case VIB_POSTERIOR_FULL:
        return "z = mu + L @ eps, eps ~ N(0, I); mu = head[:K]; rho = head[K:2*K]; "
               "o = head[2*K:]; L[k,k] = softplus(rho[k] - 5); "
               "L[k,j] = 0.01 * o[k*(k-1)/2 + j] for j < k, else 0";
    case VIB_POSTERIOR_POINT:
        break;
    }
    return "z = mu; mu = head";
}

static size_t lower_size(const struct vib_posterior *p) {
    return p->kind == VIB_POSTERIOR_FULL ? p->K * (p->K - 1) / 2 : 0;
}

size_t vib_posterior_factor_size(const struct vib_posterior *p) {
    return p->kind == VIB_POSTERIOR_POINT ? 0 : p->K + lower_size(p);
}

size_t vib_posterior_head_size(const struct vib_posterior *p) {
    return p->fixed > 0.0f ? p->K : p->K + vib_posterior_factor_size(p);
}

VIB_MULTIVERSION
static void diagonal_row(const float *restrict rho, size_t K, float *restrict factor) {
    for (size_t k = 0; k < K; k++)
        factor[k] = vib_softplusf(rho[k] - RHO_SHIFT);
}

void vib_posterior_factor(const struct vib_posterior *p, const float *head, size_t rows,
                          float *factor) {
    const size_t K = p->K, F = vib_posterior_factor_size(p), H = K + F;
    if (p->kind == VIB_POSTERIOR_POINT)
        return;
    for (size_t j = 0; p->fixed > 0.0f && j < rows * K; j++)
        factor[j] = p->fixed;
    if (p->fixed > 0.0f)
        return;
    for (size_t i = 0; i < rows; i++) {
        diagonal_row(head + i * H + K, K, factor + i * F);
        for (size_t j = K; j < F; j++)
            factor[i * F + j] = LOWER_SCALE * head[i * H + K + j];
    }
}

VIB_MULTIVERSION
static void sample_row(const float *restrict mu, const float *restrict diagonal,
                       const float *restrict eps, size_t K, float *restrict z) {
    for (size_t k = 0; k < K; k++)
        z[k] = mu[k] + diagonal[k] * eps[k];
}

void vib_posterior_sample(const struct vib_posterior *p, const float *head, const float *factor,
                          const float *eps, size_t rows, size_t samples, float *z) {
    const size_t K = p->K, F = vib_posterior_factor_size(p), H = vib_posterior_head_size(p);
    for (size_t n = 0; n < rows * samples; n++) {
        const size_t i = n / samples;
        const float *e = eps + n * K, *lower = factor + i * F + K;
        float *out = z + n * K;
        if (p->kind == VIB_POSTERIOR_POINT)
            memcpy(out, head + i * H, K * sizeof *out);
        else
            sample_row(head + i * H, factor + i * F, e, K, out);
        for (size_t k = 1; p->kind == VIB_POSTERIOR_FULL && k < K; k++)
            for (size_t j = 0; j < k; j++)
                out[k] += *lower++ * e[j];
    }
}

VIB_MULTIVERSION
static void backward_row(const float *restrict head, const float *restrict eps,
                         const float *restrict dz, float weight, size_t K, float *restrict dhead) {
    for (size_t k = 0; k < K; k++)
        dhead[k] = dz[k] + weight * dhead[k];
    for (size_t k = 0; k < K; k++) {
        float ds = dz[k] * eps[k] + weight * dhead[K + k];
        dhead[K + k] = ds * vib_sigmoidf(head[K + k] - RHO_SHIFT);
    }
}

static void backward_lower(const float *eps, const float *dz, float weight, size_t K,
                           float *dlower) {
    for (size_t k = 1; k < K; k++)
        for (size_t j = 0; j < k; j++, dlower++)
            *dlower = LOWER_SCALE * (dz[k] * eps[j] + weight * *dlower);
}

/* What one sample adds to the gradients of mu, L_kk and L_kj. */
VIB_MULTIVERSION
static void add_sample_row(const float *restrict dz, size_t K, float *restrict dmu) {
    for (size_t k = 0; k < K; k++)
        dmu[k] += dz[k];
}

VIB_MULTIVERSION
static void add_sample_scale(const float *restrict eps, const float *restrict dz, size_t K,
                             float *restrict ds) {
    for (size_t k = 0; k < K; k++)
        ds[k] += dz[k] * eps[k];
}

static void add_sample_lower(const float *eps, const float *dz, size_t K, float *dlower) {
    for (size_t k = 1; k < K; k++)
        for (size_t j = 0; j < k; j++, dlower++)
            *dlower += dz[k] * eps[j];
}

/* From the gradients of mu and L to those of the head. */
VIB_MULTIVERSION
static void finish_head_row(const float *restrict head, size_t K, float *restrict dhead) {
    for (size_t k = 0; k < K; k++)
        dhead[K + k] *= vib_sigmoidf(head[K + k] - RHO_SHIFT);
}

/* One row, for any number of samples. dhead may be dcode. */
static void backward_samples(const struct vib_posterior *p, const float *head, const float *eps,
                             const float *dz, size_t samples, float weight, const float *dcode,
                             float *dhead) {
    const size_t K = p->K, H = vib_posterior_head_size(p);
    for (size_t j = 0; j < H; j++)
        dhead[j] = weight * dcode[j];
    for (size_t s = 0; s < samples; s++) {
        add_sample_row(dz + s * K, K, dhead);
        if (H > K)
            add_sample_scale(eps + s * K, dz + s * K, K, dhead + K);
        if (p->kind == VIB_POSTERIOR_FULL)
            add_sample_lower(eps + s * K, dz + s * K, K, dhead + 2 * K);
    }
    if (H > K)
        finish_head_row(head, K, dhead);
    for (size_t j = 2 * K; j < H; j++)
        dhead[j] *= LOWER_SCALE;
}

void vib_posterior_backward(const struct vib_posterior *p, const float *head, const float *eps,
                            const float *dz, size_t samples, float weight, size_t rows,
                            float *dcode, float *dhead) {
    const size_t K = p->K, H = vib_posterior_head_size(p), C = K + vib_posterior_factor_size(p);
    const bool in_place = samples == 1 && dhead == dcode;
    if (p->kind == VIB_POSTERIOR_POINT) {
        assert(samples == 1 || rows == 0);
        memcpy(dhead, dz, rows * K * sizeof *dhead);
        return;
    }
    for (size_t i = 0; !in_place && i < rows; i++)
        backward_samples(p, head + i * H, eps + i * samples * K, dz + i * samples * K, samples,
                         weight, dcode + i * C, dhead + i * H);
    for (size_t i = 0; in_place && i < rows; i++) {
        const float *e = eps + i * K, *d = dz + i * K;
        backward_row(head + i * H, e, d, weight, K, dhead + i * H);
        if (p->kind == VIB_POSTERIOR_FULL)
            backward_lower(e, d, weight, K, dhead + i * H + 2 * K);
    }
}
