/* The estimators of I(X;Z|Y) on codes whose residual information is known. */
#include "core/residual.h"
#include "tests/unit/core/codes_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const unsigned every = (1u << VIB_ESTIMATORS) - 1;
static const unsigned within = (1u << VIB_ESTIMATORS) - 1 - (1u << VIB_ESTIMATOR_RATE);

static void measure(const struct codes *codes, const size_t *class_n, size_t classes, bool whole,
                    struct vib_bound out[VIB_ESTIMATORS]) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_error err = {0};
    if (vib_residual_bounds(&g, class_n, classes, whole, every, NULL, NULL, out, &err) != VIB_OK)
        fail_msg("%s", err.message);
    assert_true(isnan(out[VIB_ESTIMATOR_RATE].bits));
}

/* Codes of one number, examples of class c at `level[c]` +- `distance[c]`, of unit noise. */
static void pairs_init(struct codes *codes, const size_t *class_n, const double *distance,
                       size_t classes) {
    size_t n = 0, at = 0;
    for (size_t c = 0; c < classes; c++)
        n += class_n[c];
    codes_init(codes, VIB_DIAGONAL, n, 1);
    for (size_t c = 0; c < classes; c++)
        for (size_t i = 0; i < class_n[c]; i++, at++) {
            codes->mu[at] = (float)(20.0 * (double)c + (i % 2 == 0 ? 1.0 : -1.0) * distance[c]);
            codes->factor[at] = 1.0f;
        }
    codes_draw(codes, 3);
}

/* Within class c one of two means +-a and unit noise: 1 - E log2(1 + e^(-2a(a + eps))) bits. The
 * classes lie far apart, so that I(Z;X) is more by H(Y), nearly. */
static void test_two_means_within_each_class(void **state) {
    (void)state;
    static const size_t class_n[] = {1000, 3000, 2000};
    static const double a[] = {2.0, 0.5, 1.0}, bits[] = {0.912822, 0.160747, 0.485944};
    struct vib_bound got[VIB_ESTIMATORS];
    struct codes codes;
    double want = 0.0;
    for (size_t c = 0; c < 3; c++)
        want += (double)class_n[c] / 6000.0 * bits[c];
    pairs_init(&codes, class_n, a, 3);
    measure(&codes, class_n, 3, true, got);
    static const enum vib_estimator exact[] = {VIB_ESTIMATOR_MIXTURE, VIB_ESTIMATOR_LEAVE_ONE_OUT};
    for (size_t i = 0; i < 2; i++) {
        const struct vib_bound *bound = &got[exact[i]];
        print_message("# %s: %.5f +- %.5f, true %.5f bits\n", vib_estimator_name(exact[i]),
                      bound->bits, bound->se_bits, want);
        assert_true(bound->se_bits > 0.0 && bound->se_bits < 0.02);
        assert_true(fabs(bound->bits - want) <= 4.0 * bound->se_bits + 1e-3);
    }
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits < want);
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_KL].bits > want);
    assert_true(got[VIB_ESTIMATOR_MOMENT_MATCHED].bits > want);
    codes_release(&codes);
}

/* Examples that have Gaussian means within a class, of deviation t[c], and unit noise: 1/2 log2(1 +
 * t^2) bits for inputs drawn without end, which moment_matched has, too, as Z is a Gaussian. */
