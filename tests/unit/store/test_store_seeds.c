/* A reader that speaks of some seeds alone. */
#include "runner/store/store_query.h"
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Three seeds, 0 to 2, of one point, whose test errors are 0.25, 0.5 and 0.875. */
static void add_seeds(struct fixture *f) {
    static const char *const errors[] = {"0.25", "0.5", "0.875"};
    for (int i = 0; i < 3; i++)
        views_give_result(f, views_add_job(f, 0.5, 2), "test", "error", errors[i]);
}

static int take_real(void *context, struct store_row *row, struct vib_error *err) {
    (void)err;
    *(double *)context = store_row_real(row, 0);
    return 0;
}

static double read_real(struct store *reader, const char *sql) {
    struct vib_error err;
    double value = -1;
    assert_ok(store_query(reader,
                          &(struct store_query){.sql = sql, .row = take_real, .context = &value},
                          &err),
              &err);
    return value;
}

static void test_views_are_of_the_chosen(void **state) {
    static const uint64_t seeds[] = {2, 0, 2, 7};
    struct fixture *f = *state;
    struct store *reader = NULL;
    add_seeds(f);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_true(read_real(reader, "SELECT n_seeds FROM summary") == 3);
    assert_ok(store_choose_seeds(reader, seeds, 4, &f->err), &f->err);
    assert_true(read_real(reader, "SELECT count(*) FROM information_plane") == 2);
    assert_true(read_real(reader, "SELECT count(*) FROM job_point") == 2);
    assert_true(read_real(reader, "SELECT count(*) FROM summary") == 1);
    assert_true(read_real(reader, "SELECT n_seeds FROM summary") == 2);
    assert_true(read_real(reader, "SELECT error_mean FROM summary") == 0.5625);
    assert_true(read_real(reader, "SELECT point FROM summary") == 1);
    store_close(reader);
    assert_int_equal(fixture_integer(f, "SELECT n_seeds FROM summary"), 3);
}

static void test_a_single_one(void **state) {
    static const uint64_t seed = 1;
    struct fixture *f = *state;
    struct store *reader = NULL;
    add_seeds(f);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_choose_seeds(reader, &seed, 1, &f->err), &f->err);
    assert_true(read_real(reader, "SELECT error_mean FROM summary") == 0.5);
    assert_true(read_real(reader, "SELECT error_lo IS NULL FROM summary") == 1);
    store_close(reader);
}

/* It still writes nothing. */
static void test_the_reader_stays_one(void **state) {
    static const uint64_t seed = 1;
    struct fixture *f = *state;
    struct store *reader = NULL;
    double unused;
    add_seeds(f);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_choose_seeds(reader, &seed, 1, &f->err), &f->err);
    const struct store_query write = {
        .sql = "DELETE FROM job", .row = take_real, .context = &unused};
    assert_int_equal(store_query(reader, &write, &f->err), VIB_EIO);
    store_close(reader);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_views_are_of_the_chosen, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_a_single_one, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_the_reader_stays_one, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("store seeds", tests, NULL, NULL);
}
