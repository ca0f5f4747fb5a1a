/* Text for gnuplot: strings, widths and lines. */
#include "runner/plot/plot_text.h"

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
    assert_string("β 中 😀", "'β 中 😀'");
}

/* An SVG with other bytes could not be read. */
static void test_what_is_no_character(void **state) {
    (void)state;
    assert_string("\x80", "'?'");
    assert_string("a\xce", "'a?'");
    assert_string("\xc0\xaf",
                  "'?"
                  "?'");
    assert_string("\xe2\x82",
                  "'?"
                  "?'");
    assert_string("\xed\xa0\x80",
                  "'?"
                  "?"
                  "?'");
    assert_string("\xef\xbf\xbf", "'?'");
    assert_string("\xf8\x88\x80\x80\x80",
                  "'?"
                  "?"
                  "?"
                  "?"
                  "?'");
    assert_string("\xf4\x90\x80\x80",
                  "'?"
                  "?"
                  "?"
                  "?'");
}

static double width(const char *text) {
    return plot_text_width(text, strlen(text));
}

/* Accents take none of their own, and letters of other scripts no less than ours. */
static void test_widths(void **state) {
    (void)state;
    assert_true(width("") == 0);
    assert_true(width("WWW") == 3 * width("W"));
    assert_true(width("i") < width("n") && width("n") < width("N") && width("N") < width("W"));
    assert_true(width("e\xcc\x81") == width("e"));
    assert_true(width("β") >= width("b") && width("中") >= width("W"));
    assert_true(plot_text_width("aβ", 1) == width("a"));
}

/* Lines of ten times the width of n, a digit or most other small letters. */
static void test_wrapping(void **state) {
    static const struct {
        const char *text, *wrapped;
        size_t lines;
    } cases[] = {{"", "", 1},
                 {"nnn", "nnn", 1},
                 {"nnnn, nnnn", "nnnn, nnnn", 1},
                 {"nnnn, nnnnnn", "nnnn,\nnnnnnn", 2},
                 {"n, n n n n n n n, n", "n,\nn n n n n n\nn, n", 3},
                 {"nnnnnn nnnnnn", "nnnnnn\nnnnnnn", 2},
                 {"nnnnnnnnnnnn", "nnnnnnnnnn\nnn", 2},
                 {"nnnnnnnnnn n", "nnnnnnnnnn\nn", 2},
                 {"nnnnnnnnn\xce\xb2", "nnnnnnnnn\n\xce\xb2", 2}};
    const double room = width("nnnnnnnnnn");
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t lines;
        double widest;
        char *wrapped = plot_text_wrap(cases[i].text, room, &lines, &widest);
        assert_non_null(wrapped);
        assert_string_equal(wrapped, cases[i].wrapped);
        assert_int_equal(lines, cases[i].lines);
        assert_true(widest <= room);
        free(wrapped);
    }
}

/* However little room there is, a line has a character. */
static void test_no_room(void **state) {
    size_t lines;
    (void)state;
    char *wrapped = plot_text_wrap("n, β", 1, &lines, NULL);
    assert_string_equal(wrapped, "n\n,\nβ");
    assert_int_equal(lines, 3);
    free(wrapped);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings), cmocka_unit_test(test_what_is_no_character),
        cmocka_unit_test(test_widths),  cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests_name("plot text", tests, NULL, NULL);
}
