#include "tests/unit/core/codes_fixture.h"

#include "core/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void codes_init(struct codes *codes, enum vib_covariance covariance, size_t n, size_t K) {
    const size_t F = covariance == VIB_FULL ? K * (K + 1) / 2 : K;
    *codes = (struct codes){.covariance = covariance, .n = n, .K = K, .F = F};
    codes->mu = calloc(n * K, sizeof(float));
    codes->z = calloc(n * K, sizeof(float));
    codes->factor = calloc(n * F, sizeof(float));
    assert_true(codes->mu != NULL && codes->z != NULL && codes->factor != NULL);
}

void codes_release(struct codes *codes) {
    free(codes->mu);
    free(codes->factor);
    free(codes->z);
}

void codes_normals(uint64_t seed, uint32_t what, size_t count, float *out) {
    const struct vib_stream stream = {seed, VIB_STREAM_CODES, what, 0};
    vib_random_normal(&stream, 0, count, out);
}

/* L_kc of example i. */
static double factor_at(const struct vib_gaussians *g, size_t i, size_t k, size_t c) {
    if (g->covariance == VIB_DIAGONAL)
        return k == c ? (double)g->factor[i * g->K + k] : 0.0;
    const float *factor = g->factor + i * (g->K * (g->K + 1) / 2);
    if (c > k)
        return 0.0;
    return (double)(k == c ? factor[k] : factor[g->K + k * (k - 1) / 2 + c]);
}

void codes_draw(struct codes *codes, uint64_t seed) {
    const struct vib_gaussians g = codes_view(codes);
    float *eps = calloc(g.n * g.K, sizeof *eps);
    assert_non_null(eps);
    codes_normals(seed, 0, g.n * g.K, eps);
    for (size_t i = 0; i < g.n; i++)
        for (size_t k = 0; k < g.K; k++) {
            double z = (double)g.mu[i * g.K + k];
            for (size_t c = 0; c <= k; c++)
                z += factor_at(&g, i, k, c) * (double)eps[i * g.K + c];
            codes->z[i * g.K + k] = (float)z;
        }
    free(eps);
}

static void copy_sample(const void *context, size_t i, float *eps, float *z) {
    const struct codes *codes = context;
    (void)eps;
    memcpy(z, codes->z + i * codes->K, codes->K * sizeof *z);
}

struct vib_gaussians codes_view(const struct codes *codes) {
    return (struct vib_gaussians){.covariance = codes->covariance,
                                  .n = codes->n,
                                  .K = codes->K,
                                  .mu = codes->mu,
                                  .factor = codes->factor,
                                  .sample = copy_sample,
                                  .context = codes};
}

/* A symmetric positive definite matrix [K][K], its inverse and log-determinant. */
struct matrix {
    double *a, *inverse, log_det;
};

static void matrix_init(struct matrix *m, size_t K) {
    *m = (struct matrix){calloc(K * K, sizeof(double)), calloc(K * K, sizeof(double)), 0.0};
    assert_true(m->a != NULL && m->inverse != NULL);
}

static void matrix_release(struct matrix *m) {
    free(m->a);
    free(m->inverse);
}

/* Gauss-Jordan elimination of [A | I]. */
static void matrix_invert(struct matrix *m, size_t K) {
    double *a = calloc(K * K, sizeof *a), *b = m->inverse;
    assert_non_null(a);
    memcpy(a, m->a, K * K * sizeof *a);
    m->log_det = 0.0;
    for (size_t at = 0; at < K * K; at++)
        b[at] = at % (K + 1) == 0 ? 1.0 : 0.0;
    for (size_t k = 0; k < K; k++) {
        const double pivot = a[k * K + k];
        m->log_det += log(pivot);
        for (size_t c = 0; c < K; c++) {
            a[k * K + c] /= pivot;
            b[k * K + c] /= pivot;
        }
        for (size_t r = 0; r < K; r++) {
            const double f = a[r * K + k];
            for (size_t c = 0; r != k && c < K; c++) {
                a[r * K + c] -= f * a[k * K + c];
                b[r * K + c] -= f * b[k * K + c];
            }
        }
    }
    free(a);
}

