#include "core/moment_matched.h"

#include "core/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An example's share of n C is a sum of outer products v v^T. They are its "vectors": the centred
 * mean, and with a full covariance the columns of L. A diagonal covariance is added by itself.
 * Vectors are handled in blocks of at least BLOCK, and of FEW examples. A block is shared by
 * parts: every so many examples, or every so many rows of C, whose sums so have one order. */
enum { BLOCK = 256, FEW = 16, PARTS = 32 };

struct fit {
    const struct vib_gaussians *g;
    size_t vectors;           /* per example */
    size_t block;             /* examples per block */
    size_t first, count;      /* examples of the block at hand */
    double log_scale;         /* ln |U| */
    double *kl;               /* [n] the result */
    double *mean;             /* [K] */
    double *c;                /* [K][K] upper triangle: C, then U with C = U^T U */
    double *inverse_diagonal; /* [K] of C^-1 */
    double *v;                /* [block * vectors][K] */
};

static int fit_init(struct fit *fit, const struct vib_gaussians *g, double *kl) {
    const size_t K = g->K;
    *fit = (struct fit){.g = g, .vectors = g->covariance == VIB_FULL ? K + 1 : 1, .kl = kl};
    fit->block = (BLOCK + fit->vectors - 1) / fit->vectors;
    fit->block = fit->block < FEW ? FEW : fit->block;
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

/* The vectors of an example of the block. */
static double *load(struct fit *fit, size_t at) {
    const struct vib_gaussians *g = fit->g;
    const size_t K = g->K, F = vib_gaussians_factor_size(g), i = fit->first + at;
    double *v = fit->v + at * fit->vectors * K;
    for (size_t k = 0; k < K; k++)
        v[k] = (double)g->mu[i * K + k] - fit->mean[k];
    if (g->covariance == VIB_FULL)
        load_columns(g->factor + i * F, K, v + K);
    return v;
}

/* A part. */
static void load_some(void *context, size_t part) {
    struct fit *fit = context;
    for (size_t at = part; at < fit->count; at += PARTS)
        load(fit, at);
}

/* Row a of the upper triangle of c += sum of v v^T over count vectors. */
VIB_MULTIVERSION
static void add_outer(const double *restrict v, size_t count, size_t K, size_t a,
                      double *restrict c) {
    for (size_t e = 0; e < count; e++) {
        const double *x = v + e * K;
        for (size_t b = a; b < K; b++)
            c[a * K + b] += x[a] * x[b];
    }
}

/* A part. */
static void add_rows(void *context, size_t part) {
    struct fit *fit = context;
    const struct vib_gaussians *g = fit->g;
    const size_t K = g->K;
    for (size_t a = part; a < K; a += PARTS) {
        add_outer(fit->v, fit->count * fit->vectors, K, a, fit->c);
        for (size_t i = fit->first; g->covariance == VIB_DIAGONAL && i < fit->first + fit->count;
             i++)
            fit->c[a * (K + 1)] += (double)g->factor[i * K + a] * (double)g->factor[i * K + a];
    }
}

/* Does the parts of one or two steps (the second may be NULL) for all blocks in turn. */
static int for_blocks(struct fit *fit, const atomic_bool *stop, struct vib_team *team,
                      vib_part_fn step, vib_part_fn next) {
    for (fit->first = 0; fit->first < fit->g->n; fit->first += fit->block) {
        const size_t left = fit->g->n - fit->first;
        fit->count = left < fit->block ? left : fit->block;
        if (stopped(stop))
            return VIB_ESTOPPED;
        vib_team_run(team, PARTS, step, fit);
        if (next != NULL)
            vib_team_run(team, PARTS, next, fit);
    }
    return VIB_OK;
}

static int make_covariance(struct fit *fit, const atomic_bool *stop, struct vib_team *team) {
    const size_t n = fit->g->n, K = fit->g->K;
    const int rc = for_blocks(fit, stop, team, load_some, add_rows);
    for (size_t at = 0; at < K * K; at++)
        fit->c[at] /= (double)n;
    return rc;
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

/* A part; its vector is the one of its number, of which a block has enough. */
static void invert_some(void *context, size_t part) {
    struct fit *fit = context;
    const size_t K = fit->g->K;
    double *v = fit->v + part * K;
    for (size_t k = part; k < K; k += PARTS) {
        memset(v, 0, K * sizeof *v);
        v[k] = 1.0;
        fit->inverse_diagonal[k] = inverse_form(fit->c, K, v);
    }
}

/* KL = 1/2 [tr(C^-1 Sigma_i) + (mu_i - m)^T C^-1 (mu_i - m) - K + ln det C] - ln |L_i|; v are the
 * example's vectors. */
static double divergence(const struct fit *fit, size_t i, double *v) {
    const struct vib_gaussians *g = fit->g;
    const size_t K = g->K;
    double sum = 0.0;
    for (size_t e = 0; e < fit->vectors; e++)
        sum += inverse_form(fit->c, K, v + e * K);
    for (size_t k = 0; g->covariance == VIB_DIAGONAL && k < K; k++) {
        const double s = (double)g->factor[i * K + k];
        sum += fit->inverse_diagonal[k] * s * s;
    }
    return 0.5 * (sum - (double)K) + fit->log_scale - vib_gaussian_log_scale(g, i);
}

/* A part. */
static void diverge_some(void *context, size_t part) {
    struct fit *fit = context;
    for (size_t at = part; at < fit->count; at += PARTS)
        fit->kl[fit->first + at] = divergence(fit, fit->first + at, load(fit, at));
}

static int make_divergences(struct fit *fit, const atomic_bool *stop, struct vib_team *team) {
    for (size_t k = 0; k < fit->g->K; k++)
        fit->log_scale += log(fit->c[k * fit->g->K + k]);
    if (fit->g->covariance == VIB_DIAGONAL)
        vib_team_run(team, PARTS, invert_some, fit);
    return for_blocks(fit, stop, team, diverge_some, NULL);
}

int vib_moment_matched_kl(const struct vib_gaussians *g, const atomic_bool *stop,
                          struct vib_team *team, double *kl) {
    struct fit fit;
    int rc = fit_init(&fit, g, kl);
    if (rc == VIB_OK) {
        make_mean(&fit);
        rc = make_covariance(&fit, stop, team);
    }
    if (rc == VIB_OK)
        rc = factorise(fit.c, g->K);
    if (rc == VIB_OK)
        rc = make_divergences(&fit, stop, team);
    fit_release(&fit);
    return rc;
}
