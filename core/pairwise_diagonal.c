/* Distances of Gaussians with diagonal covariance, in float32. Differences are squared as they are:
 * expanding (z - mu)^2 / s^2 into products would cancel badly where s is small. */
#include "core/pairwise_internal.h"
#include "core/simd.h"

#include <float.h>
#include <string.h>

/* CHUNK terms are added in float32 before the sum moves on to double, which keeps its error near
 * that of the terms. */
enum { LANES = VIB_PAIR_LANES, CHUNK = 32 };

static void copy(const float *x, size_t K, float *out) {
    memcpy(out, x, K * sizeof *out);
}

/* Scales without an inverse in float32 count as the least that has one. */
static float least_scale(float s) {
    return s > FLT_MIN ? s : FLT_MIN;
}

static void inverse(const float *s, size_t K, float *out) {
    for (size_t k = 0; k < K; k++)
        out[k] = 1.0f / least_scale(s[k]);
}

static void describe_sample(const struct vib_gaussians *g, size_t i, void *row) {
    g->sample(g->context, i, row);
}

/* mu, s */
static void describe_scale(const struct vib_gaussians *g, size_t i, void *row) {
    float *out = row;
    copy(g->mu + i * g->K, g->K, out);
    copy(g->factor + i * g->K, g->K, out + g->K);
}

/* mu, 1 / s */
static void describe_inverse(const struct vib_gaussians *g, size_t j, void *column) {
    float *out = column;
    copy(g->mu + j * g->K, g->K, out);
    inverse(g->factor + j * g->K, g->K, out + g->K);
}

/* mu, s, 1 / s */
static void describe_both(const struct vib_gaussians *g, size_t i, void *description) {
    const float *s = g->factor + i * g->K;
    float *out = description;
    copy(g->mu + i * g->K, g->K, out);
    for (size_t k = 0; k < g->K; k++)
        out[g->K + k] = least_scale(s[k]);
    inverse(s, g->K, out + 2 * g->K);
}

static size_t chunk_end(size_t first, size_t K) {
    return first + CHUNK < K ? first + CHUNK : K;
}

VIB_INLINE void add_lanes(const float *sum, double *q) {
    for (size_t lane = 0; lane < LANES; lane++)
        q[lane] += (double)sum[lane];
}

/* q = sum_k ((z_i - mu_j) / s_j)^2 */
VIB_MULTIVERSION
static void density_diagonal(size_t K, const void *rows, const void *panel, void *work, double *q) {
    const float *z = rows, *mu = panel, *inverse_s = mu + K * LANES;
    (void)work;
    for (size_t first = 0; first < K; first += CHUNK)
        for (size_t i = 0; i < VIB_PAIR_ROWS; i++) {
            const size_t end = chunk_end(first, K);
            float sum[LANES] = {0};
            for (size_t k = first; k < end; k++)
                for (size_t lane = 0; lane < LANES; lane++) {
                    const size_t at = k * LANES + lane;
                    float d = (z[i * K + k] - mu[at]) * inverse_s[at];
                    sum[lane] += d * d;
                }
            add_lanes(sum, q + i * VIB_PAIR_COLUMNS);
        }
}

/* q = sum_k (s_i / s_j)^2 + ((mu_i - mu_j) / s_j)^2; the rest of 2 KL are -K, which q_ii has as
 * well, and the scales. */
VIB_MULTIVERSION
static void kl_diagonal(size_t K, const void *rows, const void *panel, void *work, double *q) {
    const float *row = rows, *mu = panel, *inverse_s = mu + K * LANES;
    (void)work;
    for (size_t first = 0; first < K; first += CHUNK)
        for (size_t i = 0; i < VIB_PAIR_ROWS; i++) {
            const size_t end = chunk_end(first, K);
            float sum[LANES] = {0};
            for (size_t k = first; k < end; k++)
                for (size_t lane = 0; lane < LANES; lane++) {
                    const size_t at = k * LANES + lane, mine = i * 2 * K + k;
                    float d = (row[mine] - mu[at]) * inverse_s[at];
                    float t = row[mine + K] * inverse_s[at];
                    sum[lane] += d * d + t * t;
                }
            add_lanes(sum, q + i * VIB_PAIR_COLUMNS);
        }
}

/* q = sum_k 1/2 (mu_i - mu_j)^2 / (s_i^2 + s_j^2) + ln ((s_i^2 + s_j^2) / (2 s_i s_j)), where
 * r = s_i / s_j + s_j / s_i takes the place of (s_i^2 + s_j^2) / (s_i s_j), as squares leave
 * float32's range where s is small. The logarithm's argument is at least 1. CHUNK of them are
 * multiplied before one logarithm is taken; a product that exceeds float32 is cut, which makes the
 * distance 44 nats at the least. */
VIB_MULTIVERSION
static void bhattacharyya_diagonal(size_t K, const void *rows, const void *panel, void *work,
                                   double *q) {
    const float *row = rows, *mu = panel, *s = mu + K * LANES, *inverse_s = s + K * LANES;
    (void)work;
    for (size_t first = 0; first < K; first += CHUNK)
        for (size_t i = 0; i < VIB_PAIR_ROWS; i++) {
            const size_t end = chunk_end(first, K);
            float sum[LANES] = {0}, product[LANES];
            for (size_t lane = 0; lane < LANES; lane++)
                product[lane] = 1.0f;
            for (size_t k = first; k < end; k++)
                for (size_t lane = 0; lane < LANES; lane++) {
                    const size_t at = k * LANES + lane, mine = i * 3 * K + k;
                    float d = row[mine] - mu[at];
                    float r = row[mine + K] * inverse_s[at] + s[at] * row[mine + 2 * K];
                    r = r < FLT_MAX ? r : FLT_MAX; /* infinity over infinity is not a number */
                    sum[lane] += (d * row[mine + 2 * K]) * (d * inverse_s[at]) / r;
                    product[lane] *= 0.5f * r;
                }
            for (size_t lane = 0; lane < LANES; lane++) {
                float p = product[lane] > FLT_MAX ? FLT_MAX : product[lane];
                sum[lane] = 0.5f * sum[lane] + vib_logf(p);
            }
            add_lanes(sum, q + i * VIB_PAIR_COLUMNS);
        }
}

const struct vib_measure vib_measures_diagonal[VIB_PAIRWISE_KINDS] = {
    [VIB_PAIRWISE_DENSITY] = {.number = sizeof(float),
                              .row = {.vectors = 1},
                              .column = {.vectors = 2},
                              .describe_row = describe_sample,
                              .describe_column = describe_inverse,
                              .distances = density_diagonal},
    [VIB_PAIRWISE_KL] = {.number = sizeof(float),
                         .row = {.vectors = 2},
                         .column = {.vectors = 2},
                         .describe_row = describe_scale,
                         .describe_column = describe_inverse,
                         .distances = kl_diagonal},
    [VIB_PAIRWISE_BHATTACHARYYA] = {.symmetric = true,
                                    .number = sizeof(float),
                                    .row = {.vectors = 3},
                                    .column = {.vectors = 3},
                                    .describe_row = describe_both,
                                    .describe_column = describe_both,
                                    .distances = bhattacharyya_diagonal},
};
