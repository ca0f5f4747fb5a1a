/* The estimators of I(Z;X) on encoders whose I(Z;X) is known. Tolerances are standard errors. */
#include "tests/unit/core/codes_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void near(const char *what, double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: got %.10g, expected %.10g +- %.2g", what, got, want, tolerance);
}

static void at_most(const char *what, double got, double limit) {
    if (!(got <= limit))
        fail_msg("%s: got %.10g, allowed %.10g", what, got, limit);
}

static void make(const struct codes *codes, struct vib_bound *out) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_error err = {0};
    if (vib_bounds(&g, (1u << VIB_ESTIMATORS) - 1, NULL, NULL, out, &err) != VIB_OK)
        fail_msg("%s", err.message);
}

/* ln det of a symmetric positive definite matrix [K][K], which is destroyed. */
static double log_det(double *a, size_t K) {
    double sum = 0.0;
    for (size_t k = 0; k < K; k++) {
        sum += log(a[k * K + k]);
        for (size_t r = k + 1; r < K; r++)
            for (size_t c = K; c-- > k;)
                a[r * K + c] -= a[r * K + k] / a[k * K + k] * a[k * K + c];
    }
    return sum;
}

enum { MOST_K = 5 };

/* Z = A x + L eps, x ~ N(0, I) and eps of dimension K. */
struct linear {
    size_t K;
    double a[MOST_K * MOST_K], l[MOST_K * MOST_K];
};

static void linear_init(struct linear *p, enum vib_covariance covariance, size_t K) {
    float a[MOST_K * MOST_K], l[MOST_K * MOST_K];
    p->K = K;
    codes_normals(K, 1, K * K, a);
    codes_normals(K, 2, K * K, l);
    for (size_t at = 0; at < K * K; at++) {
        const size_t r = at / K, c = at % K;
        p->a[at] = 0.8 * (double)a[at];
        p->l[at] = r == c                            ? 0.5 + 0.1 * (double)r
                   : r > c && covariance == VIB_FULL ? 0.4 * (double)l[at]
                                                     : 0.0;
    }
}

/* The covariance of Z: A A^T + L L^T; its trace. */
static double linear_covariance(const struct linear *p, double *sigma) {
    const size_t K = p->K;
    double trace = 0.0;
    memset(sigma, 0, K * K * sizeof *sigma);
    for (size_t at = 0; at < K * K; at++) {
        const size_t r = at / K, c = at % K;
        for (size_t m = 0; m < K; m++)
            sigma[at] += p->a[r * K + m] * p->a[c * K + m] + p->l[r * K + m] * p->l[c * K + m];
        trace += r == c ? sigma[at] : 0.0;
    }
    return trace;
}

/* I(Z;X) = 1/2 ln det(A A^T + L L^T) / det(L)^2, and the rate's slack KL[p(z) || N(0, I)]; bits. */
static void linear_truth(const struct linear *p, double *information, double *slack) {
    double sigma[MOST_K * MOST_K], log_scale = 0.0;
    const double trace = linear_covariance(p, sigma), volume = log_det(sigma, p->K);
    for (size_t k = 0; k < p->K; k++)
        log_scale += log(p->l[k * p->K + k]);
    *information = (0.5 * volume - log_scale) / M_LN2;
    *slack = 0.5 * (trace - (double)p->K - volume) / M_LN2;
}

static void linear_codes(const struct linear *p, enum vib_covariance covariance, size_t n,
                         struct codes *codes) {
    const size_t K = p->K;
    float *x = calloc(n * K, sizeof *x);
    assert_non_null(x);
    codes_init(codes, covariance, n, K);
    codes_normals(77, 3, n * K, x);
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < K; r++) {
            double mu = 0.0;
            float *factor = codes->factor + i * codes->F;
            for (size_t c = 0; c < K; c++)
                mu += p->a[r * K + c] * (double)x[i * K + c];
            codes->mu[i * K + r] = (float)mu;
            factor[r] = (float)p->l[r * K + r];
            for (size_t c = 0; covariance == VIB_FULL && c < r; c++)
                factor[K + r * (r - 1) / 2 + c] = (float)p->l[r * K + c];
        }
    codes_draw(codes, 78);
    free(x);
}

/* mixture and leave_one_out are biased to either side by about as much as they differ. */
static void check_linear(enum vib_covariance covariance, size_t K) {
    struct linear p;
    struct codes codes;
    struct vib_bound b[VIB_ESTIMATORS];
    double truth, slack;
    linear_init(&p, covariance, K);
    linear_truth(&p, &truth, &slack);
    linear_codes(&p, covariance, 1500, &codes);
    make(&codes, b);
    const struct vib_bound mixture = b[VIB_ESTIMATOR_MIXTURE], kl = b[VIB_ESTIMATOR_PAIRWISE_KL],
                           loo = b[VIB_ESTIMATOR_LEAVE_ONE_OUT], rate = b[VIB_ESTIMATOR_RATE],
                           matched = b[VIB_ESTIMATOR_MOMENT_MATCHED],
                           distance = b[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA];
    near("rate", rate.bits, truth + slack, 4 * rate.se_bits);
    near("moment_matched", matched.bits, truth, 4 * matched.se_bits);
    at_most("moment_matched", matched.bits, rate.bits);
    at_most("mixture", mixture.bits, truth + 4 * mixture.se_bits);
    at_most("truth", truth, loo.bits + 4 * loo.se_bits);
    at_most("mixture", mixture.bits, loo.bits);
    at_most("sandwich", loo.bits - mixture.bits, 0.05 * truth);
    at_most("pairwise_bhattacharyya", distance.bits, mixture.bits + 4 * mixture.se_bits);
    at_most("mixture", mixture.bits, kl.bits + 4 * mixture.se_bits);
    codes_release(&codes);
}

