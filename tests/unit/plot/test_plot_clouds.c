/* The codes that a figure shows, and how damaged ones are told. */
#include "runner/plot/plot_clouds.h"
#include "tests/unit/plot/plot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Gives a job two codes and a decoder of two classes. */
static void give_codes(struct fixture *f, int64_t job) {
    const long long id = job;
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO code VALUES (%lld, 0, 1, 1, '[0.5, -1e0]', '[0.1, 0.2]'),"
                   " (%lld, 1, 0, 1, '[0.5,1]', '[0.1, 0.2, -0.05]');"
                   "INSERT INTO decoder VALUES (%lld, '[[1, -1], [0.5, 2]]', '[0, 0.25]')",
                   id, id, id);
    fixture_execute(f, sql);
}

struct read {
    struct plot_data data;
    struct plot_panels panels;
    struct plot_clouds clouds;
};

static int read_all(struct fixture *f, struct read *read) {
    plot_read(f, &read->data, NULL, 0);
    assert_ok(plot_panels_make(&read->panels, &read->data, NULL, &f->err), &f->err);
    return plot_clouds_read(&read->clouds, &read->panels, &read->data, f->store, &f->err);
}

static void release(struct read *read) {
    plot_clouds_release(&read->clouds);
    plot_panels_release(&read->panels);
    plot_data_release(&read->data);
}

static void test_what_is_read(void **state) {
    struct fixture *f = *state;
    struct read read;
    give_codes(f, plot_add_job(f, "K=2 beta=2", 0.25, 1));
    give_codes(f, plot_add_job(f, "K=2 beta=1", 0.5, 1));
    assert_ok(read_all(f, &read), &f->err);
    assert_int_equal(read.clouds.n, 2);
    const struct plot_cloud *cloud = &read.clouds.cloud[0];
    assert_true(cloud->point->trade_off == 1 && cloud->error == 0.5 && cloud->error_mc == 0.5);
    assert_ptr_equal(cloud->panel, &read.panels.panel[0]);
    assert_int_equal(cloud->n, 2);
    const struct plot_code *code = cloud->codes;
    assert_true(code[0].label == 1 && code[0].mu[0] == 0.5 && code[0].mu[1] == -1);
    assert_true(code[0].l11 == 0.1 && code[0].l22 == 0.2 && code[0].l21 == 0);
    assert_true(code[1].label == 0 && code[1].l21 == -0.05);
    assert_int_equal(cloud->classes, 2);
    assert_true(cloud->weight[0][1] == -1 && cloud->weight[1][0] == 0.5);
    assert_true(cloud->bias[1] == 0.25);
    release(&read);
}

/* Also where the lowest seed has none. */
static void test_the_first_job_that_has_codes(void **state) {
    struct fixture *f = *state;
    struct read read;
    (void)plot_add_job(f, "K=2", 0.25, 1);
    give_codes(f, plot_add_job(f, "K=2 seed=2", 0.5, 1));
    give_codes(f, plot_add_job(f, "K=2 seed=1", 0.75, 1));
    assert_ok(read_all(f, &read), &f->err);
    assert_int_equal(read.clouds.n, 1);
    assert_int_equal(read.clouds.cloud[0].job, 2);
    assert_true(read.clouds.cloud[0].error == 0.5);
    release(&read);
}

static void test_none_and_too_many(void **state) {
    struct fixture *f = *state;
    struct read read;
    for (int i = 0; i <= PLOT_MAX_PANELS; i++) {
        char settings[32];
        (void)snprintf(settings, sizeof settings, "K=2 beta=%d", i + 1);
        (void)plot_add_job(f, settings, 0.5, 1);
    }
    assert_int_equal(read_all(f, &read), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "save.codes"));
    release(&read);
    for (int i = 0; i <= PLOT_MAX_PANELS; i++)
        give_codes(f, i + 1);
    assert_int_equal(read_all(f, &read), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "more than 6 values of beta"));
    release(&read);
}

static void test_damage(void **state) {
    static const struct {
        const char *sql, *message;
    } cases[] = {
        {"UPDATE code SET mu = '[0.5]'", "damaged codes"},
        {"UPDATE code SET mu = '[0.5, 1, 2]'", "damaged codes"},
        {"UPDATE code SET mu = '[0.5, null]'", "damaged codes"},
        {"UPDATE code SET mu = '[0.5, nan]'", "damaged codes"},
        {"UPDATE code SET mu = '[0.5, 1e999]'", "damaged codes"},
        {"UPDATE code SET mu = '[0.5, 0x10]'", "damaged codes"},
        {"UPDATE code SET factor = '[0.1]'", "damaged codes"},
        {"UPDATE code SET factor = '[0.1, 0.2, 0.3, 0.4]'", "damaged codes"},
        {"UPDATE code SET label = 2", "damaged codes"},
        {"UPDATE code SET label = -1", "damaged codes"},
        {"UPDATE code SET label = 4294967296", "damaged codes"},
        {"DELETE FROM decoder", "no decoder"},
        {"UPDATE decoder SET weight = '[[1, 2], [3]]'", "damaged decoder"},
        {"UPDATE decoder SET bias = '[]'", "damaged decoder"},
        {"UPDATE decoder SET bias = (WITH RECURSIVE c (i) AS (VALUES (0) UNION ALL"
         " SELECT i + 1 FROM c WHERE i < 256) SELECT json_group_array(i) FROM c)",
         "more than 256 classes"},
    };
    struct fixture *f = *state;
    (void)plot_add_job(f, "K=2", 0.5, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct read read;
        fixture_execute(f, "DELETE FROM code; DELETE FROM decoder");
        give_codes(f, 1);
        fixture_execute(f, cases[i].sql);
        assert_int_equal(read_all(f, &read), VIB_EDATA);
        if (strstr(f->err.message, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].sql, f->err.message);
        release(&read);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_read, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_the_first_job_that_has_codes, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_none_and_too_many, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_damage, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("plot clouds", tests, NULL, NULL);
}
