/* The estimators of I(Z;X) against the same written out in double, at the edges of their blocks,
 * at the ends of float32's range, and when something is wrong. */
#include "tests/unit/core/codes_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { EVERY = (1 << VIB_ESTIMATORS) - 1 };

static void near(const char *what, double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: got %.10g, expected %.10g +- %.2g", what, got, want, tolerance);
}

static void make(const struct codes *codes, struct vib_bound *out) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_error err = {0};
    if (vib_bounds(&g, EVERY, NULL, NULL, out, &err) != VIB_OK)
        fail_msg("%s", err.message);
}

/* Relative to the number, and absolute for those below 1 bit. float32 reaches 7e-7 at K = 256 and
 * 4e-7 below, double 1e-8. */
static void check_estimators(const struct codes *codes, double tolerance) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_bound got[VIB_ESTIMATORS];
    make(codes, got);
    for (enum vib_estimator e = 0; e < VIB_ESTIMATORS; e++) {
        const struct vib_bound want = reference_bound(&g, e);
        const double scale = fmax(1.0, fabs(want.bits));
        near(vib_estimator_name(e), got[e].bits, want.bits, tolerance * scale);
        near("its standard error", got[e].se_bits, want.se_bits, tolerance * scale);
    }
    assert_true(got[VIB_ESTIMATOR_MIXTURE].bits <= log2((double)g.n));
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_KL].bits <= log2((double)g.n));
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits <= log2((double)g.n));
}

/* Scales of coordinate k spread evenly, in logarithm, from low to high, varied by `vary` between
 * examples; means `distance` scales apart all in all; correlated when the covariance is full. */
struct recipe {
    enum vib_covariance covariance;
    size_t n, K;
    double low, high, vary, distance;
};

static void cook(struct codes *codes, const struct recipe *r, uint64_t seed) {
    codes_init(codes, r->covariance, r->n, r->K);
    codes_normals(seed, 1, r->n * r->K, codes->mu);
    codes_normals(seed, 2, r->n * codes->F, codes->factor);
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->K; k++) {
            float *mu = codes->mu + i * r->K + k, *factor = codes->factor + i * codes->F;
            double place = r->K > 1 ? (double)k / (double)(r->K - 1) : 0.0;
            double scale = r->low * pow(r->high / r->low, place);
            *mu = (float)(0.3 + scale * r->distance / sqrt((double)r->K) * (double)*mu);
            factor[k] = (float)(scale * exp(r->vary * (double)factor[k]));
            for (size_t c = 0; r->covariance == VIB_FULL && c < k; c++)
                factor[r->K + k * (k - 1) / 2 + c] *= (float)(0.5 * scale);
        }
    codes_draw(codes, seed + 1);
}

static void check_recipe(const struct recipe *recipe, uint64_t seed, double tolerance) {
    struct codes codes;
    cook(&codes, recipe, seed);
    check_estimators(&codes, tolerance);
    codes_release(&codes);
}

static void test_diagonal_codes_as_of_the_paper(void **state) {
    static const struct recipe recipes[] = {
        {VIB_DIAGONAL, 200, 256, 1e-3, 1e-3, 0.02, 2.0},  /* overlap, narrow */
        {VIB_DIAGONAL, 200, 256, 1e-3, 10.0, 0.05, 3.0},  /* overlap, broad range */
        {VIB_DIAGONAL, 200, 256, 1e-3, 1e-3, 0.1, 500.0}, /* far apart */
        {VIB_DIAGONAL, 200, 256, 0.1, 0.1, 2.0, 1.0},     /* each its own scales, 3e-5 .. 300 */
    };
    (void)state;
    for (size_t t = 0; t < sizeof recipes / sizeof recipes[0]; t++)
        check_recipe(&recipes[t], 10 * t, 2e-6);
}

static void test_other_dimensions(void **state) {
    static const size_t K[] = {1, 2, 5, 31, 32, 33, 65};
    (void)state;
    for (size_t t = 0; t < sizeof K / sizeof K[0]; t++)
        check_recipe(&(struct recipe){VIB_DIAGONAL, 60, K[t], 0.1, 1.0, 0.3, 3.0}, t, 1e-6);
}

static void test_full_covariance(void **state) {
    static const size_t K[] = {1, 2, 3, 5, 8};
    (void)state;
    for (size_t t = 0; t < sizeof K / sizeof K[0]; t++) {
        check_recipe(&(struct recipe){VIB_FULL, 60, K[t], 0.1, 1.0, 0.3, 3.0}, t, 1e-7);
        check_recipe(&(struct recipe){VIB_FULL, 60, K[t], 1e-3, 10.0, 0.3, 3.0}, 100 + t, 1e-7);
    }
}

