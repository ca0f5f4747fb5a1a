/* Distances of Gaussians with full covariance, in double. Triangles are packed row by row, the
 * diagonal included: element (k, c), c <= k, is number k (k + 1) / 2 + c. */
#include "core/pairwise_internal.h"
#include "core/simd.h"

#include <float.h>

/* WORK lanes are worked on at a time, so that the work fits a cache; every LOOK dimensions they are
 * looked at, whether they are all beyond the bound. */
enum { LANES = VIB_PAIR_LANES, ROWS = 4, GROUPS = 1, PARTS = 16, WORK = 32, LOOK = 8 };

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

/* z, then scratch */
static void describe_sample(const struct vib_pair_view *view, size_t i, void *row) {
    /* The second vector takes the floats. */
    float *z = (float *)row + 2 * view->g->K;
    view->g->sample(view->g->context, i, z + view->g->K, z);
    widen(z, view->g->K, row);
}

/* mu, T */
static void describe_inverse(const struct vib_pair_view *view, size_t j, void *column) {
    const struct vib_gaussians *g = view->g;
    double *out = column;
    widen(g->mu + j * g->K, g->K, out);
    inverse_factor(factor_of(g, j), g->K, out + g->K);
}

/* mu, T, the trace form */
static void describe_trace_form(const struct vib_pair_view *view, size_t j, void *column) {
    const size_t K = view->g->K;
    double *t = (double *)column + K;
    describe_inverse(view, j, column);
    trace_form(t, K, t + triangle(K));
}

/* mu, Sigma */
static void describe_covariance(const struct vib_pair_view *view, size_t i, void *row) {
    const struct vib_gaussians *g = view->g;
    double *out = row;
    widen(g->mu + i * g->K, g->K, out);
    covariance(factor_of(g, i), g->K, out + g->K);
}

/* mu, Sigma, numerator / L_kk */
static void describe_pivots(const struct vib_pair_view *view, size_t i, double numerator,
                            double *out) {
    const struct vib_gaussians *g = view->g;
    double *pivots = out + g->K + triangle(g->K);
    describe_covariance(view, i, out);
    for (size_t k = 0; k < g->K; k++)
        pivots[k] = numerator / (double)factor_of(g, i)[k];
}

static void describe_pivots_row(const struct vib_pair_view *view, size_t i, void *row) {
    describe_pivots(view, i, 0.5, row);
}

static void describe_pivots_column(const struct vib_pair_view *view, size_t j, void *column) {
    describe_pivots(view, j, 1.0, column);
}

/* Whether any q + more is not beyond the bound. */
VIB_INLINE bool any_within(const double *q, const double *more, double bound) {
    unsigned within = 0;
    for (size_t lane = 0; lane < WORK; lane++)
        within |= q[lane] + more[lane] > bound ? 0u : 1u;
    return within != 0;
}

/* q += |T d|^2 with d = x - mu_j, or what it has grown to when all lanes are beyond the bound;
 * d [K][WORK] is scratch. */
VIB_INLINE bool add_square(size_t K, const double *restrict x, const double *restrict mu,
                           const double *restrict t, double *restrict d, double bound,
                           double *restrict q) {
    double sum[WORK] = {0};
    bool within = true;
    for (size_t k = 0; k < K && within; k++) {
        double y[WORK] = {0};
        for (size_t lane = 0; lane < WORK; lane++)
            d[k * WORK + lane] = x[k] - mu[k * LANES + lane];
        for (size_t c = 0; c <= k; c++)
            for (size_t lane = 0; lane < WORK; lane++)
                y[lane] += t[at(k, c) * LANES + lane] * d[c * WORK + lane];
        for (size_t lane = 0; lane < WORK; lane++)
            sum[lane] += y[lane] * y[lane];
        if (k % LOOK == LOOK - 1 || k == K - 1)
            within = any_within(q, sum, bound);
    }
    for (size_t lane = 0; lane < WORK; lane++)
        q[lane] += sum[lane];
    return within;
}

/* q = |L_j^-1 (z_i - mu_j)|^2 */
VIB_MULTIVERSION
static bool density_full(size_t K, size_t first, size_t end, const void *row, const void *columns,
                         void *work, double bound, double *q) {
    const double *mu = columns, *t = mu + K * LANES;
    bool within = false;
    (void)first;
    (void)end;
    for (size_t lane = 0; lane < LANES; lane += WORK)
        within |= add_square(K, row, mu + lane, t + lane, work, bound, q + lane);
    return within;
}

/* q = |L_j^-1 (mu_i - mu_j)|^2 + tr(Sigma_j^-1 Sigma_i); the rest of 2 KL are -K, which q_ii has as
 * well, and the scales. */
VIB_INLINE bool kl_lanes(size_t K, const double *row, const double *mu, double *d, double bound,
                         double *q) {
    const size_t M = triangle(K);
    const double *t = mu + K * LANES, *form = t + M * LANES;
    double trace[WORK] = {0};
    if (!add_square(K, row, mu, t, d, bound, q))
        return false;
    for (size_t m = 0; m < M; m++)
        for (size_t lane = 0; lane < WORK; lane++)
            trace[lane] += form[m * LANES + lane] * row[K + m];
    for (size_t lane = 0; lane < WORK; lane++)
        q[lane] += trace[lane];
    return true;
}

