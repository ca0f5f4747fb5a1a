/* What may be shown of anybody's text, and that every error is such text. */
#include "core/error.h"
#include "core/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_printable(const char *text, const char *want) {
    char got[64];
    assert_true(strlen(text) < sizeof got);
    strcpy(got, text);
    vib_make_printable(got);
    assert_string_equal(got, want);
}

static void what_is_text_stays(void **state) {
    (void)state;
    assert_printable("", "");
    assert_printable("plain ~ text", "plain ~ text");
    assert_printable("\u00a0 \u00df \u07ff \u0800 \ud7ff \ue000 \uffff \U00010000 \U0010ffff",
                     "\u00a0 \u00df \u07ff \u0800 \ud7ff \ue000 \uffff \U00010000 \U0010ffff");
}

static void controls_go(void **state) {
    (void)state;
    assert_printable("\033[31mred\033[0m", "?[31mred?[0m");
    assert_printable("a\tb\nc\rd\177e", "a?b?c?d?e");
    assert_printable(
        "\xc2\x9b"
        "31m \xc2\x80 \xc2\x9f",
        "??31m ?? ??"); /* U+009B opens the same */
}

static void what_is_no_utf8_goes(void **state) {
    (void)state;
    assert_printable("caf\xe9 latin", "caf? latin");
    assert_printable(
        "\x9b"
        "31m",
        "?31m");
    assert_printable("\xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf", "?? ??? ????"); /* overlong */
    assert_printable("\xed\xa0\x80 \xf4\x90\x80\x80 \xff", "??? ???? ?");
    assert_printable("\xe2\x82 x", "?? x");
}

static void a_character_that_was_cut_goes(void **state) {
    (void)state;
    assert_printable("2 \xe2\x82\xac", "2 \xe2\x82\xac");
    assert_printable("2 \xe2\x82", "2 ");
    assert_printable("2 \xe2", "2 ");
    assert_printable("2 \xf0\x9f\x98", "2 ");
    assert_printable("\xc3", "");
}

/* Any bytes become UTF-8 without controls, which then stays as it is. */
static void anything_ends_as_text(void **state) {
    unsigned random = 1;
    (void)state;
    for (int round = 0; round < 100000; round++) {
        char text[16], again[16];
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            random = random * 1664525u + 1013904223u;
            text[i] = (char)(random >> 24);
        }
        text[sizeof text - 1] = '\0';
        vib_make_printable(text);
        for (const char *c = text; *c != '\0'; c++)
            assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
        strcpy(again, text);
        vib_make_printable(again);
        assert_string_equal(again, text);
    }
}

static void errors_are_cut_at_a_character(void **state) {
    struct vib_error err;
    char path[2000];
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(path, 'x', shift);
        for (size_t at = shift; at + 3 < sizeof path; at += 3)
            memcpy(path + at, "\u20ac", 4);
        assert_int_equal(vib_error_set(&err, VIB_EIO, "%s", path), VIB_EIO);
        const size_t length = strlen(err.message);
        assert_true(length + 3 >= sizeof err.message && length < sizeof err.message);
        assert_int_equal((length - shift) % 3, 0);
        assert_memory_equal(err.message, path, length);
    }
}

static void errors_repeat_no_controls(void **state) {
    struct vib_error err;
    (void)state;
    assert_int_equal(vib_error_set(&err, VIB_EDATA, "no file %s", "\033]0;x\a"), VIB_EDATA);
    assert_string_equal(err.message, "no file ?]0;x?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_text_stays),
        cmocka_unit_test(controls_go),
        cmocka_unit_test(what_is_no_utf8_goes),
        cmocka_unit_test(a_character_that_was_cut_goes),
        cmocka_unit_test(anything_ends_as_text),
        cmocka_unit_test(errors_are_cut_at_a_character),
        cmocka_unit_test(errors_repeat_no_controls),
    };
    return cmocka_run_group_tests_name("printable", tests, NULL, NULL);
}
