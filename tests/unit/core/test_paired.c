/* Paired tests, against sums of integers and the normal law. */
#include "core/paired.h"
#include "core/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* In whole numbers, for n up to 60: 2 sum_{k <= least} C(n, k) / 2^n. */
static double by_integers(size_t first, size_t second) {
    const size_t n = first + second, least = first < second ? first : second;
    uint64_t term = 1, sum = 0;
    for (size_t k = 0; k <= least; k++) {
        sum += term;
        term = term * (n - k) / (k + 1);
    }
    return fmin(1.0, 2.0 * (double)sum / ldexp(1.0, (int)n));
}

static void test_mcnemar_exactly(void **state) {
    (void)state;
    for (size_t first = 0; first <= 28; first++)
        for (size_t second = 0; second <= 28; second++) {
            const double got = vib_mcnemar(first, second), want = by_integers(first, second);
            if (!(fabs(got - want) <= 1e-11 * want))
                fail_msg("%zu, %zu: %.15g, not %.15g", first, second, got, want);
        }
    assert_true(vib_mcnemar(0, 0) == 1.0);
    assert_true(fabs(vib_mcnemar(1, 9) - 22.0 / 1024.0) <= 1e-15);
}

/* Of many examples, the normal law with a correction for continuity; and of more than a double's
 * exponent holds. */
static void test_mcnemar_of_many(void **state) {
    (void)state;
    const double normal = erfc((2100.0 - 1900.0 - 1.0) / sqrt(4000.0) / sqrt(2.0));
    assert_true(fabs(vib_mcnemar(1900, 2100) / normal - 1.0) < 0.01);
    assert_true(vib_mcnemar(0, 5000) == 0.0);
    assert_true(fabs(vib_mcnemar(500000, 500000) - 1.0) < 1e-6);
}

/* Values of deviation 1: the interval is mean +- 1.96 / sqrt(n), nearly, and holds as often. */
static void test_bootstrap(void **state) {
    (void)state;
    enum { N = 1000, REPEATS = 2000 };
    double d[N], low, high, again_low, again_high, mean = 0.0, squares = 0.0;
    float normal[N];
    struct vib_error err;
    const struct vib_stream stream = {3, VIB_STREAM_TRUTH, 0, 0};
    vib_random_normal(&stream, 0, N, normal);
    for (size_t i = 0; i < N; i++) {
        d[i] = (double)normal[i] + 0.5;
        mean += d[i] / N;
    }
    for (size_t i = 0; i < N; i++)
        squares += (d[i] - mean) * (d[i] - mean) / N;
    const double half = 1.959964 * sqrt(squares / N);
    assert_int_equal(vib_bootstrap_mean(d, N, REPEATS, 1, &low, &high, &err), VIB_OK);
    assert_true(fabs(low - (mean - half)) < 0.1 * half);
    assert_true(fabs(high - (mean + half)) < 0.1 * half);
    assert_int_equal(vib_bootstrap_mean(d, N, REPEATS, 1, &again_low, &again_high, &err), VIB_OK);
    assert_true(again_low == low && again_high == high);
    for (size_t i = 0; i < N; i++)
        d[i] = 0.25;
    assert_int_equal(vib_bootstrap_mean(d, N, 40, 1, &low, &high, &err), VIB_OK);
    assert_true(low == 0.25 && high == 0.25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mcnemar_exactly),
        cmocka_unit_test(test_mcnemar_of_many),
        cmocka_unit_test(test_bootstrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
