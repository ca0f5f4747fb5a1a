/* Text in lines and lists for people. */
#include "runner/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_full),
        cmocka_unit_test(characters_are_counted_not_bytes),
        cmocka_unit_test(a_new_line_is_a_new_line),
        cmocka_unit_test(long_words_stay_whole),
        cmocka_unit_test(entries_have_two_columns),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