VIB_MULTIVERSION
static bool kl_full(size_t K, size_t first, size_t end, const void *row, const void *columns,
                    void *work, double bound, double *q) {
    const double *mu = columns;
    bool within = false;
    (void)first;
    (void)end;
    for (size_t lane = 0; lane < LANES; lane += WORK)
        within |= kl_lanes(K, row, mu + lane, work, bound, q + lane);
    return within;
}

/* Eliminates column k of the symmetric s [triangle][WORK] and of d [K][WORK] by its pivot. */
VIB_INLINE void eliminate(size_t K, size_t k, double *restrict s, double *restrict d) {
    for (size_t r = k + 1; r < K; r++) {
        double f[WORK];
        for (size_t lane = 0; lane < WORK; lane++)
            f[lane] = s[at(r, k) * WORK + lane] / s[at(k, k) * WORK + lane];
        for (size_t lane = 0; lane < WORK; lane++)
            d[r * WORK + lane] -= f[lane] * d[k * WORK + lane];
        for (size_t c = k + 1; c <= r; c++)
            for (size_t lane = 0; lane < WORK; lane++)
                s[at(r, c) * WORK + lane] -= f[lane] * s[at(c, k) * WORK + lane];
    }
}

/* With S = Sigma_i + Sigma_j, d = mu_i - mu_j: q = 1/2 d^T S^-1 d + ln det(S / 2) / (|L_i| |L_j|).
 * Gaussian elimination gives both: the pivots p_k and the reduced d with d^T S^-1 d = sum d_k^2 /
 * p_k. Every factor p_k / (2 L_i,kk L_j,kk) of the logarithm's argument is at least 1; it is cut as
 * in pairwise_diagonal.c. */
VIB_INLINE bool bhattacharyya_lanes(size_t K, const double *row, const double *column, double *work,
                                    double bound, double *q) {
    const size_t M = triangle(K);
    double *d = work, *s = d + K * WORK; /* the first K + M numbers of row + column */
    double half[WORK] = {0}, ratio[WORK];
    for (size_t m = 0; m < K + M; m++)
        for (size_t lane = 0; lane < WORK; lane++)
            d[m * WORK + lane] = column[m * LANES + lane] + (m < K ? -row[m] : row[m]);
    for (size_t lane = 0; lane < WORK; lane++)
        ratio[lane] = 1.0;
    bool within = true;
    for (size_t k = 0; k < K && within; k++) {
        const double *p = s + at(k, k) * WORK, *y = d + k * WORK;
        for (size_t lane = 0; lane < WORK; lane++) {
            half[lane] += 0.5 * y[lane] * y[lane] / p[lane];
            ratio[lane] *= p[lane] * (row[K + M + k] * column[(K + M + k) * LANES + lane]);
        }
        if (k % LOOK == LOOK - 1)
            within = any_within(q, half, bound);
        eliminate(K, k, s, d);
    }
    for (size_t lane = 0; lane < WORK; lane++) {
        double cut = ratio[lane] > (double)FLT_MAX ? (double)FLT_MAX : ratio[lane];
        q[lane] += half[lane] + (double)vib_logf((float)cut);
    }
    return within;
}

VIB_MULTIVERSION
static bool bhattacharyya_full(size_t K, size_t first, size_t end, const void *row,
                               const void *columns, void *work, double bound, double *q) {
    const double *column = columns;
    bool within = false;
    (void)first;
    (void)end;
    for (size_t lane = 0; lane < LANES; lane += WORK)
        within |= bhattacharyya_lanes(K, row, column + lane, work, bound, q + lane);
    return within;
}

#define FULL                                                                                       \
    .number = sizeof(double), .rows = ROWS, .groups = GROUPS, .parts = PARTS, .chunk = SIZE_MAX

const struct vib_measure vib_measures_full[VIB_PAIRWISE_KINDS] = {
    [VIB_PAIRWISE_DENSITY] = {FULL, .row = {.vectors = 2}, .column = {.vectors = 1, .triangles = 1},
                              .work = {.vectors = WORK}, .describe_row = describe_sample,
                              .describe_column = describe_inverse, .distances = density_full},
    [VIB_PAIRWISE_KL] = {FULL, .capped = true, .row = {.vectors = 1, .triangles = 1},
                         .column = {.vectors = 1, .triangles = 2}, .work = {.vectors = WORK},
                         .describe_row = describe_covariance,
                         .describe_column = describe_trace_form, .distances = kl_full},
    [VIB_PAIRWISE_BHATTACHARYYA] = {FULL, .symmetric = true, .capped = true,
                                    .row = {.vectors = 2, .triangles = 1},
                                    .column = {.vectors = 2, .triangles = 1},
                                    .work = {.vectors = WORK, .triangles = WORK},
                                    .describe_row = describe_pivots_row,
                                    .describe_column = describe_pivots_column,
                                    .distances = bhattacharyya_full},
};
