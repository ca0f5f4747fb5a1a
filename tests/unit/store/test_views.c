/* The views of runner/store/schema.sql that take the mean over seeds, on made-up results. */
#include "runner/config/keys.h"
#include "tests/unit/store/views_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_student_t(void **state) {
    static const double known[] = {12.706205, 4.302653, 3.182446};
    struct fixture *f = *state;
    char sql[100];
    for (int df = 1; df <= 3; df++) /* of the test itself */
        assert_true(fabs(t95(df) - known[df - 1]) <= 1e-6);
    assert_text(f, "SELECT count(*) FILTER (WHERE df <= 200) || ' ' || max(df) FROM student_t",
                "200 10000");
    for (int df = 1; df <= 200; df++) {
        snprintf(sql, sizeof sql, "SELECT t95 FROM student_t WHERE df = %d", df);
        assert_near(f, sql, t95(df), 6e-7);
    }
    for (int df = 250; df <= 1000; df += df < 300 ? 50 : df < 400 ? 100 : df < 500 ? 100 : 500) {
        snprintf(sql, sizeof sql, "SELECT t95 FROM student_t WHERE df = %d", df);
        assert_near(f, sql, t95(df), 6e-7);
    }
}

/* As job_identities has them: the seed makes no other point, beta no other curve. */
static void test_points_and_curves(void **state) {
    struct fixture *f = *state;
    struct settings settings;
    settings_init(&settings);
    fixture_add_settings(f, f->store, &settings);
    settings.job.seed = 1;
    fixture_add_settings(f, f->store, &settings);
    settings.job.beta = 0.5;
    fixture_add_settings(f, f->store, &settings);
    settings.job.K = 3;
    fixture_add_settings(f, f->store, &settings);
    memset(f->data.digest, 'e', 64);
    assert_ok(store_add_dataset(f->store, &f->data, &f->err), &f->err);
    fixture_add_settings(f, f->store, &settings);
    assert_text(f,
                "SELECT group_concat(job || ' ' || point || ' ' || curve, ', ')"
                " FROM (SELECT * FROM job_point ORDER BY job)",
                "1 1 1, 2 1 1, 3 3 1, 4 4 4, 5 5 5");
}

/* Of the seed and the number of the job it shows the first's. */
static void test_summary_shows_every_value(void **state) {
    struct fixture *f = *state;
    char sql[200], column[KEY_COLUMN_SIZE];
    const long long job = views_add_job(f, 0.5, 7);
    views_give_result(f, job, "test", "error", "0.25");
    views_give_result(f, views_add_job(f, 0.5, 7), "test", "error", "0.75");
    assert_text(f, "SELECT job || ' ' || seed || ' ' || n_seeds || ' ' || dim FROM summary",
                "1 0 2 3");
    for (size_t i = 0; i < n_keys; i++) {
        if (!key_has_column(&keys[i]))
            continue;
        key_column(&keys[i], column);
        snprintf(sql, sizeof sql,
                 "SELECT summary.%s IS setting.%s FROM summary, setting WHERE setting.job = %lld",
                 column, column, job);
        assert_int_equal(fixture_integer(f, sql), 1);
    }
}

/* Every quantity, each with a hundred times the values of the one before. */
static void test_summary_of_three_seeds(void **state) {
    static const char *const columns[] = {"error",     "error_mc",        "izy_lower", "izy_mc",
                                          "izx_lower", "izx_upper_tight", "izx_upper"};
    static const double values[3] = {0.125, 0.25, 0.625};
    struct fixture *f = *state;
    char sql[300];
    for (int i = 0; i < 3; i++) {
        const long long job = views_add_job(f, 0.5, 2);
        snprintf(sql, sizeof sql, "%.9g, %.9g, %.9g, %.9g, %.9g", values[i], values[i] * 1e2,
                 values[i] * 1e4, values[i] * 1e6, values[i] * 1e12);
        views_give_result(f, job, "train", "error, error_mc, izy_lower, izy_mc, izx_upper", sql);
        views_give_bound(f, job, "train", "lower", values[i] * 1e8);
        views_give_bound(f, job, "train", "upper", values[i] * 1e10);
    }
    views_execute(f, "UPDATE result SET log2_n = 1e15");
    double scale = 1;
    for (int i = 0; i < 7; i++, scale *= 100) {
        const double half = scale * half_width(values, 3, 2), mean = scale / 3;
        snprintf(sql, sizeof sql, "SELECT %s_mean FROM summary", columns[i]);
        assert_near(f, sql, mean, 1e-12 * scale);
        snprintf(sql, sizeof sql, "SELECT %s_lo FROM summary", columns[i]);
        assert_near(f, sql, mean - half, 1e-6 * scale);
        snprintf(sql, sizeof sql, "SELECT %s_hi FROM summary", columns[i]);
        assert_near(f, sql, mean + half, 1e-6 * scale);
    }
    assert_text(
        f, "SELECT point || curve || method || K || split || n_seeds || n_diverged FROM summary",
        "11vib2train30");
}

/* Sums of squares about 0 would lose all digits of the spread. */
static void test_small_spread_about_a_large_mean(void **state) {
    static const double values[3] = {0, 1, 2};
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        char izx[40];
        snprintf(izx, sizeof izx, "%d", 1000000000 + i);
        views_give_result(f, views_add_job(f, 1, 2), "test", "izx_upper", izx);
    }
    assert_near(f, "SELECT izx_upper_hi - izx_upper_mean FROM summary", half_width(values, 3, 2),
                1e-6);
}

