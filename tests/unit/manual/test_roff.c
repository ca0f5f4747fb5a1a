/* Texts as roff: nothing in them is read as an instruction. */
#include "runner/base/text.h"
#include "runner/manual/roff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void write_text(FILE *out, const void *text) {
    roff_text(out, text);
}

static void write_word(FILE *out, const void *text) {
    roff_word(out, text);
}

static void assert_written(void (*write)(FILE *, const void *), const char *text,
                           const char *wanted) {
    char *got = text_make(write, text);
    assert_non_null(got);
    assert_string_equal(got, wanted);
    free(got);
}

static void marks_are_escaped(void **state) {
    (void)state;
    assert_written(write_text, "--set 'a=\\n' ~/x ^ `y` \"z\"",
                   "\\-\\-set \\(aqa=\\(rsn\\(aq \\(ti/x \\(ha \\(gay\\(ga \\(dqz\\(dq\n");
    assert_written(write_word, "KEY VALUE - ü", "KEY VALUE \\- ü");
}

static void no_word_becomes_a_request(void **state) {
    (void)state;
    assert_written(write_text, ".svg is one", "\\&.svg is one\n");
    assert_written(write_text, "a\n.so /etc/passwd\n'br",
                   "a\n.br\n\\&.so /etc/passwd\n.br\n\\(aqbr\n");
    /* Also where the line is broken before it. */
    assert_written(
        write_text, "aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa .svg",
        "aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa aaaaaaaaa\n\\&.svg\n");
}

static void lines_end_where_they_should(void **state) {
    (void)state;
    assert_written(write_text, "", "");
    assert_written(write_text, "a\nb", "a\n.br\nb\n");
    assert_written(write_text, "a\n\nb\n", "a\n.sp\nb\n");
    assert_written(write_text, "\na", ".br\na\n");
    assert_written(write_text, "a  b ", "a b\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_escaped),
        cmocka_unit_test(no_word_becomes_a_request),
        cmocka_unit_test(lines_end_where_they_should),
    };
    return cmocka_run_group_tests_name("roff", tests, NULL, NULL);
}
