/* Distances of Gaussians with full covariance, in double. Triangles are packed row by row, the
 * diagonal included: element (k, c), c <= k, is number k (k + 1) / 2 + c. */
#include "core/pairwise_internal.h"
#include "core/simd.h"

#include <float.h>

enum { LANES = VIB_PAIR_LANES };

VIB_INLINE size_t at(size_t k, size_t c) {
    return k * (k + 1) / 2 + c;
}

static size_t triangle(size_t K) {
    return K * (K + 1) / 2;
}

/* L_kc of a factor as stored; c <= k. */
static double factor_at(const float *factor, size_t K, size_t k, size_t c) {
    return (double)(c == k ? factor[k] : factor[K + k * (k - 1) / 2 + c]);
}

static const float *factor_of(const struct vib_gaussians *g, size_t i) {
    return g->factor + i * triangle(g->K);
}

static void widen(const float *x, size_t K, double *out) {
    for (size_t k = 0; k < K; k++)
        out[k] = (double)x[k];
}

/* Sigma = L L^T, packed. */
static void covariance(const float *factor, size_t K, double *sigma) {
    for (size_t k = 0; k < K; k++)
        for (size_t c = 0; c <= k; c++) {
            double sum = 0.0;
            for (size_t m = 0; m <= c; m++)
                sum += factor_at(factor, K, k, m) * factor_at(factor, K, c, m);
            sigma[at(k, c)] = sum;
        }
}

/* T = L^-1, packed: T_kk = 1 / L_kk, T_kc = -sum_{c <= m < k} L_km T_mc / L_kk. */
static void inverse_factor(const float *factor, size_t K, double *t) {
    for (size_t k = 0; k < K; k++) {
        const double pivot = factor_at(factor, K, k, k);
        for (size_t c = 0; c < k; c++) {
            double sum = 0.0;
            for (size_t m = c; m < k; m++)
                sum += factor_at(factor, K, k, m) * t[at(m, c)];
            t[at(k, c)] = -sum / pivot;
        }
        t[at(k, k)] = 1.0 / pivot;
    }
}

/* The packed Sigma^-1 = T^T T with what is off the diagonal doubled, so that its product with a
 * packed symmetric S is tr(Sigma^-1 S). */
static void trace_form(const double *t, size_t K, double *p) {
    for (size_t k = 0; k < K; k++)
        for (size_t c = 0; c <= k; c++) {
            double sum = 0.0;
            for (size_t m = k; m < K; m++)
                sum += t[at(m, k)] * t[at(m, c)];
            p[at(k, c)] = c == k ? sum : 2.0 * sum;
        }
}

static void describe_sample(const struct vib_gaussians *g, size_t i, void *row) {
    /* The upper half of the row takes the floats; widening starts below and stays behind. */
    float *z = (float *)row + g->K;
    g->sample(g->context, i, z);
    widen(z, g->K, row);
}

/* mu, T */
static void describe_inverse(const struct vib_gaussians *g, size_t j, void *column) {
    double *out = column;
    widen(g->mu + j * g->K, g->K, out);
    inverse_factor(factor_of(g, j), g->K, out + g->K);
}

/* mu, T, the trace form */
static void describe_trace_form(const struct vib_gaussians *g, size_t j, void *column) {
    double *t = (double *)column + g->K;
    describe_inverse(g, j, column);
    trace_form(t, g->K, t + triangle(g->K));
}

/* mu, Sigma */
static void describe_covariance(const struct vib_gaussians *g, size_t i, void *row) {
    double *out = row;
    widen(g->mu + i * g->K, g->K, out);
    covariance(factor_of(g, i), g->K, out + g->K);
}

/* mu, Sigma, numerator / L_kk */
static void describe_pivots(const struct vib_gaussians *g, size_t i, double numerator,
                            double *out) {
    double *pivots = out + g->K + triangle(g->K);
    describe_covariance(g, i, out);
    for (size_t k = 0; k < g->K; k++)
        pivots[k] = numerator / (double)factor_of(g, i)[k];
}

static void describe_pivots_row(const struct vib_gaussians *g, size_t i, void *row) {
    describe_pivots(g, i, 0.5, row);
}

static void describe_pivots_column(const struct vib_gaussians *g, size_t j, void *column) {
    describe_pivots(g, j, 1.0, column);
}

/* q += |T d|^2 with d = x - mu_j; d [K][LANES] is scratch. */
VIB_INLINE void add_square(size_t K, const double *restrict x, const double *restrict mu,
                           const double *restrict t, double *restrict d, double *restrict q) {
    double sum[LANES] = {0};
    for (size_t k = 0; k < K; k++) {
        double y[LANES] = {0};
        for (size_t lane = 0; lane < LANES; lane++)
            d[k * LANES + lane] = x[k] - mu[k * LANES + lane];
        for (size_t c = 0; c <= k; c++)
            for (size_t lane = 0; lane < LANES; lane++)
                y[lane] += t[at(k, c) * LANES + lane] * d[c * LANES + lane];
        for (size_t lane = 0; lane < LANES; lane++)
            sum[lane] += y[lane] * y[lane];
    }
    for (size_t lane = 0; lane < LANES; lane++)
        q[lane] += sum[lane];
}