static void test_a_gaussian_within_each_class(void **state) {
    (void)state;
    enum { EACH = 3000 };
    static const size_t class_n[] = {EACH, EACH};
    static const double t[] = {0.5, 3.0};
    struct vib_bound got[VIB_ESTIMATORS];
    struct codes codes;
    codes_init(&codes, VIB_DIAGONAL, 2 * EACH, 1);
    codes_normals(8, 1, 2 * EACH, codes.mu);
    for (size_t i = 0; i < 2 * EACH; i++) {
        codes.mu[i] = (float)(t[i / EACH] * (double)codes.mu[i]);
        codes.factor[i] = 1.0f;
    }
    codes_draw(&codes, 4);
    measure(&codes, class_n, 2, false, got);
    const double want = 0.25 * (log2(1.0 + t[0] * t[0]) + log2(1.0 + t[1] * t[1]));
    static const enum vib_estimator near[] = {VIB_ESTIMATOR_MIXTURE, VIB_ESTIMATOR_LEAVE_ONE_OUT,
                                              VIB_ESTIMATOR_MOMENT_MATCHED};
    for (size_t i = 0; i < 3; i++) {
        print_message("# %s: %.4f +- %.4f, true %.4f bits\n", vib_estimator_name(near[i]),
                      got[near[i]].bits, got[near[i]].se_bits, want);
        assert_true(fabs(got[near[i]].bits - want) <= 4.0 * got[near[i]].se_bits + 5e-3);
    }
    codes_release(&codes);
}

static double density(const struct codes *codes, size_t i, double z) {
    const double s = (double)codes->factor[i], d = (z - (double)codes->mu[i]) / s;
    return exp(-0.5 * d * d) / (s * sqrt(2.0 * acos(-1.0)));
}

/* I(Z;X) in bits of examples first .. first + n of codes of one number, by quadrature. */
static double quadrature(const struct codes *codes, size_t first, size_t n) {
    enum { STEPS = 6000 };
    const double reach = 15.0, step = 2.0 * reach / STEPS;
    double sum = 0.0;
    for (size_t at = 0; at <= STEPS; at++) {
        const double z = -reach + step * (double)at;
        double mean = 0.0;
        for (size_t i = first; i < first + n; i++)
            mean += density(codes, i, z) / (double)n;
        for (size_t i = first; i < first + n; i++) {
            const double p = density(codes, i, z);
            sum += p > 1e-200 ? step * p / (double)n * log2(p / mean) : 0.0;
        }
    }
    return sum;
}

/* Few codes without order, in classes of all sizes. All examples are there, so every estimate is
 * one of the truth by quadrature, on its side; none of 60 that are drawn is four standard errors on
 * the other. */
static void test_against_quadrature(void **state) {
    (void)state;
    static const size_t class_n[] = {1, 7, 2, 0, 20};
    size_t checked = 0;
    for (uint64_t model = 0; model < 30; model++) {
        struct vib_bound got[VIB_ESTIMATORS];
        struct codes codes;
        double truth = 0.0, all;
        codes_init(&codes, VIB_DIAGONAL, 30, 1);
        codes_normals(model, 1, 30, codes.mu);
        codes_normals(model, 2, 30, codes.factor);
        for (size_t i = 0; i < 30; i++) {
            codes.mu[i] *= 2.0f;
            codes.factor[i] = (float)exp(0.5 * (double)codes.factor[i] - 1.0);
        }
        codes_draw(&codes, model);
        for (size_t c = 0, first = 0; c < 5; first += class_n[c++])
            if (class_n[c] > 1)
                truth += (double)class_n[c] / 30.0 * quadrature(&codes, first, class_n[c]);
        all = quadrature(&codes, 0, 30);
        assert_true(truth > 0.0 && truth < all);
        measure(&codes, class_n, 5, true, got);
        for (int e = VIB_ESTIMATOR_MOMENT_MATCHED; e < VIB_ESTIMATORS; e++) {
            const bool drawn = e == VIB_ESTIMATOR_MIXTURE || e == VIB_ESTIMATOR_LEAVE_ONE_OUT;
            const double slack = drawn ? 4.0 * got[e].se_bits : 1e-5;
            const bool lower = vib_estimator_side((enum vib_estimator)e) == VIB_LOWER;
            if (!(lower ? got[e].bits <= truth + slack : got[e].bits >= truth - slack))
                fail_msg("model %d: %s is %.5f, the truth %.5f", (int)model,
                         vib_estimator_name((enum vib_estimator)e), got[e].bits, truth);
            checked++;
        }
        assert_true(got[VIB_ESTIMATOR_MIXTURE].bits <= vib_residual_cap(class_n, 5));
        codes_release(&codes);
    }
    assert_int_equal(checked, 30 * (VIB_ESTIMATORS - 1));
}

