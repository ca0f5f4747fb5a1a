/* Pairs that are left before all dimensions are added: sums are those of all pairs, whichever codes
 * are far from which. */
#include "core/pairwise_order.h"
#include "tests/unit/core/codes_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { EVERY = (1 << VIB_ESTIMATORS) - 1 };

static void make(const struct codes *codes, struct vib_bound *out) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_error err = {0};
    if (vib_bounds(&g, EVERY, NULL, NULL, out, &err) != VIB_OK)
        fail_msg("%s", err.message);
}

static void near(const char *what, double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance * fmax(1.0, fabs(want))))
        fail_msg("%s: got %.10g, expected %.10g", what, got, want);
}

static void check_against_reference(const struct codes *codes, double tolerance) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_bound got[VIB_ESTIMATORS];
    make(codes, got);
    for (enum vib_estimator e = VIB_ESTIMATOR_MIXTURE; e < VIB_ESTIMATORS; e++) {
        const struct vib_bound want = reference_bound(&g, e);
        near(vib_estimator_name(e), got[e].bits, want.bits, tolerance);
        near("its standard error", got[e].se_bits, want.se_bits, tolerance);
    }
}

/* Clouds that stand `apart` scales from each other in `telling` dimensions, the last ones; within a
 * cloud codes lie `wide` scales from its middle. */
struct recipe {
    enum vib_covariance covariance;
    size_t n, K, clouds, telling;
    float apart, wide;
};

static void cook(struct codes *codes, const struct recipe *r) {
    codes_init(codes, r->covariance, r->n, r->K);
    codes_normals(3, 1, r->n * r->K, codes->mu);
    codes_normals(3, 2, r->n * codes->F, codes->factor);
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < codes->F; k++) {
            float *factor = codes->factor + i * codes->F + k;
            *factor = k < r->K ? expf(0.2f * *factor) : 0.1f * *factor;
            if (k >= r->K)
                continue;
            codes->mu[i * r->K + k] *= r->wide / sqrtf((float)r->K);
            /* every cloud in a place of its own, as the bits of its number say */
            if (k + r->telling >= r->K && ((i % r->clouds) >> (k + r->telling - r->K) & 1u) != 0)
                codes->mu[i * r->K + k] += r->apart;
        }
    codes_draw(codes, 4);
}

static void check(const struct recipe *r, double tolerance) {
    struct codes codes;
    cook(&codes, r);
    check_against_reference(&codes, tolerance);
    codes_release(&codes);
}

/* Weights between clouds from just not negligible to nothing, those within one always felt. */
static void test_clouds(void **state) {
    static const float apart[] = {3.0f, 6.0f, 9.0f, 12.0f, 100.0f};
    (void)state;
    for (size_t a = 0; a < sizeof apart / sizeof apart[0]; a++) {
        check(&(struct recipe){VIB_DIAGONAL, 300, 100, 8, 3, apart[a], 3.0f}, 2e-6);
        check(&(struct recipe){VIB_FULL, 130, 10, 4, 2, apart[a], 3.0f}, 1e-7);
    }
}

/* Each code far from all others: beside itself they are nothing, but leave_one_out is made of them
 * alone, and the nearest is not the first that is met. */
static void test_far_codes(void **state) {
    static const float wide[] = {20.0f, 100.0f, 3000.0f};
    (void)state;
    for (size_t w = 0; w < sizeof wide / sizeof wide[0]; w++) {
        check(&(struct recipe){VIB_DIAGONAL, 300, 100, 1, 1, 0.0f, wide[w]}, 2e-6);
        check(&(struct recipe){VIB_FULL, 130, 10, 1, 1, 0.0f, wide[w]}, 1e-6);
    }
}

/* A row whose only neighbour stands in the last of many groups, far off, and all others further. */
static void test_one_far_neighbour(void **state) {
    struct codes codes;
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 700, 64, 1, 1, 0.0f, 1.0f});
    for (size_t i = 0; i < 700; i++)
        codes.mu[i * 64] += 40.0f * (float)i;
    codes_draw(&codes, 4);
    check_against_reference(&codes, 2e-6);
    codes_release(&codes);
}