/* Around the blocks of 16 rows, 32 lanes and 256 columns; from 2 blocks of columns on, symmetric
 * distances are used twice. */
static void test_numbers_of_examples(void **state) {
    static const size_t n[] = {2, 3, 15, 16, 17, 33, 255, 256, 257, 300, 513};
    (void)state;
    for (size_t t = 0; t < sizeof n / sizeof n[0]; t++) {
        check_recipe(&(struct recipe){VIB_DIAGONAL, n[t], 3, 0.5, 1.0, 0.3, 2.0}, t, 1e-6);
        check_recipe(&(struct recipe){VIB_FULL, n[t], 2, 0.5, 1.0, 0.3, 2.0}, t, 1e-7);
    }
}

static void test_one_example(void **state) {
    struct codes codes;
    struct vib_bound got[VIB_ESTIMATORS];
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 1, 4, 0.5, 1.0, 0.3, 2.0}, 3);
    make(&codes, got);
    assert_true(isfinite(got[VIB_ESTIMATOR_RATE].bits));
    near("moment_matched", got[VIB_ESTIMATOR_MOMENT_MATCHED].bits, 0.0, 1e-12);
    assert_true(got[VIB_ESTIMATOR_MIXTURE].bits == 0.0);
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_KL].bits == 0.0);
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits == 0.0);
    assert_true(isnan(got[VIB_ESTIMATOR_LEAVE_ONE_OUT].bits));
    for (size_t e = 0; e < VIB_ESTIMATORS; e++)
        assert_true(isnan(got[e].se_bits));
    codes_release(&codes);
}

static void test_full_of_a_diagonal_is_diagonal(void **state) {
    struct codes diagonal, full;
    struct vib_bound a[VIB_ESTIMATORS], b[VIB_ESTIMATORS];
    (void)state;
    cook(&diagonal, &(struct recipe){VIB_DIAGONAL, 300, 4, 0.01, 2.0, 0.4, 3.0}, 5);
    codes_init(&full, VIB_FULL, 300, 4);
    memcpy(full.mu, diagonal.mu, 300 * 4 * sizeof(float));
    memcpy(full.z, diagonal.z, 300 * 4 * sizeof(float));
    for (size_t i = 0; i < 300; i++)
        memcpy(full.factor + i * full.F, diagonal.factor + i * 4, 4 * sizeof(float));
    make(&diagonal, a);
    make(&full, b);
    for (enum vib_estimator e = 0; e < VIB_ESTIMATORS; e++) {
        near(vib_estimator_name(e), b[e].bits, a[e].bits, 2e-6);
        near("its standard error", b[e].se_bits, a[e].se_bits, 2e-6);
    }
    codes_release(&diagonal);
    codes_release(&full);
}

/* Codes that all coincide tell nothing, to the last bit. */
static void test_equal_codes(void **state) {
    (void)state;
    for (enum vib_covariance covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        struct codes codes;
        struct vib_bound got[VIB_ESTIMATORS];
        cook(&codes, &(struct recipe){covariance, 300, 5, 0.1, 1.0, 0.3, 2.0}, 8);
        for (size_t i = 1; i < codes.n; i++) {
            memcpy(codes.mu + i * codes.K, codes.mu, codes.K * sizeof(float));
            memcpy(codes.factor + i * codes.F, codes.factor, codes.F * sizeof(float));
        }
        codes_draw(&codes, 9);
        make(&codes, got);
        for (enum vib_estimator e = VIB_ESTIMATOR_MIXTURE; e < VIB_ESTIMATORS; e++)
            near(vib_estimator_name(e), got[e].bits, 0.0, 1e-13);
        near("moment_matched", got[VIB_ESTIMATOR_MOMENT_MATCHED].bits, 0.0, 1e-6);
        codes_release(&codes);
    }
}

/* Distances beyond float32 and products of ratios that leave it: the capped estimators are at
 * their cap, and nothing is NaN. */
