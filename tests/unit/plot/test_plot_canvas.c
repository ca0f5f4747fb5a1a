/* What a figure is made of: strings, numbers and lines for gnuplot. */
#include "runner/base/text.h"
#include "runner/plot/plot_canvas.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cutting_text),
        cmocka_unit_test(test_wrapping_lists),
    };
    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