/* a += scale * Sigma_i */
static void add_covariance(const struct vib_gaussians *g, size_t i, double scale, double *a) {
    const size_t K = g->K;
    for (size_t r = 0; g->covariance == VIB_DIAGONAL && r < K; r++)
        a[r * (K + 1)] += scale * pow(factor_at(g, i, r, r), 2.0);
    for (size_t r = 0; g->covariance == VIB_FULL && r < K; r++)
        for (size_t c = 0; c < K; c++)
            for (size_t m = 0; m <= (r < c ? r : c); m++)
                a[r * K + c] += scale * factor_at(g, i, r, m) * factor_at(g, i, c, m);
}

/* tr(A B) + (x - y)^T B (x - y), A = NULL for 0. */
static double form(size_t K, const double *a, const double *b, const float *x, const double *y) {
    double sum = 0.0;
    for (size_t r = 0; r < K; r++)
        for (size_t c = 0; c < K; c++)
            sum +=
                ((a != NULL ? a[c * K + r] : 0.0) + ((double)x[r] - y[r]) * ((double)x[c] - y[c])) *
                b[r * K + c];
    return sum;
}

static double log_scale(const struct vib_gaussians *g, size_t i) {
    double sum = 0.0;
    for (size_t k = 0; k < g->K; k++)
        sum += log(factor_at(g, i, k, k));
    return sum;
}

/* Log-weights with diagonal covariance, from the sums over k. */
static double pair_diagonal(const struct vib_gaussians *g, enum vib_estimator estimator, size_t i,
                            size_t j) {
    const float *z = ((const struct codes *)g->context)->z + i * g->K;
    double sum = 0.0;
    for (size_t k = 0; k < g->K; k++) {
        const double si = factor_at(g, i, k, k), sj = factor_at(g, j, k, k), v = si * si + sj * sj;
        const double mi = (double)g->mu[i * g->K + k], mj = (double)g->mu[j * g->K + k];
        const double d = (double)z[k] - mj;
        if (estimator == VIB_ESTIMATOR_PAIRWISE_KL)
            sum -= 0.5 * ((si * si + (mi - mj) * (mi - mj)) / (sj * sj) - 1.0) + log(sj / si);
        else if (estimator == VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA)
            sum -= (mi - mj) * (mi - mj) / (4.0 * v) + 0.5 * log(v / (2.0 * si * sj));
        else
            sum -= 0.5 * d * d / (sj * sj) + log(sj);
    }
    return sum;
}

/* The same with any covariance, from matrices. */
static double pair_full(const struct vib_gaussians *g, enum vib_estimator estimator, size_t i,
                        size_t j) {
    const size_t K = g->K;
    const double both = log_scale(g, i) + log_scale(g, j);
    struct matrix own, m;
    double w, *mean = calloc(K, sizeof *mean);
    assert_non_null(mean);
    for (size_t k = 0; k < K; k++)
        mean[k] = (double)g->mu[j * K + k];
    matrix_init(&own, K);
    matrix_init(&m, K);
    add_covariance(g, i, 1.0, own.a);
    add_covariance(g, j, estimator == VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA ? 0.5 : 1.0, m.a);
    if (estimator == VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA)
        add_covariance(g, i, 0.5, m.a);
    matrix_invert(&m, K);
    if (estimator == VIB_ESTIMATOR_PAIRWISE_KL)
        w = -0.5 * (form(K, own.a, m.inverse, g->mu + i * K, mean) - (double)K + m.log_det) +
            log_scale(g, i);
    else if (estimator == VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA)
        w = -0.125 * form(K, NULL, m.inverse, g->mu + i * K, mean) - 0.5 * (m.log_det - both);
    else
        w = -0.5 * (form(K, NULL, m.inverse, ((const struct codes *)g->context)->z + i * K, mean) +
                    m.log_det);
    matrix_release(&own);
    matrix_release(&m);
    free(mean);
    return w;
}