static void test_scales_far_apart(void **state) {
    struct codes codes;
    struct vib_bound got[VIB_ESTIMATORS];
    (void)state;
    codes_init(&codes, VIB_DIAGONAL, 40, 256);
    for (size_t i = 0; i < 40; i++)
        for (size_t k = 0; k < 256; k++)
            codes.factor[i * 256 + k] = powf(10.0f, (float)((i + k) % 16) - 8.0f);
    codes_draw(&codes, 6);
    make(&codes, got);
    for (size_t e = 0; e < VIB_ESTIMATORS; e++)
        assert_true(isfinite(got[e].bits) && isfinite(got[e].se_bits));
    codes_release(&codes);

    cook(&codes, &(struct recipe){VIB_DIAGONAL, 40, 256, 1e-8, 1e8, 3.0, 1.0}, 4);
    make(&codes, got);
    assert_true(got[VIB_ESTIMATOR_MIXTURE].bits == log2(40.0));
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_KL].bits == log2(40.0));
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits == log2(40.0));
    codes_release(&codes);
}

static void test_only_what_is_asked_for(void **state) {
    struct codes codes;
    struct vib_bound every[VIB_ESTIMATORS];
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 50, 3, 0.5, 1.0, 0.3, 2.0}, 2);
    const struct vib_gaussians g = codes_view(&codes);
    make(&codes, every);
    for (size_t asked = 0; asked < VIB_ESTIMATORS; asked++) {
        struct vib_bound got[VIB_ESTIMATORS];
        struct vib_error err = {0};
        assert_int_equal(vib_bounds(&g, 1u << asked, NULL, NULL, got, &err), VIB_OK);
        for (size_t e = 0; e < VIB_ESTIMATORS; e++)
            if (e == asked)
                assert_memory_equal(&got[e], &every[e], sizeof got[e]);
            else
                assert_true(isnan(got[e].bits) && isnan(got[e].se_bits));
    }
    codes_release(&codes);
}

/* By every estimator among `asked`, a set, by itself. */
static void check_refused(const struct codes *codes, unsigned asked, const atomic_bool *stop,
                          int want) {
    const struct vib_gaussians g = codes_view(codes);
    for (size_t e = 0; e < VIB_ESTIMATORS; e++) {
        if ((asked >> e & 1u) == 0)
            continue;
        struct vib_bound got[VIB_ESTIMATORS], before[VIB_ESTIMATORS];
        struct vib_error err = {0};
        memset(got, 0x5a, sizeof got);
        memcpy(before, got, sizeof got);
        if (stop != NULL && e == VIB_ESTIMATOR_RATE)
            continue; /* over too soon to be stopped */
        assert_int_equal(vib_bounds(&g, 1u << e, stop, NULL, got, &err), want);
        assert_int_equal(err.code, want);
        assert_true(err.message[0] != '\0');
        if (want == VIB_EDIVERGED)
            assert_true(isnan(got[e].bits) && isnan(got[e].se_bits));
        else
            assert_memory_equal(got, before, sizeof got);
    }
}

static void test_stops_on_request(void **state) {
    const atomic_bool stop = true;
    (void)state;
    for (enum vib_covariance covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        struct codes codes;
        cook(&codes, &(struct recipe){covariance, 50, 3, 0.5, 1.0, 0.3, 2.0}, 2);
        check_refused(&codes, ~0u, &stop, VIB_ESTOPPED);
        codes_release(&codes);
    }
}

static void check_bad_number(float *number, float bad, unsigned asked, const struct codes *codes) {
    const float good = *number;
    *number = bad;
    check_refused(codes, asked, NULL, VIB_EDIVERGED);
    *number = good;
}

static void test_codes_must_be_finite(void **state) {
    const unsigned sampled = 1u << VIB_ESTIMATOR_MIXTURE | 1u << VIB_ESTIMATOR_LEAVE_ONE_OUT;
    (void)state;
    for (enum vib_covariance covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        struct codes codes;
        cook(&codes, &(struct recipe){covariance, 50, 3, 0.5, 1.0, 0.3, 2.0}, 2);
        check_bad_number(codes.mu + 149, NAN, ~0u, &codes);
        check_bad_number(codes.z + 149, NAN, sampled, &codes);
        check_bad_number(codes.z, INFINITY, sampled, &codes);
        check_bad_number(codes.factor + 50 * codes.F - 1, NAN, ~0u, &codes);
        check_bad_number(codes.factor + 1, 0.0f, ~0u, &codes);
        check_bad_number(codes.factor + 49 * codes.F + 2, -1.0f, ~0u, &codes);
        codes_release(&codes);
    }
}

