/* u(R): its values, its slope, and the straight line behind the bend. */
#include "core/rate_function.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_is(double got, double want) {
    if (!(fabs(got - want) <= 1e-12 * fmax(1.0, fabs(want))))
        fail_msg("%.17g, not %.17g", got, want);
}

static void test_values(void **state) {
    (void)state;
    const struct vib_rate_function linear = {VIB_RATE_LINEAR, 3.0, 0.25};
    const struct vib_rate_function squared = {VIB_RATE_POWER, 1.0, 0.25};
    const struct vib_rate_function exponential = {VIB_RATE_EXPONENTIAL, 0.5, 0.25};
    assert_is(vib_rate_value(&linear, 6.0), 1.5);
    assert_is(vib_rate_slope(&linear, 6.0), 0.25);
    assert_is(vib_rate_value(&linear, -6.0), -1.5); /* as it always was */
    assert_is(vib_rate_value(&squared, 6.0), 9.0);
    assert_is(vib_rate_slope(&squared, 6.0), 3.0);
    assert_is(vib_rate_value(&exponential, 4.0), 0.25 * (exp(2.0) - 1.0));
    assert_is(vib_rate_slope(&exponential, 4.0), 0.125 * exp(2.0));
    assert_is(vib_rate_value(&squared, -6.0), 0.0);
    assert_is(vib_rate_slope(&exponential, -6.0), 0.125);
}

/* Through the bend: the slope is the derivative, it never falls, and it ends at the steepest. */
static void check_shape(enum vib_rate_kind kind, double exponent, double weight) {
    const struct vib_rate_function u = {kind, exponent, weight};
    const double h = 1e-5;
    double before = 0.0;
    for (double R = 0.1; R < 4000.0; R *= 1.1) {
        const double slope = vib_rate_slope(&u, R);
        const double numeric = (vib_rate_value(&u, R + h) - vib_rate_value(&u, R - h)) / (2.0 * h);
        assert_true(isfinite(slope) && slope >= before && slope <= VIB_STEEPEST * (1.0 + 1e-12));
        if (!(fabs(slope - numeric) <= 1e-4 * (1.0 + slope)))
            fail_msg("slope %g, differences %g at R = %g", slope, numeric, R);
        before = slope;
    }
    assert_is(before, weight > 0.0 ? VIB_STEEPEST : 0.0);
}

static void test_shape(void **state) {
    (void)state;
    check_shape(VIB_RATE_POWER, 1.0, 0.1);
    check_shape(VIB_RATE_POWER, 0.5, 1.0);
    check_shape(VIB_RATE_POWER, 3.0, 1e-3);
    check_shape(VIB_RATE_EXPONENTIAL, 1.0, 0.1);
    check_shape(VIB_RATE_EXPONENTIAL, 0.02, 1e-6);
    check_shape(VIB_RATE_EXPONENTIAL, 5.0, 1e-3);
    check_shape(VIB_RATE_POWER, 1e-3, 100.0); /* bends below all numbers */
    check_shape(VIB_RATE_POWER, 1e-300, 20.0);
    check_shape(VIB_RATE_POWER, 1000.0, 1e-3); /* the greatest of a configuration */
    check_shape(VIB_RATE_EXPONENTIAL, 1000.0, 1e-9);
    check_shape(VIB_RATE_POWER, 1.0, 0.0);
    check_shape(VIB_RATE_EXPONENTIAL, 1.0, 0.0);
}

/* Steeper than the steepest from the first bit on. */
static void test_all_line(void **state) {
    (void)state;
    const struct vib_rate_function u = {VIB_RATE_EXPONENTIAL, 4.0, 100.0};
    assert_is(vib_rate_slope(&u, 0.0), 400.0);
    assert_is(vib_rate_slope(&u, 3.0), 400.0);
    assert_is(vib_rate_value(&u, 3.0), 1200.0);
}

/* It stays one. */
static void test_not_a_number(void **state) {
    (void)state;
    for (enum vib_rate_kind kind = VIB_RATE_LINEAR; kind <= VIB_RATE_EXPONENTIAL; kind++) {
        const struct vib_rate_function u = {kind, 1.0, 0.25};
        assert_true(isnan(vib_rate_value(&u, (double)NAN)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_all_line),
        cmocka_unit_test(test_not_a_number),
    };
    return cmocka_run_group_tests_name("rate_function", tests, NULL, NULL);
}
