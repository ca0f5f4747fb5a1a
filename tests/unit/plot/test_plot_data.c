/* What figures read: points, their seeds, and the selections of both. */
#include "runner/plot/plot_data.h"
#include "tests/unit/plot/plot_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_close(double got, double want) {
    if (!(fabs(got - want) <= 1e-5 * fabs(want)))
        fail_msg("got %.9g, wanted %.9g", got, want);
}

/* Three seeds of one point, the lowest of which came second, and another point. */
static void add_seeds(struct fixture *f) {
    assert_int_equal(plot_add_job(f, "K=2 beta=0.5 seed=7", 0.75, 3), 1);
    assert_int_equal(plot_add_job(f, "K=2 beta=0.5 seed=1", 0.25, 7), 2);
    assert_int_equal(plot_add_job(f, "K=2 beta=0.5 seed=9", 0.5, 2), 3);
    assert_int_equal(plot_add_job(f, "K=2 beta=0.25 seed=7", 0.125, 5), 4);
}

static void test_points_are_means_over_seeds(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    add_seeds(f);
    plot_read(f, &data, NULL, 0);
    assert_int_equal(data.n, 2);
    assert_int_equal(data.ordered[0]->id, 4); /* of the lower beta */
    const struct plot_point *point = plot_data_find(&data, 1);
    assert_ptr_equal(point, data.ordered[1]);
    assert_null(plot_data_find(&data, 2));
    assert_null(plot_data_find(&data, 5));
    assert_int_equal(point->n_seeds, 3);
    assert_int_equal(point->K, 2);
    assert_true(point->trade_off == 0.5);
    assert_string_equal(point->method, "vib");
    const struct plot_mean *error = &point->measure[PLOT_TEST][PLOT_ERROR];
    assert_close(error->mean, 0.5);
    assert_close(error->half, 4.302653 * 0.25 / sqrt(3));
    assert_close(point->measure[PLOT_TRAIN][PLOT_H_Y].mean, 2);
    assert_close(point->measure[PLOT_TEST][PLOT_H_Y].mean, 1.875);
    assert_true(isnan(plot_data_find(&data, 4)->measure[PLOT_TEST][PLOT_ERROR].half));
    plot_data_release(&data);
}

/* Figures of one seed show the lowest. */
static void test_single_seeds_of_a_point(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    add_seeds(f);
    plot_read(f, &data, NULL, 0);
    assert_int_equal(plot_data_find(&data, 1)->first_job, 0);
    assert_ok(plot_data_read_first(&data, f->store, &f->err), &f->err);
    assert_int_equal(plot_data_find(&data, 1)->first_job, 2);
    assert_int_equal(plot_data_find(&data, 1)->first_seed, 1);
    plot_data_release(&data);
}

/* One that is not done is none. */
static void test_first_seed_is_done(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    add_seeds(f);
    fixture_execute(f, "UPDATE job SET state = 'pending' WHERE id = 2");
    plot_read(f, &data, NULL, 0);
    assert_ok(plot_data_read_first(&data, f->store, &f->err), &f->err);
    assert_int_equal(plot_data_find(&data, 1)->first_seed, 7);
    plot_data_release(&data);
}

static void test_seeds_are_selected_before_averaging(void **state) {
    static const char *const one[] = {"seed=7"};
    static const char *const two[] = {"seed=7", "seed=9", "beta=0.501", "beta=3"};
    static const char *const none[] = {"seed=2"};
    struct fixture *f = *state;
    struct plot_data data;
    add_seeds(f);
    plot_read(f, &data, one, 1);
    assert_int_equal(data.n, 2);
    assert_int_equal(data.points[0].n_seeds, 1);
    assert_close(data.points[0].measure[PLOT_TEST][PLOT_ERROR].mean, 0.75);
    assert_true(isnan(data.points[0].measure[PLOT_TEST][PLOT_ERROR].half));
    plot_data_release(&data);
    plot_read(f, &data, two, 4);
    assert_int_equal(data.n, 1);
    assert_int_equal(data.points[0].n_seeds, 2);
    assert_close(data.points[0].measure[PLOT_TEST][PLOT_ERROR].mean, 0.625);
    assert_close(data.points[0].measure[PLOT_TEST][PLOT_RATE].mean, 2.5);
    plot_data_release(&data);
    plot_read(f, &data, none, 1);
    assert_int_equal(data.n, 0);
    plot_data_release(&data);
}

/* Points that are read are those that fit: the ones between them leave nothing behind. */
static void test_points_are_selected(void **state) {
    static const char *const filters[] = {"K=3", "K=5", "train.lr=1e-3"};
    struct fixture *f = *state;
    struct plot_data data;
    char number[STORE_NUMBER];
    (void)plot_add_job(f, "K=2 train.lr=1e-3", 0.1, 1);
    (void)plot_add_job(f, "K=5 train.lr=1e-3", 0.2, 1);
    (void)plot_add_job(f, "K=3 train.lr=2e-3", 0.3, 1);
    (void)plot_add_job(f, "K=3 train.lr=1e-3", 0.4, 1);
    plot_read(f, &data, filters, 3);
    assert_int_equal(data.n, 2);
    assert_int_equal(data.ordered[0]->K, 3);
    assert_close(data.ordered[0]->measure[PLOT_TEST][PLOT_ERROR].mean, 0.4);
    assert_int_equal(data.ordered[1]->K, 5);
    assert_close(data.ordered[1]->measure[PLOT_TEST][PLOT_ERROR].mean, 0.2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(store_value(data.ordered[i], "model.activation", number), "relu");
        assert_string_equal(store_value(data.ordered[i], "train.lr", number), "0.001");
        assert_string_equal(store_value(data.ordered[i], "train.dropout", number), "");
    }
    plot_data_release(&data);
}

static bool is_wide(const struct plot_point *point) {
    return point->K > 2;
}

static void test_dropping_counts_jobs(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    (void)plot_add_job(f, "K=2", 0.1, 1);
    (void)plot_add_job(f, "K=3", 0.2, 1);
    (void)plot_add_job(f, "K=3 seed=1", 0.2, 1);
    (void)plot_add_job(f, "K=1", 0.3, 1);
    plot_read(f, &data, NULL, 0);
    assert_int_equal(plot_data_drop(&data, is_wide), 2);
    assert_int_equal(data.n, 2);
    assert_null(plot_data_find(&data, 2));
    assert_int_equal(plot_data_find(&data, 4)->K, 1);
    plot_data_release(&data);
}

/* A split that figures do not show is not taken for one that they do. */
static void test_other_splits_are_left_out(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    (void)plot_add_job(f, "K=2", 0.25, 1);
    fixture_execute(f,
                    "PRAGMA ignore_check_constraints = ON;"
                    "INSERT INTO result (job, split, epoch, n, error, izx_upper, izy_lower, log2_n)"
                    " VALUES (1, 'validation', 10, 20, 0.75, 50, -50, 99)");
    plot_read(f, &data, NULL, 0);
    assert_int_equal(data.n, 1);
    assert_close(data.points[0].measure[PLOT_TRAIN][PLOT_ERROR].mean, 0.25);
    assert_close(data.points[0].measure[PLOT_TEST][PLOT_ERROR].mean, 0.25);
    assert_close(data.points[0].measure[PLOT_TEST][PLOT_RATE].mean, 1);
    plot_data_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_points_are_means_over_seeds, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_single_seeds_of_a_point, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_first_seed_is_done, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_seeds_are_selected_before_averaging, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_points_are_selected, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_dropping_counts_jobs, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_other_splits_are_left_out, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("plot data", tests, NULL, NULL);
}