/* An estimator that has no value does not cost the others theirs. */
static void test_a_singular_covariance(void **state) {
    struct codes codes;
    struct vib_bound got[VIB_ESTIMATORS];
    struct vib_error err = {0};
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 50, 2, 0.5, 1.0, 0.3, 2.0}, 2);
    for (size_t i = 0; i < 50; i++)
        for (size_t k = 0; k < 2; k++) {
            codes.mu[2 * i + k] = i % 2 == 0 ? -1.0f : 1.0f;
            codes.factor[2 * i + k] = 1e-12f; /* whose square is nothing beside 1 */
        }
    codes_draw(&codes, 2);
    const struct vib_gaussians g = codes_view(&codes);
    assert_int_equal(vib_bounds(&g, EVERY, NULL, NULL, got, &err), VIB_EDIVERGED);
    assert_string_equal(err.message, "moment_matched is not finite");
    for (size_t e = 0; e < VIB_ESTIMATORS; e++)
        assert_true(isfinite(got[e].bits) == (e != VIB_ESTIMATOR_MOMENT_MATCHED));
    assert_float_equal(got[VIB_ESTIMATOR_MIXTURE].bits, 1.0, 1e-6);
    assert_float_equal(got[VIB_ESTIMATOR_PAIRWISE_KL].bits, 1.0, 1e-6);
    assert_float_equal(got[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits, 1.0, 1e-6);
    codes_release(&codes);
}

/* Scales whose squares, or inverses, float32 does not have: fifty codes that nothing confuses. The
 * next is infinitely far as float32 goes, and so is the leave-one-out bound. */
static void test_tiny_scales(void **state) {
    const float scales[] = {1e-25f, 1e-30f, 1e-38f, 1e-42f};
    struct codes codes;
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 50, 3, 0.5, 1.0, 0.3, 2.0}, 2);
    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
        struct vib_bound got[VIB_ESTIMATORS];
        struct vib_error err = {0};
        for (size_t at = 0; at < 50 * 3; at++)
            codes.factor[at] = scales[s];
        codes_draw(&codes, 2);
        const struct vib_gaussians g = codes_view(&codes);
        assert_int_equal(vib_bounds(&g, EVERY, NULL, NULL, got, &err), VIB_EDIVERGED);
        assert_string_equal(err.message, "leave_one_out is not finite");
        assert_float_equal(got[VIB_ESTIMATOR_MIXTURE].bits, log2(50.0), 1e-6);
        for (size_t e = VIB_ESTIMATOR_PAIRWISE_KL; e < VIB_ESTIMATORS; e++)
            assert_float_equal(got[e].bits, log2(50.0), 1e-6);
    }
    /* Wide and narrow ones together. */
    for (size_t at = 0; at < 50 * 3; at++)
        codes.factor[at] = at % 2 == 0 ? 1e-42f : 100.0f;
    struct vib_bound got[VIB_ESTIMATORS];
    struct vib_error err = {0};
    const struct vib_gaussians g = codes_view(&codes);
    assert_int_equal(vib_bounds(&g, EVERY, NULL, NULL, got, &err), VIB_EDIVERGED);
    assert_string_equal(err.message, "leave_one_out is not finite");
    assert_true(got[VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA].bits <= log2(50.0));
    codes_release(&codes);
}

static void test_names_and_sides(void **state) {
    (void)state;
    assert_string_equal(vib_estimator_name(VIB_ESTIMATOR_RATE), "rate");
    assert_string_equal(vib_estimator_name(VIB_ESTIMATOR_PAIRWISE_BHATTACHARYYA),
                        "pairwise_bhattacharyya");
    assert_int_equal(vib_estimator_side(VIB_ESTIMATOR_LEAVE_ONE_OUT), VIB_UPPER);
    assert_int_equal(vib_estimator_side(VIB_ESTIMATOR_MIXTURE), VIB_LOWER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diagonal_codes_as_of_the_paper),
        cmocka_unit_test(test_other_dimensions),
        cmocka_unit_test(test_full_covariance),
        cmocka_unit_test(test_numbers_of_examples),
        cmocka_unit_test(test_one_example),
        cmocka_unit_test(test_full_of_a_diagonal_is_diagonal),
        cmocka_unit_test(test_equal_codes),
        cmocka_unit_test(test_scales_far_apart),
        cmocka_unit_test(test_only_what_is_asked_for),
        cmocka_unit_test(test_stops_on_request),
        cmocka_unit_test(test_codes_must_be_finite),
        cmocka_unit_test(test_a_singular_covariance),
        cmocka_unit_test(test_tiny_scales),
        cmocka_unit_test(test_names_and_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
