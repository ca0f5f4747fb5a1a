/* Which points are of one series, and what series are called. */
#include "runner/plot/plot_series.h"
#include "tests/unit/plot/plot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void add(struct fixture *f, const char *settings) {
    (void)plot_add_job(f, settings, 0.5, 1);
}

/* That the series of all points have these names. */
static void assert_names(struct fixture *f, const char *const *names, size_t n) {
    struct plot_data data;
    struct plot_series series;
    plot_read(f, &data, NULL, 0);
    assert_ok(plot_series_make(&series, &data, &f->err), &f->err);
    assert_int_equal(series.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(series.names[i], names[i]);
    plot_series_release(&series);
    plot_data_release(&data);
}

/* In the order of methods, then of their first jobs; what is the default is not said. */
static void test_objectives_and_marginals(void **state) {
    static const char *const names[] = {"VIB, mixture", "VIB", "VIB, power", "CEB", "nonlinear IB"};
    struct fixture *f = *state;
    add(f, "method=ceb train.gamma=0.1");
    add(f, "model.marginal=mixture");
    add(f, "beta=0.1");
    add(f, "train.rate_function=power");
    add(f, "method=nonlinear_ib model.noise=fixed");
    assert_names(f, names, 5);
}

/* They are along one series, or have panels of their own. */
static void test_other_keys_make_no_series(void **state) {
    static const char *const names[] = {"VIB", "CEB"};
    struct fixture *f = *state;
    add(f, "beta=0.1");
    add(f, "beta=0.2 K=3");
    add(f, "beta=0.2 train.epochs=7 seed=3");
    add(f, "method=ceb train.gamma=0.1");
    add(f, "method=ceb train.gamma=0.2");
    assert_names(f, names, 2);
}

static void test_numbers_are_told_where_they_differ(void **state) {
    static const char *const names[] = {"VIB, power, rate_exponent = 0.5",
                                        "VIB, power, rate_exponent = 2",
                                        "VIB, power, rate_exponent = 2, fixed noise"};
    struct fixture *f = *state;
    add(f, "train.rate_function=power train.rate_exponent=0.5");
    assert_names(f, (const char *const[]){"VIB, power"}, 1);
    add(f, "train.rate_function=power train.rate_exponent=2");
    add(f, "train.rate_function=power train.rate_exponent=2 model.noise=fixed");
    assert_names(f, names, 3);
}

/* Each point has the number of its own, and orders by it. */
static void test_points_know_their_series(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_series series;
    add(f, "method=ceb train.gamma=0.1");
    add(f, "beta=0.2");
    add(f, "beta=0.1");
    plot_read(f, &data, NULL, 0);
    assert_ok(plot_series_make(&series, &data, &f->err), &f->err);
    assert_int_equal(plot_data_find(&data, 1)->series, 1);
    assert_true(plot_data_find(&data, 1)->trade_off == 0.1);
    assert_int_equal(plot_data_find(&data, 3)->series, 0);
    plot_series_release(&series);
    plot_data_release(&data);
}

static void test_too_many(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_series series;
    for (int i = 0; i <= PLOT_MAX_SERIES; i++) {
        char settings[64];
        (void)snprintf(settings, sizeof settings, "model.marginal=mixture model.components=%d",
                       i + 2);
        add(f, settings);
    }
    plot_read(f, &data, NULL, 0);
    assert_int_equal(plot_series_make(&series, &data, &f->err), VIB_EDATA);
    plot_series_release(&series);
    plot_data_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_objectives_and_marginals, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_other_keys_make_no_series, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_numbers_are_told_where_they_differ, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_points_know_their_series, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_too_many, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("plot series", tests, NULL, NULL);
}
