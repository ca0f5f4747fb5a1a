/* Text in lines and lists for people. */
#include "runner/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEN "123456789 "

static void assert_wrapped(const char *text, size_t column, size_t indent, const char *want) {
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    assert_non_null(out);
    text_wrap(out, text, column, indent);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, want);
    free(got);
}

static void lines_are_full(void **state) {
    (void)state;
    assert_wrapped("", 0, 0, "\n");
    assert_wrapped("a  b", 0, 4, "    a b\n");
    /* 79, then 80, then 81 characters */
    assert_wrapped(TEN TEN TEN TEN TEN TEN TEN TEN, 0, 0,
                   TEN TEN TEN TEN TEN TEN TEN "123456789\n");
    assert_wrapped(TEN TEN TEN TEN TEN TEN TEN "1234567890", 0, 0,
                   TEN TEN TEN TEN TEN TEN TEN "1234567890\n");
    assert_wrapped(TEN TEN TEN TEN TEN TEN TEN "1234567890a", 0, 2,
                   "  " TEN TEN TEN TEN TEN TEN "123456789\n  1234567890a\n");
    assert_wrapped(TEN TEN "z", 70, 1, "123456789\n 123456789 z\n");
}

static void characters_are_counted_not_bytes(void **state) {
    (void)state;
    assert_wrapped("ββββ ββββ", 71, 0, "ββββ ββββ\n");
    assert_wrapped("ββββ ββββ", 72, 0, "ββββ\nββββ\n");
}

static void a_new_line_is_a_new_line(void **state) {
    (void)state;
    assert_wrapped("a\nb", 5, 2, "a\n  b\n");
    assert_wrapped("a\n\nb", 0, 2, "  a\n\n  b\n");
    assert_wrapped("\na", 0, 1, "\n a\n");
}

static void long_words_stay_whole(void **state) {
    (void)state;
    assert_wrapped("a 12345678901234567890", 75, 70,
                   "a\n                                                                      "
                   "12345678901234567890\n");
}

static void assert_entry(const char *name, const char *help, const char *want) {
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    assert_non_null(out);
    text_entry(out, name, help, 10);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, want);
    free(got);
}

static void entries_have_two_columns(void **state) {
    (void)state;
    assert_entry("name", "help", "  name    help\n");
    assert_entry("ββββββ", "a\nb", "  ββββββ  a\n          b\n");
    assert_entry("longish", "help", "  longish\n          help\n");
}

static void assert_fit(const char *text, size_t columns, const char *want) {
    const size_t n = text_fit(text, columns);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(text, want, n);
    assert_true(text_width(text, n) <= columns);
}

static void a_line_ends_with_a_whole_character(void **state) {
    (void)state;
    assert_fit("plain", 3, "pla");
    assert_fit("plain", 5, "plain");
    assert_fit("plain", 9, "plain");
    assert_fit("", 3, "");
    assert_fit("plain", 0, "");
    assert_fit("\u03b2\u03b2\u03b2", 2, "\u03b2\u03b2");
    assert_fit("\u6570\u636e", 4, "\u6570\u636e");
    assert_fit("\u6570\u636e", 3, "\u6570");
    assert_fit("a\U0001f600b", 2, "a");
    assert_fit("a\U0001f600b", 3, "a\U0001f600");
}

static void assert_shown(const char *text, const char *want) {
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    assert_non_null(out);
    text_show(out, text);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, want);
    free(got);
}

/* Also where a long text is shown in parts. */
static void what_is_shown_steers_no_terminal(void **state) {
    char long_text[2002], want[2002];
    (void)state;
    assert_shown("", "");
    assert_shown("a\033[1m\u03b2\xff", "a?[1m\u03b2?");
    for (size_t shift = 0; shift < 2; shift++) {
        memset(long_text, 'x', sizeof long_text);
        for (size_t at = shift; at + 2 < sizeof long_text; at += 2)
            memcpy(long_text + at, "\u03b2", 2);
        long_text[2000 + shift] = '\0';
        assert_shown(long_text, long_text);
    }
    memset(long_text, '\x80', sizeof long_text - 1);
    memset(want, '?', sizeof want - 1);
    long_text[sizeof long_text - 1] = want[sizeof want - 1] = '\0';
    assert_shown(long_text, want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_full),
        cmocka_unit_test(characters_are_counted_not_bytes),
        cmocka_unit_test(a_new_line_is_a_new_line),
        cmocka_unit_test(long_words_stay_whole),
        cmocka_unit_test(entries_have_two_columns),
        cmocka_unit_test(a_line_ends_with_a_whole_character),
        cmocka_unit_test(what_is_shown_steers_no_terminal),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
