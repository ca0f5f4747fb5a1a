/* What a figure is made of: numbers for gnuplot, and room. */
#include "runner/base/text.h"
#include "runner/plot/plot_canvas.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

/* The title of the axis stays to the left of wide labels; narrow ones take no more than others. */
static void test_room_for_labels(void **state) {
    struct plot_canvas canvas = plot_canvas_default(1);
    const double usual = canvas.left;
    (void)state;
    plot_canvas_tics(&canvas, 20);
    assert_true(canvas.left == usual);
    plot_canvas_tics(&canvas, 90);
    assert_true(canvas.left >= 90 + 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cutting_text),
        cmocka_unit_test(test_room_for_labels),
    };
    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
