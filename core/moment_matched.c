#include "core/moment_matched.h"

#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An example's share of n C is a sum of outer products v v^T. They are its "vectors": the centred
 * mean, and with a full covariance the columns of L. A diagonal covariance is added by itself.
 * Vectors are handled in blocks of at least BLOCK, which find C in the cache. */
enum { BLOCK = 64 };

struct fit {
    const struct vib_gaussians *g;
    size_t vectors;           /* per example */
    size_t block;             /* examples per block */
    double *mean;             /* [K] */
    double *c;                /* [K][K] upper triangle: C, then U with C = U^T U */
    double *inverse_diagonal; /* [K] of C^-1 */
    double *v;                /* [block * vectors][K] */
};

static int fit_init(struct fit *fit, const struct vib_gaussians *g) {
    const size_t K = g->K;
    *fit = (struct fit){.g = g, .vectors = g->covariance == VIB_FULL ? K + 1 : 1};
    fit->block = (BLOCK + fit->vectors - 1) / fit->vectors;
    fit->mean = calloc(K, sizeof *fit->mean);
    fit->c = calloc(K * K, sizeof *fit->c);
    fit->inverse_diagonal = calloc(K, sizeof *fit->inverse_diagonal);
    fit->v = calloc(fit->block * fit->vectors * K, sizeof *fit->v);
    if (fit->mean == NULL || fit->c == NULL || fit->inverse_diagonal == NULL || fit->v == NULL)
        return VIB_ENOMEM;
    return VIB_OK;
}

static void fit_release(struct fit *fit) {
    free(fit->mean);
    free(fit->c);
    free(fit->inverse_diagonal);
    free(fit->v);
}

static bool stopped(const atomic_bool *stop) {
    return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

static void make_mean(struct fit *fit) {
    const size_t n = fit->g->n, K = fit->g->K;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < K; k++)
            fit->mean[k] += (double)fit->g->mu[i * K + k];
    for (size_t k = 0; k < K; k++)
        fit->mean[k] /= (double)n;
}

/* Row m of L goes into component m of the vectors behind the first: L_m0 .. L_mm. */
static void load_columns(const float *factor, size_t K, double *v) {
    const float *lower = factor + K;
    memset(v, 0, K * K * sizeof *v);
    for (size_t m = 0; m < K; m++) {
        for (size_t column = 0; column < m; column++)
            v[column * K + m] = (double)*lower++;
        v[m * K + m] = (double)factor[m];
    }
}

/* The vectors of `count` examples from first on. */
static void load_block(struct fit *fit, size_t first, size_t count) {
    const struct vib_gaussians *g = fit->g;
    const size_t K = g->K, F = vib_gaussians_factor_size(g);
    for (size_t i = 0; i < count; i++) {
        double *v = fit->v + i * fit->vectors * K;
        for (size_t k = 0; k < K; k++)
            v[k] = (double)g->mu[(first + i) * K + k] - fit->mean[k];
        if (g->covariance == VIB_FULL)
            load_columns(g->factor + (first + i) * F, K, v + K);
    }
}

/* Upper triangle of c += sum of v v^T over count vectors. */
VIB_MULTIVERSION
static void add_outer(const double *restrict v, size_t count, size_t K, double *restrict c) {
    for (size_t a = 0; a < K; a++)
        for (size_t e = 0; e < count; e++) {
            const double *x = v + e * K;
            for (size_t b = a; b < K; b++)
                c[a * K + b] += x[a] * x[b];
        }
}

static int make_covariance(struct fit *fit, const atomic_bool *stop) {
    const struct vib_gaussians *g = fit->g;
    const size_t n = g->n, K = g->K;
    for (size_t first = 0; first < n; first += fit->block) {
        const size_t count = n - first < fit->block ? n - first : fit->block;
        if (stopped(stop))
            return VIB_ESTOPPED;
        load_block(fit, first, count);
        add_outer(fit->v, count * fit->vectors, K, fit->c);
        for (size_t at = first * K; g->covariance == VIB_DIAGONAL && at < (first + count) * K; at++)
            fit->c[at % K * (K + 1)] += (double)g->factor[at] * (double)g->factor[at];
    }
    for (size_t at = 0; at < K * K; at++)
        fit->c[at] /= (double)n;
    return VIB_OK;
}