/* Takes example to[i] and dimension at[k] of a for i and k of b. */
static void permute(const struct codes *a, const uint32_t *to, const uint32_t *at,
                    struct codes *b) {
    codes_init(b, VIB_DIAGONAL, a->n, a->K);
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < a->K; k++) {
            const size_t from = to[i] * a->K + at[k];
            b->mu[i * a->K + k] = a->mu[from];
            b->factor[i * a->K + k] = a->factor[from];
            b->z[i * a->K + k] = a->z[from];
        }
}

static void test_order_does_not_matter(void **state) {
    uint32_t to[500], at[100];
    struct codes a, b;
    struct vib_bound got[VIB_ESTIMATORS], want[VIB_ESTIMATORS];
    (void)state;
    cook(&a, &(struct recipe){VIB_DIAGONAL, 500, 100, 8, 3, 9.0f, 3.0f});
    for (size_t i = 0; i < 500; i++)
        to[i] = (uint32_t)(i * 77 % 500);
    for (size_t k = 0; k < 100; k++)
        at[k] = (uint32_t)(k * 37 % 100);
    permute(&a, to, at, &b);
    make(&a, want);
    make(&b, got);
    for (enum vib_estimator e = 0; e < VIB_ESTIMATORS; e++) {
        near(vib_estimator_name(e), got[e].bits, want[e].bits, 1e-6);
        near("its standard error", got[e].se_bits, want[e].se_bits, 1e-6);
    }
    codes_release(&a);
    codes_release(&b);
}

static bool is_narrow(const struct codes *codes) {
    const struct vib_gaussians g = codes_view(codes);
    struct vib_pair_order order;
    assert_int_equal(vib_pair_order_init(&order, &g), VIB_OK);
    vib_pair_order_release(&order);
    return order.narrow;
}

/* One code whose scales are far from all others' asks for the careful distances, of all pairs. */
static void test_scales_far_from_the_others(void **state) {
    static const float scales[] = {1.0f, 1e-3f, 1e-6f, 1e6f, 1e-12f, 1e12f};
    (void)state;
    for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++) {
        struct codes codes;
        cook(&codes, &(struct recipe){VIB_DIAGONAL, 200, 50, 4, 2, 6.0f, 3.0f});
        for (size_t k = 0; k < 50; k++)
            codes.factor[7 * 50 + k] = scales[s];
        codes_draw(&codes, 4);
        assert_true(is_narrow(&codes) == (fabsf(log10f(scales[s])) < 7.0f));
        check_against_reference(&codes, 2e-6);
        codes_release(&codes);
    }
}

static void test_means_far_from_the_others(void **state) {
    struct codes codes;
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 200, 50, 4, 2, 6.0f, 3.0f});
    for (size_t k = 0; k < 50; k++)
        codes.mu[7 * 50 + k] = 1e7f;
    codes_draw(&codes, 4);
    assert_false(is_narrow(&codes));
    check_against_reference(&codes, 2e-6);
    codes_release(&codes);
}

static void check_permutation(const uint32_t *order, size_t n) {
    static bool seen[1000];
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < n; i++) {
        assert_true(order[i] < n && !seen[order[i]]);
        seen[order[i]] = true;
    }
}

/* Eight clouds of as many examples as stand together: each is found. */
static void test_order(void **state) {
    struct codes codes;
    struct vib_pair_order order;
    (void)state;
    cook(&codes, &(struct recipe){VIB_DIAGONAL, 8 * VIB_PAIR_RUN, 100, 8, 3, 30.0f, 1.0f});
    const struct vib_gaussians g = codes_view(&codes);
    assert_int_equal(vib_pair_order_init(&order, &g), VIB_OK);
    check_permutation(order.example, codes.n);
    check_permutation(order.dimension, codes.K);
    for (size_t at = 0; at < 3; at++)
        assert_true(order.dimension[at] >= 97);
    for (size_t at = 0; at < codes.n; at++)
        assert_int_equal(order.example[at] % 8,
                         order.example[at / VIB_PAIR_RUN * VIB_PAIR_RUN] % 8);
    for (size_t k = 0; k < codes.K; k++)
        assert_true(order.unit[k] >= 0.5f && order.unit[k] <= 2.0f);
    assert_true(order.narrow);
    vib_pair_order_release(&order);
    codes_release(&codes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clouds),
        cmocka_unit_test(test_far_codes),
        cmocka_unit_test(test_one_far_neighbour),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_scales_far_from_the_others),
        cmocka_unit_test(test_means_far_from_the_others),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
