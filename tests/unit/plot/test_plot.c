/* What a figure is made of: strings for gnuplot, selections, and which jobs are repetitions. */
#include "runner/plot/plot_canvas.h"
#include "runner/plot/plot_panels.h"
#include "runner/base/text.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_string(const char *text, const char *want) {
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    assert_non_null(out);
    plot_string(text, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, want);
    free(got);
}

/* Between single quotes gnuplot knows nothing but a doubled quote. */
static void test_strings(void **state) {
    (void)state;
    assert_string("", "''");
    assert_string("K = 2", "'K = 2'");
    assert_string("it's", "'it''s'");
    assert_string("`ls` \"$(ls)\" \\n @x", "'`ls` \"$(ls)\" \\n @x'");
    assert_string("two\nlines", "'two'.\"\\n\".'lines'");
    assert_string("bell\a, tab\t, delete\x7f", "'bell?, tab?, delete?'");
    assert_string("β", "'β'");
}

static void test_numbers(void **state) {
    const double numbers[] = {0.1, (double)NAN, -(double)INFINITY, 1e-7};
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    (void)state;
    assert_non_null(out);
    plot_numbers(numbers, 4, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, "0.1 NaN NaN 1e-07\n");
    free(got);
}

/* At whole characters: β is two bytes, € three. */
static void test_cutting_text(void **state) {
    (void)state;
    assert_int_equal(text_cut("", 0), 0);
    assert_int_equal(text_cut("beta", 12), 4);
    assert_int_equal(text_cut("beta", 4), 4);
    assert_int_equal(text_cut("beta", 3), 3);
    assert_int_equal(text_cut("aββ", 4), 3);
    assert_int_equal(text_cut("aββ", 3), 3);
    assert_int_equal(text_cut("€", 2), 0);
    assert_int_equal(text_width("aβ€", strlen("aβ€")), 3);
    assert_int_equal(text_width("aβ€", strlen("aβ")), 2);
    assert_int_equal(text_width("", 0), 0);
}

/* There is room for 10 characters over a panel of this canvas: 2.5 on either side of it. */
static void test_wrapping_lists(void **state) {
    const struct plot_canvas canvas = {.width = 51, .left = 80, .right = 17};
    static const struct {
        const char *list, *wrapped;
        size_t lines;
    } cases[] = {{"", "", 1},
                 {"K = 2", "K = 2", 1},
                 {"K = 2, beta = 1", "K = 2,\nbeta = 1", 2},
                 {"a, b, c, d, e, f", "a, b, c,\nd, e, f", 2},
                 {"a = 1, bb = 2, cc = 3", "a = 1,\nbb = 2,\ncc = 3", 3},
                 {"β = 12345, β = 2", "β = 12345,\nβ = 2", 2}, /* 10 characters */
                 {"no place to break it", "no place to break it", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char list[64];
        (void)snprintf(list, sizeof list, "%s", cases[i].list);
        assert_int_equal(plot_canvas_wrap(&canvas, list), cases[i].lines);
        assert_string_equal(list, cases[i].wrapped);
    }
}

static void test_filters(void **state) {
    struct plot_filter filter;
    struct vib_error err;
    (void)state;
    assert_int_equal(plot_filter_parse(&filter, "beta=1e-3", &err), 0);
    assert_string_equal(filter.key->name, "beta");
    assert_string_equal(filter.value, "0.001");
    assert_int_equal(plot_filter_parse(&filter, "model.hidden=[8,  4]", &err), 0);
    assert_string_equal(filter.value, "[8, 4]");
    static const char *const wrong[] = {"beta",         "=1",      "K=2.5", "train.epoch=3",
                                        "save.codes=1", "method=", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(plot_filter_parse(&filter, wrong[i], &err), VIB_EUSAGE);
}

/* --- panels --- */

/* Finishes made-up job i; its beta is i + 1, its seed 0. */
static void add_done(struct fixture *f, size_t i) {
    struct epoch_result epochs[2];
    struct job_result result;
    bool claimed = false, kept = false;
    const int64_t job = fixture_add_job(f, f->store, i);
    fixture_result(&result, epochs);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &kept, &f->err), &f->err);
    assert_true(claimed && kept);
}

static int make(struct fixture *f, struct plot_data *data, struct plot_panels *panels) {
    assert_ok(plot_data_read(data, f->store, NULL, 0, &f->err), &f->err);
    return plot_panels_make(panels, data, &f->err);
}

static void release(struct plot_data *data, struct plot_panels *panels) {
    plot_panels_release(panels);
    plot_data_release(data);
}