/* One class is no condition. */
static void test_one_class(void **state) {
    (void)state;
    for (enum vib_covariance covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        static const size_t class_n[] = {0, 50, 0};
        struct vib_bound got[VIB_ESTIMATORS], want[VIB_ESTIMATORS];
        struct vib_error err = {0};
        struct codes codes;
        codes_init(&codes, covariance, 50, 3);
        codes_normals(1, 1, 50 * 3, codes.mu);
        for (size_t i = 0; i < 50; i++)
            for (size_t k = 0; k < 3; k++)
                codes.factor[i * codes.F + k] = 0.5f;
        codes_draw(&codes, 1);
        const struct vib_gaussians g = codes_view(&codes);
        assert_int_equal(vib_bounds(&g, within, NULL, NULL, want, &err), VIB_OK);
        measure(&codes, class_n, 3, true, got);
        for (int e = VIB_ESTIMATOR_MOMENT_MATCHED; e < VIB_ESTIMATORS; e++) {
            assert_true(got[e].bits == want[e].bits);
            assert_true(fabs(got[e].se_bits - want[e].se_bits) <= 1e-15);
        }
        assert_true(vib_residual_cap(class_n, 3) == log2(50.0));
        codes_release(&codes);
    }
}

/* What is of several, but alone here, has no other to be held against. */
static void test_classes_of_one(void **state) {
    (void)state;
    static const size_t class_n[] = {1, 1, 1};
    static const double distance[] = {1.0, 1.0, 1.0};
    struct vib_bound got[VIB_ESTIMATORS];
    struct codes codes;
    pairs_init(&codes, class_n, distance, 3);
    measure(&codes, class_n, 3, true, got);
    for (int e = VIB_ESTIMATOR_MOMENT_MATCHED; e < VIB_ESTIMATORS; e++)
        assert_true(got[e].bits == 0.0 && got[e].se_bits == 0.0);
    measure(&codes, class_n, 3, false, got);
    assert_true(isnan(got[VIB_ESTIMATOR_LEAVE_ONE_OUT].bits));
    assert_true(got[VIB_ESTIMATOR_MIXTURE].bits == 0.0);
    assert_true(vib_residual_cap(class_n, 3) == 0.0);
    codes_release(&codes);
}

/* One class whose estimates are not finite takes them from all, and says so. */
static void test_not_finite(void **state) {
    (void)state;
    static const size_t class_n[] = {4, 4};
    static const double distance[] = {1.0, 1.0};
    struct vib_bound got[VIB_ESTIMATORS];
    struct vib_error err = {0};
    struct codes codes;
    atomic_bool stop;
    pairs_init(&codes, class_n, distance, 2);
    const struct vib_gaussians g = codes_view(&codes);
    atomic_init(&stop, true);
    assert_int_equal(vib_residual_bounds(&g, class_n, 2, true, every, &stop, NULL, got, &err),
                     VIB_ESTOPPED);
    codes.mu[2] = NAN;
    assert_int_equal(vib_residual_bounds(&g, class_n, 2, true, every, NULL, NULL, got, &err),
                     VIB_EDIVERGED);
    assert_string_equal(err.message, "the codes are not finite");
    for (int e = 0; e < VIB_ESTIMATORS; e++)
        assert_true(isnan(got[e].bits) && isnan(got[e].se_bits));
    codes_release(&codes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_means_within_each_class),
        cmocka_unit_test(test_a_gaussian_within_each_class),
        cmocka_unit_test(test_against_quadrature),
        cmocka_unit_test(test_one_class),
        cmocka_unit_test(test_classes_of_one),
        cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