/* An estimator of pairs: w_ii - ln of the mean of e^w_ij, over all j or all others. */
static double pair_term(const struct vib_gaussians *g, enum vib_estimator estimator, size_t i) {
    const bool others = estimator == VIB_ESTIMATOR_LEAVE_ONE_OUT;
    double *w = calloc(g->n, sizeof *w), max = -HUGE_VAL, sum = 0.0;
    assert_non_null(w);
    for (size_t j = 0; j < g->n; j++) {
        w[j] = g->covariance == VIB_FULL ? pair_full(g, estimator, i, j)
                                         : pair_diagonal(g, estimator, i, j);
        max = others && j == i ? max : fmax(max, w[j]);
    }
    for (size_t j = 0; j < g->n; j++)
        sum += others && j == i ? 0.0 : exp(w[j] - max);
    const double own = w[i], count = (double)(others ? g->n - 1 : g->n);
    free(w);
    return own - max - log(sum / count);
}

/* KL[p(z|x_i) || N(m, C)] for all i; terms [n]. */
static void divergences(const struct vib_gaussians *g, const double *m, struct matrix *c,
                        double *terms) {
    struct matrix own;
    matrix_init(&own, g->K);
    matrix_invert(c, g->K);
    for (size_t i = 0; i < g->n; i++) {
        memset(own.a, 0, g->K * g->K * sizeof *own.a);
        add_covariance(g, i, 1.0, own.a);
        terms[i] =
            0.5 * (form(g->K, own.a, c->inverse, g->mu + i * g->K, m) - (double)g->K + c->log_det) -
            log_scale(g, i);
    }
    matrix_release(&own);
}

/* The divergences from N(0, I), or from the Gaussian with the mixture's moments. */
static void gaussian_terms(const struct vib_gaussians *g, bool fitted, double *terms) {
    const size_t n = g->n, K = g->K;
    double *m = calloc(K, sizeof *m);
    struct matrix c;
    assert_non_null(m);
    matrix_init(&c, K);
    for (size_t k = 0; !fitted && k < K; k++)
        c.a[k * (K + 1)] = 1.0;
    for (size_t at = 0; fitted && at < n * K; at++)
        m[at % K] += (double)g->mu[at] / (double)n;
    for (size_t i = 0; fitted && i < n; i++) {
        const float *mu = g->mu + i * K;
        add_covariance(g, i, 1.0 / (double)n, c.a);
        for (size_t at = 0; at < K * K; at++)
            c.a[at] +=
                ((double)mu[at / K] - m[at / K]) * ((double)mu[at % K] - m[at % K]) / (double)n;
    }
    divergences(g, m, &c, terms);
    matrix_release(&c);
    free(m);
}

struct vib_bound reference_bound(const struct vib_gaussians *g, enum vib_estimator estimator) {
    double *terms = calloc(g->n, sizeof *terms), sum = 0.0, squares = 0.0;
    const double n = (double)g->n;
    assert_non_null(terms);
    if (estimator == VIB_ESTIMATOR_RATE || estimator == VIB_ESTIMATOR_MOMENT_MATCHED)
        gaussian_terms(g, estimator == VIB_ESTIMATOR_MOMENT_MATCHED, terms);
    else
        for (size_t i = 0; i < g->n; i++)
            terms[i] = pair_term(g, estimator, i);
    for (size_t i = 0; i < g->n; i++)
        sum += terms[i] / log(2.0);
    for (size_t i = 0; i < g->n; i++)
        squares += pow(terms[i] / log(2.0) - sum / n, 2.0);
    free(terms);
    return (struct vib_bound){sum / n, sqrt(squares / (n - 1.0) / n)};
}