static void test_seeds_are_averaged(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_panels panels;
    struct plot_point point;
    for (size_t i = 0; i < 3; i++)
        add_done(f, i);
    fixture_execute(f,
                    "UPDATE job SET beta = 0.5, seed = 1 WHERE id = 2;"
                    "UPDATE job SET beta = 0.5 WHERE id = 3;"
                    "UPDATE result SET error = 0.25 WHERE job = 3;"
                    "UPDATE result SET error = 0.75 WHERE job = 2");
    assert_ok(make(f, &data, &panels), &f->err);
    assert_int_equal(panels.n, 1);
    assert_string_equal(panels.panel[0].variant, "");
    assert_true(plot_panels_repeated(&panels));
    assert_int_equal(panels.panel[0].jobs[0]->id, 3); /* beta, then seed */
    assert_int_equal(plot_point_make(&point, &panels.panel[0], 0), 2);
    assert_int_equal(point.seeds, 2);
    assert_true(point.beta == 0.5);
    assert_true(student_mean(&point.measure[VIB_TEST][PLOT_ERROR]) == 0.5);
    assert_int_equal(plot_point_make(&point, &panels.panel[0], 2), 3);
    assert_int_equal(point.seeds, 1);
    release(&data, &panels);
}

static void test_others_are_apart(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_panels panels;
    for (size_t i = 0; i < 4; i++)
        add_done(f, i);
    fixture_execute(f,
                    "UPDATE job SET beta = 0.5;"
                    "UPDATE job SET train_epochs = 7 WHERE id IN (2, 4);"
                    "UPDATE job SET train_lr = 0.002, K = 5 WHERE id IN (3, 4)");
    assert_ok(make(f, &data, &panels), &f->err);
    assert_int_equal(panels.n, 4);
    assert_int_equal(panels.panel[0].K, 5);
    assert_non_null(strstr(panels.panel[1].variant, "train.epochs = 7"));
    assert_null(strstr(panels.panel[1].variant, "train.lr")); /* the same for each K */
    assert_false(plot_panels_repeated(&panels));
    release(&data, &panels);
}

/* What is said of a panel of all the jobs that are done, `n` in number. */
static void assert_panel(struct fixture *f, size_t n, size_t i, const char *variant,
                         const char *varying) {
    struct plot_data data;
    struct plot_panels panels;
    assert_ok(make(f, &data, &panels), &f->err);
    assert_int_equal(panels.n, n);
    assert_string_equal(panels.panel[i].variant, variant);
    assert_string_equal(panels.panel[i].varying, varying);
    release(&data, &panels);
}

static void test_what_varies_with_beta_is_told(void **state) {
    struct fixture *f = *state;
    add_done(f, 0);
    add_done(f, 1);
    fixture_execute(f, "UPDATE job SET train_lr = 0.002 WHERE id = 2");
    assert_panel(f, 1, 0, "", "train.lr");
}

/* Two data sets of one name: their digests are all that tells them apart. */
static void test_data_sets_are_told_apart(void **state) {
    struct fixture *f = *state;
    add_done(f, 0);
    add_done(f, 1);
    fixture_execute(f,
                    "INSERT INTO dataset SELECT replace(digest, 'd', 'e'), name, dim, classes,"
                    " n_train, n_test, h_y_train, h_y_test, ixy, ixy_se FROM dataset;"
                    "UPDATE job SET dataset_digest = replace(dataset_digest, 'd', 'e')"
                    " WHERE id = 2");
    assert_panel(f, 1, 0, "", "data");
    fixture_execute(f, "UPDATE job SET beta = 0.5");
    assert_panel(f, 2, 0, "data = dddddddddddd", "");
    fixture_execute(f, "UPDATE job SET beta = id; UPDATE job SET dataset_n_train = 7 WHERE id = 2");
    assert_panel(f, 1, 0, "", "dataset.n_train");
    /* A third one that differs in a key does not tell the first two apart. */
    add_done(f, 2);
    fixture_execute(f,
                    "UPDATE job SET beta = 0.5;"
                    "UPDATE job SET dataset_n_train = 0 WHERE id = 2;"
                    "UPDATE job SET dataset_n_train = 7 WHERE id = 3");
    assert_panel(f, 3, 0, "dataset.n_train = 0, data = dddddddddddd", "");
    assert_panel(f, 3, 1, "dataset.n_train = 0, data = eeeeeeeeeeee", "");
    fixture_execute(f, "DELETE FROM job WHERE id = 3");
    /* A key of the data set says the same in words; nothing is cut within a character. */
    fixture_execute(f, "UPDATE job SET dataset_name = 'aβββββββ' WHERE id = 2");
    assert_panel(f, 2, 1, "dataset.name = aβββββ", "");
}

static void test_too_many(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_panels panels;
    for (size_t i = 0; i <= PLOT_MAX_PANELS; i++)
        add_done(f, i);
    fixture_execute(f, "UPDATE job SET beta = 0.5, train_batch = id");
    assert_int_equal(make(f, &data, &panels), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "train.batch"));
    release(&data, &panels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cutting_text),
        cmocka_unit_test(test_wrapping_lists),
        cmocka_unit_test(test_filters),
        cmocka_unit_test_setup_teardown(test_seeds_are_averaged, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_others_are_apart, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_what_varies_with_beta_is_told, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_data_sets_are_told_apart, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_too_many, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
