/* A reader that computes the views once. */
#include "runner/store/store_query.h"
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Every row of a query as text, up to the size of the buffer. */
struct rows {
    char text[4000];
};

static int take_row(void *context, struct store_row *row, struct vib_error *err) {
    struct rows *rows = context;
    (void)err;
    for (int i = 0; i < store_row_columns(row); i++) {
        const char *text = store_row_text(row, i, NULL);
        const size_t used = strlen(rows->text);
        (void)snprintf(rows->text + used, sizeof rows->text - used, "%s|", text ? text : "NULL");
    }
    return 0;
}

static void read_rows(struct store *reader, const char *sql, struct rows *rows) {
    struct vib_error err;
    rows->text[0] = '\0';
    assert_ok(store_query(reader,
                          &(struct store_query){.sql = sql, .row = take_row, .context = rows},
                          &err),
              &err);
}

/* Three betas of two seeds each. */
static void add_jobs(struct fixture *f) {
    static const double betas[] = {0.5, 0.25, 0.125};
    char values[64];
    for (int i = 0; i < 6; i++) {
        const long long job = views_add_job(f, betas[i / 2], 2);
        (void)snprintf(values, sizeof values, "0.%d, %d.5, 1.%d", i + 1, 6 - i, i);
        views_give_result(f, job, "test", "error_mc, izx_upper, izy_lower", values);
    }
}

static void assert_same_view(struct fixture *f, struct store *kept, const char *sql) {
    struct rows want, got;
    struct store *reader = NULL;
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    read_rows(reader, sql, &want);
    read_rows(kept, sql, &got);
    assert_true(want.text[0] != '\0');
    assert_string_equal(got.text, want.text);
    store_close(reader);
}

static void test_views_are_the_same(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    add_jobs(f);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_keep_views(reader, NULL, &f->err), &f->err);
    assert_same_view(f, reader, "SELECT * FROM job_point ORDER BY job");
    assert_same_view(f, reader, "SELECT * FROM summary ORDER BY point, split");
    assert_same_view(f, reader,
                     "SELECT typeof(beta), typeof(K), typeof(error_mc_mean) FROM summary");
    assert_same_view(f, reader, "SELECT * FROM pareto ORDER BY point");
    assert_same_view(f, reader, "SELECT * FROM best_beta ORDER BY point");
    assert_same_view(f, reader, "SELECT * FROM efficiency ORDER BY point");
    store_close(reader);
}

/* A split, with those by which a beta is chosen: another split costs nothing. */
static void test_one_split(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    struct rows rows;
    add_jobs(f);
    views_execute(f,
                  "INSERT INTO result (job, split, epoch, n, log2_n, error_mc, izx_upper,"
                  " izy_lower) SELECT job, name, epoch, n, log2_n, error_mc / 2, izx_upper,"
                  " izy_lower FROM result, split WHERE name <> 'test'");
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_keep_views(reader, "test", &f->err), &f->err);
    read_rows(reader, "SELECT DISTINCT split FROM summary ORDER BY split", &rows);
    assert_string_equal(rows.text, "test|validation|");
    assert_same_view(f, reader, "SELECT * FROM summary WHERE split = 'test' ORDER BY point");
    assert_same_view(f, reader, "SELECT * FROM pareto WHERE split = 'test' ORDER BY point");
    assert_same_view(f, reader, "SELECT * FROM best_beta ORDER BY point");
    store_close(reader);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_keep_views(reader, "train", &f->err), &f->err);
    assert_same_view(f, reader, "SELECT * FROM summary ORDER BY point, split");
    store_close(reader);
}

static void test_they_stay(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    struct rows rows;
    add_jobs(f);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_keep_views(reader, NULL, &f->err), &f->err);
    views_execute(f, "UPDATE result SET error_mc = 0.75");
    read_rows(reader, "SELECT max(error_mc_mean) < 0.7 FROM summary", &rows);
    assert_string_equal(rows.text, "1|");
    read_rows(reader, "SELECT max(error_mc) FROM information_plane", &rows);
    assert_string_equal(rows.text, "0.75|");
    store_close(reader);
    assert_int_equal(
        fixture_integer(f, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'kept%'"), 0);
}

static void test_nothing_else_is_written(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    struct vib_error err;
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_keep_views(reader, NULL, &f->err), &f->err);
    assert_true(
        store_query(reader,
                    &(struct store_query){.sql = "DELETE FROM kept_summary", .row = take_row},
                    &err) != 0);
    store_close(reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_views_are_the_same, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_one_split, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_they_stay, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_nothing_else_is_written, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("store_keep", tests, NULL, NULL);
}
