#include "tests/unit/store/views_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void views_execute(struct fixture *f, const char *format, ...) {
    char sql[1024];
    va_list list;
    va_start(list, format);
    const int length = vsnprintf(sql, sizeof sql, format, list);
    va_end(list);
    assert_true(length > 0 && (size_t)length < sizeof sql);
    fixture_execute(f, sql);
}

long long views_add_job(struct fixture *f, double beta, int K) {
    struct settings settings;
    settings_init(&settings);
    settings.job.beta = beta;
    settings.job.K = (size_t)K;
    settings.job.seed = (uint64_t)fixture_integer(f, "SELECT count(*) FROM job");
    const long long job = fixture_add_settings(f, f->store, &settings);
    views_execute(f, "UPDATE job SET state = 'done' WHERE id = %lld", job);
    return job;
}

void views_add_jobs(struct fixture *f, size_t from, size_t n) {
    assert_ok(store_begin(f->store, &f->err), &f->err);
    for (size_t i = from; i < n; i++)
        (void)fixture_add_job(f, f->store, i);
    assert_ok(store_commit(f->store, &f->err), &f->err);
    views_execute(f, "UPDATE job SET state = 'done'");
}

void views_give_result(struct fixture *f, long long job, const char *split, const char *columns,
                       const char *values) {
    views_execute(f,
                  "INSERT INTO result (job, split, epoch, n, log2_n, %s)"
                  " VALUES (%lld, '%s', 10, 20, 99, %s)",
                  columns, job, split, values);
}

void views_give_bound(struct fixture *f, long long job, const char *split, const char *side,
                      double bits) {
    views_execute(f,
                  "INSERT INTO bound (job, quantity, split, estimator, side, n, bits, se, cap)"
                  " VALUES (%lld, 'izx', '%s', '%s', '%s', 20, %.17g, 0, 99)",
                  job, split, strcmp(side, "lower") == 0 ? "mixture" : "leave_one_out", side, bits);
}

void views_add_dataset(struct fixture *f, char digit) {
    views_execute(
        f,
        "INSERT INTO dataset SELECT replace(digest, 'd', '%c'), name, dim, classes, ixy, ixy_se"
        " FROM dataset WHERE digest LIKE 'd%%'",
        digit);
}

void assert_text(struct fixture *f, const char *sql, const char *want) {
    char *got = fixture_text(f, sql);
    if (strcmp(got, want) != 0)
        fail_msg("%s\ngives '%s', not '%s'", sql, got, want);
    free(got);
}

void assert_near(struct fixture *f, const char *sql, double want, double tolerance) {
    char *text = fixture_text(f, sql), *end;
    const double got = strtod(text, &end);
    if (end == text || *end != '\0' || !(fabs(got - want) <= tolerance))
        fail_msg("%s\ngives %s, not %.15g", sql, text, want);
    free(text);
}

/* P(|T| <= t) of Student's t with df degrees of freedom: Abramowitz & Stegun 26.7.3, 26.7.4. */
static double within(double t, int df) {
    const double theta = atan(t / sqrt(df)), cosine = cos(theta);
    double term = df % 2 == 1 ? cosine : 1, sum = 0;
    for (int k = df % 2; k <= df - 2; k += 2) {
        sum += term;
        term *= (k + 1.0) / (k + 2.0) * cosine * cosine;
    }
    return df % 2 == 1 ? (theta + sin(theta) * sum) / acos(0.0) : sin(theta) * sum;
}

double t95(int df) {
    double low = 0, high = 100;
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;
        *(within(middle, df) < 0.95 ? &low : &high) = middle;
    }
    return low;
}

double half_width(const double *values, int n, int df) {
    double mean = 0, squares = 0;
    for (int i = 0; i < n; i++)
        mean += values[i] / n;
    for (int i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return t95(df) * sqrt(squares / (n - 1)) / sqrt(n);
}

long long views_steps(struct fixture *f, const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *statement;
    int step;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
    }
    assert_int_equal(step, SQLITE_DONE);
    const int count = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return count;
}