/* Cholesky: the upper triangle of C becomes U, U^T U = C. */
VIB_MULTIVERSION
static int factorise(double *c, size_t K) {
    for (size_t k = 0; k < K; k++) {
        double *row = c + k * K;
        if (!(row[k] > 0.0) || !isfinite(row[k]))
            return VIB_EDIVERGED;
        const double scale = 1.0 / sqrt(row[k]);
        for (size_t b = k; b < K; b++)
            row[b] *= scale;
        for (size_t a = k + 1; a < K; a++)
            for (size_t b = a; b < K; b++)
                c[a * K + b] -= row[a] * row[b];
    }
    return VIB_OK;
}

/* v^T C^-1 v = |U^-T v|^2 by forward substitution, which overwrites v [K]. */
VIB_MULTIVERSION
static double inverse_form(const double *restrict u, size_t K, double *restrict v) {
    double sum = 0.0;
    for (size_t k = 0; k < K; k++) {
        const double y = v[k] / u[k * K + k];
        for (size_t b = k + 1; b < K; b++)
            v[b] -= u[k * K + b] * y;
        sum += y * y;
    }
    return sum;
}

static void make_inverse_diagonal(struct fit *fit) {
    const size_t K = fit->g->K;
    for (size_t k = 0; k < K; k++) {
        memset(fit->v, 0, K * sizeof *fit->v);
        fit->v[k] = 1.0;
        fit->inverse_diagonal[k] = inverse_form(fit->c, K, fit->v);
    }
}

/* KL = 1/2 [tr(C^-1 Sigma_i) + (mu_i - m)^T C^-1 (mu_i - m) - K + ln det C] - ln |L_i|; v are the
 * example's vectors. */
static double divergence(const struct fit *fit, size_t i, double log_scale, double *v) {
    const struct vib_gaussians *g = fit->g;
    const size_t K = g->K;
    double sum = 0.0;
    for (size_t e = 0; e < fit->vectors; e++)
        sum += inverse_form(fit->c, K, v + e * K);
    for (size_t k = 0; g->covariance == VIB_DIAGONAL && k < K; k++) {
        const double s = (double)g->factor[i * K + k];
        sum += fit->inverse_diagonal[k] * s * s;
    }
    return 0.5 * (sum - (double)K) + log_scale - vib_gaussian_log_scale(g, i);
}

static int make_divergences(struct fit *fit, const atomic_bool *stop, double *kl) {
    const size_t n = fit->g->n, K = fit->g->K;
    double log_scale = 0.0; /* ln |U| */
    for (size_t k = 0; k < K; k++)
        log_scale += log(fit->c[k * K + k]);
    for (size_t first = 0; first < n; first += fit->block) {
        const size_t count = n - first < fit->block ? n - first : fit->block;
        if (stopped(stop))
            return VIB_ESTOPPED;
        load_block(fit, first, count);
        for (size_t i = 0; i < count; i++)
            kl[first + i] = divergence(fit, first + i, log_scale, fit->v + i * fit->vectors * K);
    }
    return VIB_OK;
}

int vib_moment_matched_kl(const struct vib_gaussians *g, const atomic_bool *stop,
                          struct vib_team *team, double *kl) {
    (void)team;
    struct fit fit;
    int rc = fit_init(&fit, g);
    if (rc == VIB_OK) {
        make_mean(&fit);
        rc = make_covariance(&fit, stop);
    }
    if (rc == VIB_OK)
        rc = factorise(fit.c, g->K);
    if (rc == VIB_OK) {
        if (g->covariance == VIB_DIAGONAL)
            make_inverse_diagonal(&fit);
        rc = make_divergences(&fit, stop, kl);
    }
    fit_release(&fit);
    return rc;
}
