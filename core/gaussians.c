#include "core/gaussians.h"

#include <math.h>

size_t vib_gaussians_factor_size(const struct vib_gaussians *g) {
    return g->covariance == VIB_FULL ? g->K * (g->K + 1) / 2 : g->K;
}

static bool all_finite(const float *x, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

bool vib_gaussians_valid(const struct vib_gaussians *g) {
    const size_t F = vib_gaussians_factor_size(g);
    if (!all_finite(g->mu, g->n * g->K) || !all_finite(g->factor, g->n * F))
        return false;
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->K; k++)
            if (!(g->factor[i * F + k] > 0.0f))
                return false;
    return true;
}

double vib_gaussian_log_scale(const struct vib_gaussians *g, size_t i) {
    const float *diagonal = g->factor + i * vib_gaussians_factor_size(g);
    double sum = 0.0;
    for (size_t k = 0; k < g->K; k++)
        sum += log((double)diagonal[k]);
    return sum;
}

static double square(const float *x, size_t n) {
    double sum = 0.0;
    for (size_t k = 0; k < n; k++)
        sum += (double)x[k] * (double)x[k];
    return sum;
}

double vib_gaussian_rate(const struct vib_gaussians *g, size_t i) {
    const size_t F = vib_gaussians_factor_size(g);
    const double squares = square(g->mu + i * g->K, g->K) + square(g->factor + i * F, F);
    return 0.5 * (squares - (double)g->K) - vib_gaussian_log_scale(g, i);
}
