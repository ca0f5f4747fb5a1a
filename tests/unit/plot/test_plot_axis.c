/* Where axes begin and end. */
#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_information.h"
#include "runner/plot/plot_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_range(struct plot_range got, double low, double high) {
    if (!(fabs(got.low - low) <= 1e-9 * fabs(low) && fabs(got.high - high) <= 1e-9 * fabs(high)))
        fail_msg("got [%.9g, %.9g], wanted [%.9g, %.9g]", got.low, got.high, low, high);
}

static void test_taking(void **state) {
    struct plot_range range = plot_range_of_nothing();
    (void)state;
    assert_true(range.low > range.high);
    plot_range_take(&range, (double)NAN);
    assert_true(range.low > range.high);
    plot_range_take(&range, 2);
    plot_range_take(&range, (double)NAN);
    plot_range_take(&range, -1);
    assert_range(range, -1, 2);
}

/* Two powers of ten are within, whatever the values. */
static void test_decades(void **state) {
    static const struct {
        struct plot_range shown;
        double margin;
        struct plot_range axis;
    } cases[] = {{{1e-3, 1e-3}, 1, {1e-4, 1e-2}},
                 {{0.1, 0.1}, 1.6, {0.01 / 1.6, 1.6}},
                 {{0.5, 0.5}, 1, {0.1, 1}},
                 {{1e-3, 1e-2}, 1, {1e-3, 1e-2}},
                 {{0.1, 0.100002}, 1, {0.1, 1}},
                 {{0.3, 3.1}, 1, {0.1, 10}},
                 {{0.3, 3}, 1.6, {0.1 / 1.6, 16}},
                 {{2e-4, 0.5}, 1.6, {1.25e-4, 0.8}},
                 {{0.15, 0.7}, 1.6, {0.15 / 1.6, 1.12}}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_range(plot_axis_decades(cases[i].shown, cases[i].margin), cases[i].axis.low,
                     cases[i].axis.high);
}

static void test_tics(void **state) {
    (void)state;
    assert_true(plot_axis_step(5) == 1 && plot_axis_step(6) == 2 && plot_axis_step(20) == 5);
    assert_true(fabs(plot_axis_step(0.3) - 0.1) < 1e-12);
    const struct plot_range range = {-0.6, 2.2};
    assert_true(plot_axis_room(range, 0.5) == plot_text_width("-0.5", 4));
    assert_true(plot_axis_room(range, 1) == plot_text_width("0", 1));
}

static struct plot_information axes_of(double izx, double lowest, double end, double h_y) {
    const struct plot_reach reach = {
        .trade_off = {0.1, 0.1}, .izx = {0, izx}, .izy = {lowest, h_y}, .izy_end = end, .h_y = h_y};
    return plot_information_axes(&reach);
}

/* Every point is within, down to 10 bits or three times H(Y) below 0; H(Y) may be 0. */
static void test_information_plane(void **state) {
    const double none = (double)INFINITY;
    (void)state;
    struct plot_information axes = axes_of(100, 0.2, none, 3);
    assert_range(axes.izy, -0.12, 3.18);
    assert_range(axes.trade_off, 0.01, 1);
    assert_true(axes.izx.low < 0 && axes.izx.high > 100);
    assert_true(axes_of(1, -2.5, none, 1).izy.low < -2.5);
    assert_true(axes_of(1, -9.5, none, 3.3).izy.low < -9.5);
    assert_true(axes_of(1, -1000, none, 3).izy.low > -11);
    assert_true(axes_of(1, -1000, none, 13).izy.low < -39);
    assert_true(axes_of(1, -3, none, 0).izy.low < -3 && axes_of(1, -3, none, 0).izy.high > 0);
    assert_true(axes_of(0, 0, none, 0).izy.low < 0 && axes_of(0, 0, none, 0).izy.high > 0);
    assert_true(axes_of(0, 0, none, 0).izx.high > 0);
    /* The end of an interval is, too, where that leaves half of the axis to the points. */
    assert_true(axes_of(1, 0.2, -0.5, 3).izy.low < -0.5);
    assert_range(axes_of(1, 0.2, -100, 3).izy, -3.24, 3.36);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taking),
        cmocka_unit_test(test_decades),
        cmocka_unit_test(test_tics),
        cmocka_unit_test(test_information_plane),
    };
    return cmocka_run_group_tests_name("plot axis", tests, NULL, NULL);
}