/* Degrees of freedom that student_t lacks take the row below, also beyond its end. */
static void test_many_seeds(void **state) {
    enum { MOST = 260 };
    static const int used[][2] = {{31, 30}, {36, 35}, {201, 200}, {250, 200}, {MOST, 250}};
    struct fixture *f = *state;
    double values[MOST];
    for (int i = 0; i < MOST; i++)
        values[i] = i * i;
    int n = 0;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        views_add_jobs(f, (size_t)n, (size_t)used[i][0]);
        views_execute(f,
                      "UPDATE setting SET beta = 1, seed = job;"
                      " INSERT INTO result (job, split, epoch, n, log2_n, error)"
                      " SELECT id, 'test', 1, 1, 0, (id - 1) * (id - 1) FROM job WHERE id > %d",
                      n);
        fixture_regroup(f);
        n = used[i][0];
        assert_int_equal(fixture_integer(f, "SELECT n_seeds FROM summary"), n);
        assert_near(f, "SELECT error_hi - error_mean FROM summary",
                    half_width(values, n, used[i][1]), 1e-6 * values[n - 1]);
    }
}

static void test_one_seed_has_no_interval(void **state) {
    struct fixture *f = *state;
    views_give_result(f, views_add_job(f, 1, 2), "test", "error, izx_upper", "0.25, 3");
    assert_text(f,
                "SELECT n_seeds || ' ' || error_mean || ' ' || izx_upper_mean || ' ' ||"
                " (coalesce(error_lo, error_hi, izx_upper_lo, izx_upper_hi) IS NULL) FROM summary",
                "1 0.25 3.0 1");
}

/* A value that was not finite is NULL in the database. */
static void test_missing_values_are_left_out(void **state) {
    static const double left[2] = {0.25, 0.75};
    struct fixture *f = *state;
    views_give_result(f, views_add_job(f, 1, 2), "test", "error, izx_upper, izy_lower",
                      "0.25, 4, 1");
    views_give_result(f, views_add_job(f, 1, 2), "test", "error, izx_upper, izy_lower",
                      "NULL, NULL, 3");
    views_give_result(f, views_add_job(f, 1, 2), "test", "error, izx_upper, izy_lower",
                      "0.75, NULL, 5");
    assert_text(f,
                "SELECT n_seeds || ' ' || error_mean || ' ' || izx_upper_mean || ' ' ||"
                " izy_lower_mean || ' ' || (izx_upper_lo IS NULL AND izy_mc_mean IS NULL)"
                " FROM summary",
                "3 0.5 4.0 3.0 1");
    assert_near(f, "SELECT error_hi FROM summary", 0.5 + half_width(left, 2, 1), 1e-5);
}

static void test_methods_without_information(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 2; i++) {
        const long long job = views_add_job(f, 1, 2);
        views_execute(
            f, "UPDATE setting SET method = 'deterministic', beta = NULL WHERE job = %lld", job);
        fixture_regroup(f);
        views_give_result(f, job, "test", "error, error_mc", "0.25, 0.5");
        views_give_result(f, job, "train", "error, error_mc", "0.25, 0.25");
    }
    views_give_result(f, views_add_job(f, 1, 2), "test", "error, error_mc, izx_upper, izy_lower",
                      "0.5, 0.75, 2, 1");
    assert_text(
        f,
        "SELECT group_concat(method || ' ' || split || ' ' || n_seeds || ' ' || error_hi, ', ')"
        " FROM summary WHERE izx_upper_mean IS NULL AND izx_upper_tight_hi IS NULL"
        " AND izy_lower_mean IS NULL AND beta IS NULL",
        "deterministic test 2 0.25, deterministic train 2 0.25");
    assert_text(f, "SELECT group_concat(method) FROM pareto", "vib");
    assert_text(f, "SELECT group_concat(point) FROM efficiency", "3");
    assert_text(f, "SELECT group_concat(point) FROM best_beta", "3");
    assert_text(f,
                "SELECT group_concat(method || ' ' || error_mc_gap_mean) FROM generalization_gap",
                "deterministic 0.25");
}

static void test_jobs_without_results(void **state) {
    struct fixture *f = *state;
    views_give_result(f, views_add_job(f, 1, 2), "test", "error", "0.5");
    for (int i = 0; i < 5; i++)
        views_add_job(f, i < 4 ? 1 : 2, 2);
    views_execute(f,
                  "UPDATE job SET state = CASE id WHEN 2 THEN 'pending' WHEN 3 THEN 'failed'"
                  " ELSE 'diverged' END WHERE id > 1");
    assert_text(
        f, "SELECT group_concat(point || ' ' || n_seeds || ' ' || n_diverged, ', ') FROM summary",
        "1 1 2");
    /* The point keeps its name while its first job is run again. */
    views_execute(f, "UPDATE job SET state = 'pending' WHERE id = 1");
    views_give_result(f, views_add_job(f, 1, 2), "test", "error", "0.25");
    assert_text(f, "SELECT group_concat(point || ' ' || error_mean, ', ') FROM summary", "1 0.25");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_student_t),
        WITH_FIXTURE(test_points_and_curves),
        WITH_FIXTURE(test_summary_shows_every_value),
        WITH_FIXTURE(test_summary_of_three_seeds),
        WITH_FIXTURE(test_small_spread_about_a_large_mean),
        WITH_FIXTURE(test_many_seeds),
        WITH_FIXTURE(test_one_seed_has_no_interval),
        WITH_FIXTURE(test_missing_values_are_left_out),
        WITH_FIXTURE(test_methods_without_information),
        WITH_FIXTURE(test_jobs_without_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
