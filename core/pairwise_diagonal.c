/* Distances of Gaussians with diagonal covariance, in float32. Differences are squared as they are:
 * expanding (z - mu)^2 / s^2 into products would cancel badly where s is small. */
#include "core/pairwise_internal.h"
#include "core/simd.h"

#include <float.h>
#include <math.h>

/* CHUNK terms are added in float32 before the sum moves on to double, which keeps its error near
 * that of the terms. */
enum { LANES = VIB_PAIR_LANES, CHUNK = 32, ROWS = 16, GROUPS = 16, PARTS = 32 };

static void gather(const struct vib_pair_view *view, const float *x, float *out) {
    for (size_t k = 0; k < view->g->K; k++)
        out[k] = x[view->order->dimension[k]];
}

/* Scales without an inverse in float32 count as the least that has one. */
static float least_scale(float s) {
    return s > FLT_MIN ? s : FLT_MIN;
}

/* z, then scratch */
static void describe_sample(const struct vib_pair_view *view, size_t i, void *row) {
    const size_t K = view->g->K;
    float *out = row;
    view->g->sample(view->g->context, i, out, out + K);
    gather(view, out + K, out);
}

/* Pairs of mu, s: what belongs to a dimension stands together. */
static void describe_scale(const struct vib_pair_view *view, size_t i, void *row) {
    const size_t K = view->g->K;
    const float *mu = view->g->mu + i * K, *s = view->g->factor + i * K;
    float *out = row;
    for (size_t at = 0; at < K; at++) {
        out[2 * at] = mu[view->order->dimension[at]];
        out[2 * at + 1] = s[view->order->dimension[at]];
    }
}

/* mu, 1 / s */
static void describe_inverse(const struct vib_pair_view *view, size_t j, void *column) {
    float *out = column;
    describe_scale(view, j, out);
    for (size_t at = 0; at < view->g->K; at++)
        out[2 * at + 1] = 1.0f / least_scale(out[2 * at + 1]);
}

/* mu, s, 1 / s */
static void describe_both(const struct vib_pair_view *view, size_t i, void *description) {
    const size_t K = view->g->K;
    const float *mu = view->g->mu + i * K, *s = view->g->factor + i * K;
    float *out = description;
    for (size_t at = 0; at < K; at++) {
        out[3 * at] = mu[view->order->dimension[at]];
        out[3 * at + 1] = least_scale(s[view->order->dimension[at]]);
        out[3 * at + 2] = 1.0f / out[3 * at + 1];
    }
}

/* Also says whether any lane is within the bound, or not a number. */
VIB_INLINE bool add_lanes(const float *sum, size_t lanes, double bound, double *q) {
    unsigned within = 0;
    for (size_t lane = 0; lane < lanes; lane++) {
        q[lane] += (double)sum[lane];
        within |= q[lane] > bound ? 0u : 1u;
    }
    return within != 0;
}

/* Half the sum and ln product, which is cut where it exceeds float32. */
VIB_INLINE void add_logarithms(const float *product, size_t lanes, float *sum) {
    for (size_t lane = 0; lane < lanes; lane++) {
        float p = product[lane] > FLT_MAX ? FLT_MAX : product[lane];
        sum[lane] = 0.5f * sum[lane] + vib_logf(p);
    }
}

/* q = sum_k ((z_i - mu_j) / s_j)^2 */
VIB_MULTIVERSION
static bool density_diagonal(size_t K, size_t first, size_t end, const void *row,
                             const void *columns, void *work, double bound, double *q) {
    const float *i = row, *j = columns;
    float sum[LANES] = {0};
    (void)K;
    (void)work;
    for (size_t k = first; k < end; k++)
        for (size_t lane = 0; lane < LANES; lane++) {
            float d = (i[k] - j[2 * k * LANES + lane]) * j[(2 * k + 1) * LANES + lane];
            sum[lane] += d * d;
        }
    return add_lanes(sum, LANES, bound, q);
}

/* q = sum_k (s_i / s_j)^2 + ((mu_i - mu_j) / s_j)^2; the rest of 2 KL are -K, which q_ii has as
 * well, and the scales. */
