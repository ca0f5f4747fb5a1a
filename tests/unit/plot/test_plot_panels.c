/* How points fall into panels, and what is said of each. */
#include "runner/plot/plot_panels.h"
#include "tests/unit/plot/plot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int make(struct fixture *f, struct plot_data *data, struct plot_panels *panels) {
    plot_read(f, data, NULL, 0);
    return plot_panels_make(panels, data, NULL, &f->err);
}

static void release(struct plot_data *data, struct plot_panels *panels) {
    plot_panels_release(panels);
    plot_data_release(data);
}

static void add(struct fixture *f, const char *settings) {
    (void)plot_add_job(f, settings, 0.5, 1);
}

/* What is said of one of n panels of all points. */
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

static void test_seeds_are_no_variants(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_panels panels;
    add(f, "beta=2");
    add(f, "beta=0.5 seed=1");
    add(f, "beta=0.5");
    assert_ok(make(f, &data, &panels), &f->err);
    assert_int_equal(panels.n, 1);
    assert_string_equal(panels.panel[0].variant, "");
    assert_string_equal(panels.panel[0].varying, "");
    assert_true(plot_panels_repeated(&panels));
    assert_int_equal(panels.panel[0].n, 2);
    assert_true(panels.panel[0].points[0]->trade_off == 0.5);
    assert_true(panels.panel[0].points[1]->trade_off == 2);
    release(&data, &panels);
}

static void test_others_are_apart(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_panels panels;
    add(f, "beta=0.5 K=256");
    add(f, "beta=0.5 K=256 train.epochs=7");
    add(f, "beta=0.5 K=5 train.lr=0.002");
    add(f, "beta=0.5 K=5 train.lr=0.002 train.epochs=7");
    assert_ok(make(f, &data, &panels), &f->err);
    assert_int_equal(panels.n, 4);
    assert_int_equal(panels.panel[0].K, 5);
    assert_non_null(strstr(panels.panel[1].variant, "train.epochs = 7"));
    assert_null(strstr(panels.panel[1].variant, "train.lr")); /* the same for each K */
    assert_false(plot_panels_repeated(&panels));
    release(&data, &panels);
}

/* As their first jobs were added. */
static void test_order_of_variants(void **state) {
    struct fixture *f = *state;
    add(f, "train.epochs=7 seed=1");
    add(f, "train.epochs=3 seed=0");
    add(f, "train.epochs=7 seed=0");
    assert_panel(f, 2, 0, "train.epochs = 7", "");
}

/* Numbers have as many digits as it takes. */
static void test_variants_look_different(void **state) {
    struct fixture *f = *state;
    add(f, "train.lr=1.0001e-3");
    add(f, "train.lr=1.0002e-3");
    assert_panel(f, 2, 0, "train.lr = 0.0010001", "");
    assert_panel(f, 2, 1, "train.lr = 0.0010002", "");
    add(f, "train.lr=1.0002e-3 train.adam_beta1=0.316227766");
    assert_panel(f, 3, 1, "train.lr = 0.0010002, train.adam_beta1 = 0.5", "");
    assert_panel(f, 3, 2, "train.lr = 0.0010002, train.adam_beta1 = 0.316", "");
}

static void test_what_varies_with_beta_is_told(void **state) {
    struct fixture *f = *state;
    add(f, "beta=1");
    add(f, "beta=2 train.lr=0.002");
    assert_panel(f, 1, 0, "", "train.lr");
}

/* Two data sets of one name: their digests are all that tells them apart. */
static void test_data_that_varies_with_beta(void **state) {
    struct fixture *f = *state;
    add(f, "beta=1");
    plot_use_data(f, 'e');
    add(f, "beta=2");
    assert_panel(f, 1, 0, "", "data");
}

static void test_a_key_of_the_data_that_varies_with_beta(void **state) {
    struct fixture *f = *state;
    add(f, "beta=1");
    plot_use_data(f, 'e');
    add(f, "beta=2 dataset.n_train=7");
    assert_panel(f, 1, 0, "", "dataset.n_train");
}

