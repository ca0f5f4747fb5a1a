#include "runner/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_escaped(const char *text, const char *wanted) {
    char *escaped = utf8_escape(text);
    assert_non_null(escaped);
    assert_string_equal(escaped, wanted);
    assert_false(utf8_valid(text));
    assert_true(utf8_valid(escaped));
    free(escaped);
}

static void what_is_utf8_stays(void **state) {
    static const char *const texts[] = {"",
                                        "plain",
                                        "\n\x7f",
                                        "\xc2\x80 \xc3\xa9",
                                        "\xe2\x89\xa4",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xf0\x9f\x98\x80",
                                        "\xf4\x8f\xbf\xbf"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *escaped = utf8_escape(texts[i]);
        assert_non_null(escaped);
        assert_string_equal(escaped, texts[i]);
        assert_true(utf8_valid(texts[i]));
        free(escaped);
    }
}

static void other_bytes_are_escaped(void **state) {
    (void)state;
    assert_escaped("caf\xe9.yaml", "caf\\xe9.yaml");
    assert_escaped("\x80", "\\x80");
    assert_escaped("\xc3", "\\xc3");
    assert_escaped("\xe2\x89", "\\xe2\\x89");
    assert_escaped("\xe2\x89\xc3\xa9", "\\xe2\\x89\xc3\xa9");
    assert_escaped("\xc0\xaf", "\\xc0\\xaf");                   /* longer than needed */
    assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    assert_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above the last code */
    assert_escaped("\xff\xfe", "\\xff\\xfe");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_utf8_stays),
        cmocka_unit_test(other_bytes_are_escaped),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