/* q = |L_j^-1 (z_i - mu_j)|^2 */
VIB_MULTIVERSION
static void density_full(size_t K, const void *rows, const void *panel, void *work, double *q) {
    const double *z = rows, *mu = panel, *t = mu + K * LANES;
    for (size_t i = 0; i < VIB_PAIR_ROWS; i++)
        add_square(K, z + i * K, mu, t, work, q + i * VIB_PAIR_COLUMNS);
}

/* q = tr(Sigma_j^-1 Sigma_i) + |L_j^-1 (mu_i - mu_j)|^2; the rest of 2 KL are -K, which q_ii has as
 * well, and the scales. */
VIB_MULTIVERSION
static void kl_full(size_t K, const void *rows, const void *panel, void *work, double *q) {
    const size_t M = triangle(K);
    const double *row = rows, *mu = panel, *t = mu + K * LANES, *form = t + M * LANES;
    for (size_t i = 0; i < VIB_PAIR_ROWS; i++, row += K + M, q += VIB_PAIR_COLUMNS) {
        double trace[LANES] = {0};
        for (size_t m = 0; m < M; m++)
            for (size_t lane = 0; lane < LANES; lane++)
                trace[lane] += form[m * LANES + lane] * row[K + m];
        for (size_t lane = 0; lane < LANES; lane++)
            q[lane] += trace[lane];
        add_square(K, row, mu, t, work, q);
    }
}

/* Eliminates column k of the symmetric s [triangle][LANES] and of d [K][LANES] by its pivot. */
VIB_INLINE void eliminate(size_t K, size_t k, double *restrict s, double *restrict d) {
    for (size_t r = k + 1; r < K; r++) {
        double f[LANES];
        for (size_t lane = 0; lane < LANES; lane++)
            f[lane] = s[at(r, k) * LANES + lane] / s[at(k, k) * LANES + lane];
        for (size_t lane = 0; lane < LANES; lane++)
            d[r * LANES + lane] -= f[lane] * d[k * LANES + lane];
        for (size_t c = k + 1; c <= r; c++)
            for (size_t lane = 0; lane < LANES; lane++)
                s[at(r, c) * LANES + lane] -= f[lane] * s[at(c, k) * LANES + lane];
    }
}

/* With S = Sigma_i + Sigma_j, d = mu_i - mu_j: q = 1/2 d^T S^-1 d + ln det(S / 2) / (|L_i| |L_j|).
 * Gaussian elimination gives both: the pivots p_k and the reduced d with d^T S^-1 d = sum d_k^2 /
 * p_k. The logarithm's argument is at least 1 and is cut as in pairwise_diagonal.c. */
VIB_MULTIVERSION
static void bhattacharyya_full(size_t K, const void *rows, const void *panel, void *work,
                               double *q) {
    const size_t M = triangle(K), stride = 2 * K + M;
    const double *row = rows, *column = panel;
    double *d = work, *s = d + K * LANES; /* the first K + M numbers of row + column */
    for (size_t i = 0; i < VIB_PAIR_ROWS; i++, row += stride, q += VIB_PAIR_COLUMNS) {
        double square[LANES] = {0}, ratio[LANES];
        for (size_t m = 0; m < K + M; m++)
            for (size_t lane = 0; lane < LANES; lane++)
                d[m * LANES + lane] = column[m * LANES + lane] + (m < K ? -row[m] : row[m]);
        for (size_t lane = 0; lane < LANES; lane++)
            ratio[lane] = 1.0;
        for (size_t k = 0; k < K; k++) {
            const double *p = s + at(k, k) * LANES, *y = d + k * LANES;
            for (size_t lane = 0; lane < LANES; lane++) {
                square[lane] += y[lane] * y[lane] / p[lane];
                ratio[lane] *= p[lane] * (row[K + M + k] * column[(K + M + k) * LANES + lane]);
            }
            eliminate(K, k, s, d);
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            double cut = ratio[lane] > (double)FLT_MAX ? (double)FLT_MAX : ratio[lane];
            q[lane] += 0.5 * square[lane] + (double)vib_logf((float)cut);
        }
    }
}

const struct vib_measure vib_measures_full[VIB_PAIRWISE_KINDS] = {
    [VIB_PAIRWISE_DENSITY] = {.number = sizeof(double),
                              .row = {.vectors = 1},
                              .column = {.vectors = 1, .triangles = 1},
                              .work = {.vectors = 1},
                              .describe_row = describe_sample,
                              .describe_column = describe_inverse,
                              .distances = density_full},
    [VIB_PAIRWISE_KL] = {.number = sizeof(double),
                         .row = {.vectors = 1, .triangles = 1},
                         .column = {.vectors = 1, .triangles = 2},
                         .work = {.vectors = 1},
                         .describe_row = describe_covariance,
                         .describe_column = describe_trace_form,
                         .distances = kl_full},
    [VIB_PAIRWISE_BHATTACHARYYA] = {.symmetric = true,
                                    .number = sizeof(double),
                                    .row = {.vectors = 2, .triangles = 1},
                                    .column = {.vectors = 2, .triangles = 1},
                                    .work = {.vectors = 1, .triangles = 1},
                                    .describe_row = describe_pivots_row,
                                    .describe_column = describe_pivots_column,
                                    .distances = bhattacharyya_full},
};