static void test_linear_encoder(void **state) {
    static const size_t K[] = {1, 2, 5};
    (void)state;
    for (size_t t = 0; t < 3; t++) {
        check_linear(VIB_DIAGONAL, K[t]);
        check_linear(VIB_FULL, K[t]);
    }
}

/* Every corner of the cube [-a, a]^K as often, unit noise: K times the bits of one dimension. */
static void cube(struct codes *codes, size_t n, size_t K, double a) {
    codes_init(codes, VIB_DIAGONAL, n, K);
    for (size_t at = 0; at < n * K; at++) {
        codes->mu[at] = (float)((at / K >> at % K & 1) != 0 ? a : -a);
        codes->factor[at] = 1.0f;
    }
    codes_draw(codes, 5);
}

/* -ln 1/2 (1 + e^-D), in bits: the pairwise estimators for two codes at distance D. */
static double two_points(double distance) {
    return 1.0 - log1p(exp(-distance)) / M_LN2;
}

static void check_cube(size_t K, double a, double bits) {
    const size_t n = 1600;
    const double copies = (double)K, points = pow(2, copies);
    const double kl = copies * two_points(2 * a * a), distance = copies * two_points(a * a / 2);
    struct codes codes;
    struct vib_bound b[VIB_ESTIMATORS];
    cube(&codes, n, K, a);
    make(&codes, b);
    const struct vib_bound mixture = b[VIB_ESTIMATOR_MIXTURE];
    near("mixture", mixture.bits, copies * bits, 4 * mixture.se_bits);
    /* One example in n / points is left out. */
    near("leave_one_out", b[VIB_ESTIMATOR_LEAVE_ONE_OUT].bits, mixture.bits,
         points / (double)n / M_LN2);
    near("pairwise_kl", b[VIB_ESTIMATOR_PAIRWISE_KL].bits, kl, 1e-6);
    near("pairwise_bhattacharyya", b[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits, distance, 1e-6);
    at_most("pairwise_bhattacharyya", distance, copies * bits);
    at_most("pairwise_kl", copies * bits, kl);
    near("rate", b[VIB_ESTIMATOR_RATE].bits, copies * a * a / 2 / M_LN2, 1e-6);
    near("moment_matched", b[VIB_ESTIMATOR_MOMENT_MATCHED].bits, copies * log2(1 + a * a) / 2,
         1e-6);
    codes_release(&codes);
}

static void test_binary_means(void **state) {
    static const double a[] = {0.5, 1, 2, 3}, bits[] = {0.160747, 0.485944, 0.912822, 0.994447};
    (void)state;
    for (size_t t = 0; t < 4; t++)
        for (size_t K = 1; K <= 3; K++)
            check_cube(K, a[t], bits[t]);
}

/* Ten codes far apart, each of as many examples: log2 10 bits, a little more without oneself. */
static void check_ten(size_t each) {
    const size_t n = 10 * each;
    struct codes codes;
    struct vib_bound b[VIB_ESTIMATORS];
    codes_init(&codes, VIB_DIAGONAL, n, 4);
    for (size_t at = 0; at < n * 4; at++) {
        codes.mu[at] = (float)(at / 4 % 10);
        codes.factor[at] = 0.01f;
    }
    codes_draw(&codes, 4);
    make(&codes, b);
    near("mixture", b[VIB_ESTIMATOR_MIXTURE].bits, log2(10), 1e-12);
    near("pairwise_kl", b[VIB_ESTIMATOR_PAIRWISE_KL].bits, log2(10), 1e-12);
    near("pairwise_bhattacharyya", b[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits, log2(10), 1e-12);
    if (each > 1)
        near("leave_one_out", b[VIB_ESTIMATOR_LEAVE_ONE_OUT].bits,
             log2((double)(n - 1) / (double)(each - 1)), 1e-12);
    else
        at_most("leave_one_out", 1000, b[VIB_ESTIMATOR_LEAVE_ONE_OUT].bits);
    at_most("log2 10", log2(10), b[VIB_ESTIMATOR_MOMENT_MATCHED].bits);
    at_most("moment_matched", b[VIB_ESTIMATOR_MOMENT_MATCHED].bits, b[VIB_ESTIMATOR_RATE].bits);
    codes_release(&codes);
}

static void test_ten_codes_far_apart(void **state) {
    (void)state;
    check_ten(1);
    check_ten(100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear_encoder),
        cmocka_unit_test(test_binary_means),
        cmocka_unit_test(test_ten_codes_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
