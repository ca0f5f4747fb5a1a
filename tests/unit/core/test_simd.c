/* The elementary functions of core/simd.h against libm in double, in units in the last place. */
#include "core/simd.h"

#include <math.h>

#include <stddef.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static double ulps(float got, double want) {
    float nearest = fabsf((float)want);
    return fabs((double)got - want) / (double)(nextafterf(nearest, INFINITY) - nearest);
}

static void within(double worst, double limit) {
    if (!(worst <= limit))
        fail_msg("error %.3f, allowed %.3f", worst, limit);
}

static void test_exp(void **state) {
    (void)state;
    double worst = 0.0;
    for (double x = -87.0; x < 88.0; x += 1.7e-4)
        worst = fmax(worst, ulps(vib_expf((float)x), exp((double)(float)x)));
    within(worst, 2.0);
    assert_true(isfinite(vib_expf(-1e30f)) && isfinite(vib_expf(1e30f)));
}

static void test_log(void **state) {
    (void)state;
    double worst = 0.0;
    for (double x = 1e-37; x < 1e38; x *= 1.0002)
        worst = fmax(worst, ulps(vib_logf((float)x), log((double)(float)x)));
    for (double x = 0.5; x < 2.0; x += 1.1e-5)
        worst = fmax(worst, ulps(vib_logf((float)x), log((double)(float)x)));
    within(worst, 2.0);
}

static void test_log1p(void **state) {
    (void)state;
    double worst = 0.0;
    for (double y = 1e-37; y <= 1.0; y *= 1.0001)
        worst = fmax(worst, ulps(vib_log1pf((float)y), log1p((double)(float)y)));
    within(worst, 2.0);
}

static void test_softplus_and_sigmoid(void **state) {
    (void)state;
    double softplus = 0.0, sigmoid = 0.0;
    for (double x = -80.0; x < 80.0; x += 1.3e-4) {
        double t = (double)(float)x, e = exp(-fabs(t));
        softplus = fmax(softplus, ulps(vib_softplusf((float)x), fmax(t, 0.0) + log1p(e)));
        sigmoid = fmax(sigmoid, ulps(vib_sigmoidf((float)x), (t < 0.0 ? e : 1.0) / (1.0 + e)));
    }
    within(softplus, 3.0);
    within(sigmoid, 3.0);
}

/* Over all floats of either sign it is 1.54. */
static void test_tanh(void **state) {
    (void)state;
    double worst = 0.0;
    for (double x = -20.0; x < 20.0; x += 2.3e-5)
        worst = fmax(worst, ulps(vib_tanhf((float)x), tanh((double)(float)x)));
    for (double x = 1e-44; x < 1.0; x *= 1.0001) {
        worst = fmax(worst, ulps(vib_tanhf((float)x), tanh((double)(float)x)));
        worst = fmax(worst, ulps(vib_tanhf((float)-x), -tanh((double)(float)x)));
    }
    within(worst, 2.0);
    assert_true(vib_tanhf(0.0f) == 0.0f);
    assert_true(vib_tanhf(1e30f) == 1.0f && vib_tanhf(-1e30f) == -1.0f);
    assert_true(isnan(vib_tanhf(INFINITY)) && isnan(vib_tanhf(-INFINITY)));
}

static void test_sincos(void **state) {
    (void)state;
    double worst = 0.0;
    for (double v = 0.0; v <= 1.0; v += 1.9e-6) {
        const double turn = 6.28318530717958647692;
        float s, c;
        vib_sincos_turn((float)v, &s, &c);
        worst = fmax(worst, fabs((double)s - sin(turn * (double)(float)v)));
        worst = fmax(worst, fabs((double)c - cos(turn * (double)(float)v)));
    }
    within(worst, 2e-7);
}

static void test_nan_goes_through(void **state) {
    (void)state;
    float s, c;
    assert_true(isnan(vib_expf(NAN)) && isnan(vib_logf(NAN)) && isnan(vib_softplusf(NAN)));
    assert_true(isnan(vib_sigmoidf(NAN)) && isnan(vib_tanhf(NAN)));
    vib_sincos_turn(NAN, &s, &c);
    assert_true(isnan(s) && isnan(c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_log1p),
        cmocka_unit_test(test_softplus_and_sigmoid),
        cmocka_unit_test(test_tanh),
        cmocka_unit_test(test_sincos),
        cmocka_unit_test(test_nan_goes_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
