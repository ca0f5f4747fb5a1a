/* Values of jobs, and their selection by these. */
#include "runner/store/store_filter.h"
#include "runner/store/store_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_values(void **state) {
    const struct store_value null = {.type = STORE_NULL};
    const struct store_value one = {.type = STORE_INTEGER, .integer = 1};
    const struct store_value two = {.type = STORE_INTEGER, .integer = 2};
    const struct store_value real = {.type = STORE_REAL, .real = 1e-3};
    const struct store_value other = {.type = STORE_REAL, .real = 2e-3};
    const struct store_value text = {.type = STORE_TEXT, .text = "relu"};
    const struct store_value *const values[] = {&null, &one, &two, &real, &other, &text};
    static const char *const texts[] = {NULL, "1", "2", "0.001", "0.002", "relu"};
    char number[STORE_NUMBER], copy[] = "relu";
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const char *got = store_value_text(values[i], number);
        if (texts[i] != NULL)
            assert_string_equal(got, texts[i]);
        else
            assert_null(got);
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++)
            assert_int_equal(store_value_same(values[i], values[j]), i == j);
    }
    assert_true(store_value_same(&text, &(struct store_value){.type = STORE_TEXT, .text = copy}));
}

static void test_filters(void **state) {
    struct store_filter filter;
    struct vib_error err;
    (void)state;
    assert_int_equal(store_filter_parse(&filter, "beta=1e-3", "plot", &err), 0);
    assert_string_equal(filter.key->name, "beta");
    assert_string_equal(filter.value, "0.001");
    assert_int_equal(store_filter_parse(&filter, "model.hidden=[8,  4]", "plot", &err), 0);
    assert_string_equal(filter.value, "[8, 4]");
    static const char *const wrong[] = {"beta",         "=1",      "K=2.5", "train.epoch=3",
                                        "save.codes=1", "method=", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(store_filter_parse(&filter, wrong[i], "plot", &err), VIB_EUSAGE);
}

/* A job of these values of beta and seed passes filters: as a job, and as a point. */
static void assert_passes(const char *const *texts, double beta, int64_t seed, bool job,
                          bool point) {
    struct store_value *values = calloc(n_keys, sizeof *values);
    struct store_filter filters[4];
    struct vib_error err;
    size_t n = 0;
    assert_non_null(values);
    values[key_find("beta") - keys] = (struct store_value){.type = STORE_REAL, .real = beta};
    values[key_find("seed") - keys] = (struct store_value){.type = STORE_INTEGER, .integer = seed};
    for (; texts[n] != NULL; n++)
        assert_int_equal(store_filter_parse(&filters[n], texts[n], "plot", &err), 0);
    assert_int_equal(store_filters_pass(filters, n, values), job);
    assert_int_equal(store_filters_pass_point(filters, n, values), point);
    free(values);
}

static void test_passing(void **state) {
    (void)state;
    assert_passes((const char *const[]){NULL}, 0.5, 1, true, true);
    assert_passes((const char *const[]){"beta=0.5", NULL}, 0.501, 1, true, true);
    assert_passes((const char *const[]){"beta=0.5", NULL}, 0.51, 1, false, false);
    assert_passes((const char *const[]){"beta=0.5", "beta=1", NULL}, 1.0, 1, true, true);
    assert_passes((const char *const[]){"beta=0.5", "seed=2", NULL}, 0.5, 1, false, true);
    assert_passes((const char *const[]){"beta=0.5", "seed=2", "seed=1", NULL}, 0.5, 1, true, true);
    assert_passes((const char *const[]){"beta=0.5", "K=2", NULL}, 0.5, 1, false, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_passing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