VIB_MULTIVERSION
static bool kl_diagonal(size_t K, size_t first, size_t end, const void *row, const void *columns,
                        void *work, double bound, double *q) {
    const float *i = row, *j = columns;
    float sum[LANES] = {0};
    (void)K;
    (void)work;
    for (size_t k = first; k < end; k++)
        for (size_t lane = 0; lane < LANES; lane++) {
            const float inverse_s = j[(2 * k + 1) * LANES + lane];
            float d = (i[2 * k] - j[2 * k * LANES + lane]) * inverse_s;
            float t = i[2 * k + 1] * inverse_s;
            sum[lane] += d * d + t * t;
        }
    return add_lanes(sum, LANES, bound, q);
}

/* q = sum_k 1/2 (mu_i - mu_j)^2 / (s_i^2 + s_j^2) + ln ((s_i^2 + s_j^2) / (2 s_i s_j)), where
 * r = s_i / s_j + s_j / s_i takes the place of (s_i^2 + s_j^2) / (s_i s_j), as squares leave
 * float32's range where s is small. The logarithm's argument is at least 1. A chunk of them is
 * multiplied before one logarithm is taken; a product that exceeds float32 is cut, which makes the
 * distance 44 nats at the least. */
VIB_MULTIVERSION
static bool bhattacharyya_diagonal(size_t K, size_t first, size_t end, const void *row,
                                   const void *columns, void *work, double bound, double *q) {
    const float *row_i = row;
    float sum[LANES] = {0}, product[LANES];
    (void)K;
    (void)work;
    for (size_t lane = 0; lane < LANES; lane++)
        product[lane] = 1.0f;
    for (size_t k = first; k < end; k++)
        for (size_t lane = 0; lane < LANES; lane++) {
            const float *i = row_i + 3 * k, *j = (const float *)columns + 3 * k * LANES + lane;
            float d = i[0] - j[0];
            float r = i[1] * j[2 * LANES] + j[LANES] * i[2];
            r = r < FLT_MAX ? r : FLT_MAX; /* infinity over infinity is not a number */
            sum[lane] += (d * i[2]) * (d * j[2 * LANES]) / r;
            product[lane] *= 0.5f * r;
        }
    add_logarithms(product, LANES, sum);
    return add_lanes(sum, LANES, bound, q);
}

/* KL and Bhattacharyya distances of narrow codes, in units of their dimensions' scales, in which
 * variances need no care. */

/* mu, s^2 in units */
static void describe_variance(const struct vib_pair_view *view, size_t i, void *row) {
    const size_t K = view->g->K;
    const float *mu = view->g->mu + i * K, *s = view->g->factor + i * K;
    float *out = row;
    for (size_t at = 0; at < K; at++) {
        const size_t k = view->order->dimension[at];
        const float inverse = 1.0f / view->order->unit[k];
        out[2 * at] = mu[k] * inverse;
        out[2 * at + 1] = (s[k] * inverse) * (s[k] * inverse);
    }
}

/* mu, 1 / s^2 in units */
static void describe_precision(const struct vib_pair_view *view, size_t j, void *column) {
    float *out = column;
    describe_variance(view, j, out);
    for (size_t at = 0; at < view->g->K; at++)
        out[2 * at + 1] = 1.0f / out[2 * at + 1];
}

/* q = sum_k ((mu_i - mu_j)^2 + s_i^2) / s_j^2 */
VIB_MULTIVERSION
static bool kl_narrow(size_t K, size_t first, size_t end, const void *row, const void *columns,
                      void *work, double bound, double *q) {
    const float *i = row, *j = columns;
    float sum[LANES] = {0};
    (void)K;
    (void)work;
    for (size_t k = first; k < end; k++)
        for (size_t lane = 0; lane < LANES; lane++) {
            float d = i[2 * k] - j[2 * k * LANES + lane];
            sum[lane] += (d * d + i[2 * k + 1]) * j[(2 * k + 1) * LANES + lane];
        }
    return add_lanes(sum, LANES, bound, q);
}

/* A quad is four dimensions: mu, s^2 and the product of 1 / (sqrt(2) s). What fills the last one up
 * is the same in all examples and adds nothing. */
enum { QUAD = 4, OF_QUAD = 2 * QUAD + 1, HALF = LANES / 2 };