/* A third one that differs in a key does not tell the first two apart. */
static void test_data_sets_are_told_apart(void **state) {
    struct fixture *f = *state;
    add(f, "beta=0.5");
    plot_use_data(f, 'e');
    add(f, "beta=0.5");
    assert_panel(f, 2, 0, "data = dddddddddddd", "");
    plot_use_data(f, 'f');
    add(f, "beta=0.5 dataset.n_train=7");
    assert_panel(f, 3, 0, "dataset.n_train = 0, data = dddddddddddd", "");
    assert_panel(f, 3, 1, "dataset.n_train = 0, data = eeeeeeeeeeee", "");
}

/* A key of the data set says the same in words, and says them all. */
static void test_data_sets_of_other_names(void **state) {
    struct fixture *f = *state;
    add(f, "beta=0.5");
    plot_use_data(f, 'e');
    add(f, "beta=0.5 dataset.name=aβββββββββββββββ");
    assert_panel(f, 2, 1, "dataset.name = aβββββββββββββββ", "");
}

/* Digests that begin alike are written as far as they differ. */
static void test_digests_that_begin_alike(void **state) {
    struct fixture *f = *state;
    add(f, "beta=0.5");
    plot_use_data(f, 'e');
    add(f, "beta=0.5");
    fixture_execute(
        f,
        "PRAGMA foreign_keys = OFF;"
        "UPDATE dataset SET digest = substr(replace(digest, 'd', 'e'), 1, 14)"
        " || substr(digest, 15);"
        "UPDATE job SET dataset_digest = substr(replace(dataset_digest, 'd', 'e'), 1, 14)"
        " || substr(dataset_digest, 15)");
    assert_panel(f, 2, 0, "data = eeeeeeeeeeeeeed", "");
    assert_panel(f, 2, 1, "data = eeeeeeeeeeeeeee", "");
}

/* What differs between series is told where both have it, beside what a series is. */
static void test_series_share_a_panel(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_series series;
    struct plot_panels panels;
    add(f, "beta=0.1");
    add(f, "beta=0.2");
    add(f, "method=ceb train.gamma=0.1 train.lr=0.002");
    plot_read(f, &data, NULL, 0);
    assert_ok(plot_series_make(&series, &data, &f->err), &f->err);
    free(data.ordered);
    assert_ok(plot_data_order(&data, &f->err), &f->err);
    assert_ok(plot_panels_make(&panels, &data, NULL, &f->err), &f->err);
    assert_int_equal(panels.n, 1);
    assert_string_equal(panels.panel[0].variant, "");
    assert_string_equal(panels.panel[0].varying, "train.lr");
    plot_panels_release(&panels);
    assert_ok(plot_panels_make(&panels, &data, &series, &f->err), &f->err);
    assert_int_equal(panels.n, 2);
    assert_int_equal(panels.panel[0].n, 2);
    assert_string_equal(panels.panel[0].variant, "VIB");
    assert_string_equal(panels.panel[1].variant, "CEB");
    assert_string_equal(panels.panel[1].varying, "");
    plot_series_release(&series);
    release(&data, &panels);
}

static void test_too_many(void **state) {
    struct fixture *f = *state;
    struct plot_data data;
    struct plot_panels panels;
    for (int i = 0; i <= PLOT_MAX_PANELS; i++) {
        char settings[32];
        (void)snprintf(settings, sizeof settings, "train.batch=%d", i + 1);
        add(f, settings);
    }
    assert_int_equal(make(f, &data, &panels), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "train.batch"));
    release(&data, &panels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_seeds_are_no_variants, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_others_are_apart, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_order_of_variants, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_what_varies_with_beta_is_told, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_data_that_varies_with_beta, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_a_key_of_the_data_that_varies_with_beta, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(test_data_sets_are_told_apart, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_data_sets_of_other_names, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_variants_look_different, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_digests_that_begin_alike, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_series_share_a_panel, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(test_too_many, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("plot panels", tests, NULL, NULL);
}
