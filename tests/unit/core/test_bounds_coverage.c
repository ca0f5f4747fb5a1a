/* How often the ends that view valid_bound makes of the estimators lie on the wrong side of I(Z;X):
 * codes of one dimension, whose I(Z;X) is an integral over a line. */
#include "tests/unit/core/codes_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* p(z|x_i) = N(mu_i, s_i^2), mu_i ~ N(0, 1) and s_i about `scale`. */
static void make_codes(struct codes *codes, size_t n, double scale, uint64_t seed) {
    codes_init(codes, VIB_DIAGONAL, n, 1);
    codes_normals(seed, 1, n, codes->mu);
    codes_normals(seed, 2, n, codes->factor);
    for (size_t i = 0; i < n; i++)
        codes->factor[i] = (float)(scale * exp(0.3 * (double)codes->factor[i]));
    codes_draw(codes, seed);
}

/* h(Z) - mean_i h(N(mu_i, s_i^2)), bits. The rule of trapezoids errs for such sums by less than
 * rounding when its step is below every s_i; beyond 9 s_i a code adds nothing. */
static double quadrature(const struct codes *codes) {
    double step = (double)INFINITY, low = (double)INFINITY, high = -(double)INFINITY, entropy = 0.0;
    for (size_t i = 0; i < codes->n; i++) {
        const double mu = (double)codes->mu[i], s = (double)codes->factor[i];
        step = fmin(step, s / 3);
        low = fmin(low, mu - 9 * s);
        high = fmax(high, mu + 9 * s);
    }
    const size_t points = (size_t)ceil((high - low) / step) + 1;
    double *p = calloc(points, sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; i < codes->n; i++) {
        const double mu = (double)codes->mu[i], s = (double)codes->factor[i];
        const size_t last = (size_t)((mu + 9 * s - low) / step);
        for (size_t at = (size_t)ceil((mu - 9 * s - low) / step); at <= last; at++) {
            const double u = (low + (double)at * step - mu) / s;
            p[at] += exp(-0.5 * u * u) / (s * sqrt(2 * M_PI) * (double)codes->n);
        }
        entropy -= 0.5 * log2(2 * M_PI * exp(1) * s * s) / (double)codes->n;
    }
    for (size_t at = 0; at < points; at++)
        entropy -= p[at] > 0 ? p[at] * log2(p[at]) * step : 0.0;
    free(p);
    return entropy;
}

/* Codes whose lower end lies above the truth, and whose upper end lies below, of `repeats`. */
struct wrong {
    int lower, upper;
};

static void count_wrong(size_t n, double scale, int repeats, struct wrong *wrong) {
    for (int r = 0; r < repeats; r++) {
        struct codes codes;
        struct vib_bound b[VIB_ESTIMATORS];
        struct vib_error err = {0};
        make_codes(&codes, n, scale, (uint64_t)r);
        const struct vib_gaussians g = codes_view(&codes);
        if (vib_bounds(&g, (1u << VIB_ESTIMATORS) - 1, NULL, NULL, b, &err) != VIB_OK)
            fail_msg("%s", err.message);
        const struct vib_bound mixture = b[VIB_ESTIMATOR_MIXTURE],
                               loo = b[VIB_ESTIMATOR_LEAVE_ONE_OUT];
        const double truth = quadrature(&codes);
        double upper = fmin(log2((double)n), loo.bits + 2 * loo.se_bits);
        upper = fmin(upper, b[VIB_ESTIMATOR_RATE].bits);
        upper = fmin(upper, b[VIB_ESTIMATOR_MOMENT_MATCHED].bits);
        upper = fmin(upper, b[VIB_ESTIMATOR_PAIRWISE_KL].bits);
        const double lower = fmin(upper, fmax(mixture.bits - 2 * mixture.se_bits,
                                              b[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits));
        wrong->lower += lower > truth + 1e-9;
        wrong->upper += upper < truth - 1e-9;
        codes_release(&codes);
    }
}

static const double scales[] = {0.01, 0.1, 0.3, 1.0}; /* from near log2 n to a tenth of a bit */
enum { SCALES = sizeof scales / sizeof scales[0], REPEATS = 100 };

/* The quadrature itself: codes that coincide tell nothing, two far apart tell 1 bit, and two at
 * distance 2a the bits of a binary mean. */
static void test_quadrature(void **state) {
    static const double a[] = {0, 0.5, 1, 2, 3, 50},
                        bits[] = {0, 0.160747, 0.485944, 0.912822, 0.994447, 1};
    (void)state;
    for (size_t t = 0; t < sizeof a / sizeof a[0]; t++) {
        struct codes codes;
        codes_init(&codes, VIB_DIAGONAL, 2, 1);
        codes.mu[1] = (float)(2 * a[t]);
        codes.factor[0] = codes.factor[1] = 1.0f;
        const double got = quadrature(&codes);
        if (!(fabs(got - bits[t]) <= 6e-7))
            fail_msg("a = %g: %.9f bits, not %.9f", a[t], got, bits[t]);
        codes_release(&codes);
    }
}

/* Two standard errors leave 2.3 % of a normal estimate's lower ends on the wrong side. */
static void test_from_thirty_examples_on(void **state) {
    static const size_t n[] = {30, 100, 300};
    enum { CODES = 3 * SCALES * REPEATS };
    struct wrong wrong = {0, 0};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t t = 0; t < SCALES; t++)
            count_wrong(n[i], scales[t], REPEATS, &wrong);
    printf("of %d codes: lower end above I(Z;X) %d, upper end below %d\n", CODES, wrong.lower,
           wrong.upper);
    assert_in_range(wrong.lower, 0, CODES * 3 / 100);
    assert_in_range(wrong.upper, 0, CODES / 100);
}

/* Where nearly every term is log2 n, ten examples seldom have one of the others, and the estimate
 * no standard error: the lower end is then no bound. */
static void test_few_examples_near_log2_n(void **state) {
    struct wrong wrong = {0, 0};
    (void)state;
    count_wrong(10, scales[0], REPEATS, &wrong);
    printf("of %d codes: lower end above I(Z;X) %d, upper end below %d\n", REPEATS, wrong.lower,
           wrong.upper);
    assert_in_range(wrong.lower, REPEATS / 4, REPEATS);
    assert_int_equal(wrong.upper, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quadrature),
        cmocka_unit_test(test_from_thirty_examples_on),
        cmocka_unit_test(test_few_examples_near_log2_n),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