static void describe_quads(const struct vib_pair_view *view, size_t i, void *description) {
    const size_t K = view->g->K;
    float *out = description;
    for (size_t first = 0; first < K; first += QUAD, out += OF_QUAD) {
        double product = 1.0;
        for (size_t at = 0; at < QUAD; at++) {
            const bool filled = first + at < K;
            const size_t k = filled ? view->order->dimension[first + at] : 0;
            const float inverse = 1.0f / view->order->unit[k];
            const float s = filled ? view->g->factor[i * K + k] * inverse : 0.70710678f;
            out[at] = filled ? view->g->mu[i * K + k] * inverse : 0.0f;
            out[QUAD + at] = s * s;
            /* of the variance as it was rounded, so that its error cancels in q */
            product *= 2.0 * (double)out[QUAD + at];
        }
        out[2 * QUAD] = (float)(1.0 / sqrt(product));
    }
}

/* q as above, with v = s_i^2 + s_j^2. Four fractions d^2 / v are added over the product of their
 * denominators, which the logarithm needs as well: one division where there were four. */
VIB_INLINE bool quads(size_t first, size_t end, const float *row, const float *columns,
                      double bound, double *q) {
    float sum[HALF] = {0}, product[HALF];
    for (size_t lane = 0; lane < HALF; lane++)
        product[lane] = 1.0f;
    for (size_t quad = first; quad < end; quad++)
        for (size_t lane = 0; lane < HALF; lane++) {
            const float *i = row + quad * OF_QUAD, *j = columns + quad * OF_QUAD * LANES + lane;
            float d0 = i[0] - j[0 * LANES], v0 = i[4] + j[4 * LANES];
            float d1 = i[1] - j[1 * LANES], v1 = i[5] + j[5 * LANES];
            float d2 = i[2] - j[2 * LANES], v2 = i[6] + j[6 * LANES];
            float d3 = i[3] - j[3 * LANES], v3 = i[7] + j[7 * LANES];
            float over01 = d0 * d0 * v1 + d1 * d1 * v0, v01 = v0 * v1;
            float over23 = d2 * d2 * v3 + d3 * d3 * v2, v23 = v2 * v3;
            float v = v01 * v23;
            sum[lane] += (over01 * v23 + over23 * v01) / v;
            product[lane] *= v * (i[8] * j[8 * LANES]);
        }
    add_logarithms(product, HALF, sum);
    return add_lanes(sum, HALF, bound, q);
}

VIB_MULTIVERSION
static bool bhattacharyya_narrow(size_t K, size_t first, size_t end, const void *row,
                                 const void *columns, void *work, double bound, double *q) {
    bool within = false;
    (void)K;
    (void)work;
    for (size_t lane = 0; lane < LANES; lane += HALF)
        within |= quads(first / QUAD, (end + QUAD - 1) / QUAD, row, (const float *)columns + lane,
                        bound, q + lane);
    return within;
}

#define DIAGONAL                                                                                   \
    .number = sizeof(float), .rows = ROWS, .groups = GROUPS, .parts = PARTS, .chunk = CHUNK

const struct vib_measure vib_measures_diagonal[VIB_PAIRWISE_KINDS] = {
    [VIB_PAIRWISE_DENSITY] = {DIAGONAL, .row = {.vectors = 2}, .column = {.vectors = 2},
                              .describe_row = describe_sample, .describe_column = describe_inverse,
                              .distances = density_diagonal},
    [VIB_PAIRWISE_KL] = {DIAGONAL, .capped = true, .row = {.vectors = 2}, .column = {.vectors = 2},
                         .describe_row = describe_scale, .describe_column = describe_inverse,
                         .distances = kl_diagonal},
    [VIB_PAIRWISE_BHATTACHARYYA] = {DIAGONAL, .symmetric = true, .capped = true,
                                    .row = {.vectors = 3}, .column = {.vectors = 3},
                                    .describe_row = describe_both, .describe_column = describe_both,
                                    .distances = bhattacharyya_diagonal},
};

const struct vib_measure vib_measures_narrow[VIB_PAIRWISE_KINDS] = {
    [VIB_PAIRWISE_KL] = {DIAGONAL, .capped = true, .row = {.vectors = 2}, .column = {.vectors = 2},
                         .describe_row = describe_variance, .describe_column = describe_precision,
                         .distances = kl_narrow},
    [VIB_PAIRWISE_BHATTACHARYYA] = {DIAGONAL, .symmetric = true, .capped = true,
                                    .row = {.quads = OF_QUAD}, .column = {.quads = OF_QUAD},
                                    .describe_row = describe_quads,
                                    .describe_column = describe_quads,
                                    .distances = bhattacharyya_narrow},
};
