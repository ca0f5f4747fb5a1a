/* JSON text, read back by SQLite's parser and by strtod. */
#include "runner/base/json.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

/* What was written; to be freed. */
static char *string_text(const char *text) {
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);
    assert_non_null(out);
    json_string(out, text);
    assert_int_equal(fclose(out), 0);
    return json;
}

static char *floats_text(const float *values, size_t n) {
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);
    assert_non_null(out);
    json_floats(out, values, n);
    assert_int_equal(fclose(out), 0);
    return json;
}

static void assert_string(const char *text, const char *want) {
    char *json = string_text(text);
    assert_string_equal(json, want);
    free(json);
}

static void strings_are_escaped(void **state) {
    (void)state;
    assert_string("", "\"\"");
    assert_string("a 'b'/c", "\"a 'b'/c\"");
    assert_string("\"\\", "\"\\\"\\\\\"");
    assert_string("\n\t\x01\x1f", "\"\\u000a\\u0009\\u0001\\u001f\"");
    assert_string("\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82",
                  "\"\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82\"");
}

static void what_is_no_utf8_is_told(void **state) {
    (void)state;
    assert_string("a\xff\xc3", "\"a\\\\xff\\\\xc3\"");
    assert_string("\xc0\x80\xed\xa0\x80", "\"\\\\xc0\\\\x80\\\\xed\\\\xa0\\\\x80\"");
}

static void every_ascii_character_is_read_back(void **state) {
    char text[128];
    sqlite3 *db;
    sqlite3_stmt *statement;
    (void)state;
    for (int i = 0; i < 127; i++)
        text[i] = (char)(i + 1);
    text[127] = '\0';
    char *json = string_text(text);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT json_valid(?1), json_extract(?1, '$')", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, json, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 1);
    assert_string_equal((const char *)sqlite3_column_text(statement, 1), text);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    free(json);
}

static void assert_real(double value, const char *want) {
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);
    assert_non_null(out);
    json_rounded(out, value);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(json, want);
    free(json);
}

static void reals(void **state) {
    (void)state;
    assert_real(0, "0");
    assert_real(1.0 / 3, "0.3333333");
    assert_real(-1e-300, "-1e-300");
    assert_real((double)NAN, "null");
    assert_real((double)INFINITY, "null");
}

static void assert_floats(const float *values, size_t n, const char *want) {
    char *json = floats_text(values, n);
    assert_string_equal(json, want);
    free(json);
}

static void arrays(void **state) {
    const float values[] = {1.0f, -0.5f, 1e-20f, NAN, INFINITY, -INFINITY};
    (void)state;
    assert_floats(NULL, 0, "[]");
    assert_floats(values, 1, "[1]");
    assert_floats(values, 3, "[1,-0.5,9.99999968e-21]");
    assert_floats(values, 6, "[1,-0.5,9.99999968e-21,null,null,null]");
}

/* Every readable bit pattern would do; these are some of each exponent, and the ends. */
static void floats_are_read_back(void **state) {
    enum { N = 40000 };
    static float values[N + 4] = {FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, -0.0f};
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        const uint32_t bits = i * 107374u + 1u; /* up to 2^32 */
        memcpy(&values[4 + i], &bits, sizeof bits);
        if (!isfinite(values[4 + i]))
            values[4 + i] = 0.1f;
    }
    char *json = floats_text(values, N + 4), *at = json;
    for (size_t i = 0; i < N + 4; i++) {
        const float got = (float)strtod(at + 1, &at);
        if (memcmp(&got, &values[i], sizeof got) != 0)
            fail_msg("%.9g became %.9g", (double)values[i], (double)got);
    }
    assert_string_equal(at, "]");
    free(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(what_is_no_utf8_is_told),
        cmocka_unit_test(every_ascii_character_is_read_back),
        cmocka_unit_test(reals),
        cmocka_unit_test(arrays),
        cmocka_unit_test(floats_are_read_back),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
