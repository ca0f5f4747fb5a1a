/* CSV fields and records, byte by byte. */
#include "runner/base/csv.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct output {
    char *bytes;
    size_t size;
    FILE *stream;
    struct csv csv;
};

static int output_new(void **state) {
    struct output *o = calloc(1, sizeof *o);
    assert_non_null(o);
    assert_non_null(o->stream = open_memstream(&o->bytes, &o->size));
    csv_init(&o->csv, o->stream);
    *state = o;
    return 0;
}

static int output_free(void **state) {
    struct output *o = *state;
    fclose(o->stream);
    free(o->bytes);
    free(o);
    return 0;
}

static void text(struct output *o, const char *field) {
    csv_text(&o->csv, field, strlen(field));
}

static void assert_output(struct output *o, const char *want) {
    assert_int_equal(fflush(o->stream), 0);
    assert_string_equal(o->bytes, want);
}

static void test_records(void **state) {
    struct output *o = *state;
    text(o, "a");
    csv_integer(&o->csv, INT64_MIN);
    csv_end_record(&o->csv);
    csv_null(&o->csv);
    csv_null(&o->csv);
    csv_end_record(&o->csv);
    text(o, "b");
    csv_end_record(&o->csv);
    assert_output(o, "a,-9223372036854775808\r\n,\r\nb\r\n");
}

static void test_quoting(void **state) {
    struct output *o = *state;
    text(o, "[1024, 512]");
    text(o, "say \"no\"");
    text(o, "two\nlines");
    text(o, "cr\r");
    text(o, "\"");
    text(o, " plain ");
    text(o, "");
    csv_end_record(&o->csv);
    assert_output(o,
                  "\"[1024, 512]\",\"say \"\"no\"\"\",\"two\nlines\",\"cr\r\",\"\"\"\","
                  " plain ,\r\n");
}

static void test_short_reals(void **state) {
    struct output *o = *state;
    csv_real(&o->csv, 0.1);
    csv_real(&o->csv, 1e-3);
    csv_real(&o->csv, 1);
    csv_real(&o->csv, 1.0 / 3);
    csv_end_record(&o->csv);
    assert_output(o, "0.1,0.001,1,0.3333333333333333\r\n");
}

/* A field that has the real of the record before, or of another field that shares its place. */
static void test_repeated_reals(void **state) {
    static const double values[] = {0.25, 0.25, -0.0, 0.0, -0.0, 0.5, 0.25};
    struct output *o = *state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        csv_real(&o->csv, values[i]);
        csv_end_record(&o->csv);
    }
    assert_output(o, "0.25\r\n0.25\r\n-0\r\n0\r\n-0\r\n0.5\r\n0.25\r\n");
    for (int i = 0; i <= CSV_REMEMBERED; i++)
        csv_real(&o->csv, i == 0 ? 3 : i == CSV_REMEMBERED ? 7 : 5);
    csv_end_record(&o->csv);
    assert_int_equal(fflush(o->stream), 0);
    assert_non_null(strstr(o->bytes, "\r\n3,5,"));
    assert_non_null(strstr(o->bytes, ",5,7\r\n"));
}

static void test_reals_read_back(void **state) {
    static const double values[] = {0.1 + 0.2,           1.0 / 3,   DBL_MIN,  DBL_MAX,
                                    DBL_TRUE_MIN,        -2.5e-310, 1e23,     5e-324,
                                    3.3219280948873626,  100,       1e15 + 1, 1e22,
                                    123456789012345680.0};
    struct output *o = *state;
    uint64_t bits = 88172645463325252ULL; /* xorshift: any doubles do */
    for (size_t i = 0; i < 2000; i++) {
        double value;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (i < sizeof values / sizeof values[0])
            value = values[i];
        if (!(value >= -DBL_MAX && value <= DBL_MAX))
            continue;
        rewind(o->stream);
        csv_real(&o->csv, value);
        csv_end_record(&o->csv);
        assert_int_equal(fflush(o->stream), 0);
        if (strtod(o->bytes, NULL) != value)
            fail_msg("%a became %s", value, o->bytes);
    }
}

#define WITH_OUTPUT(test) cmocka_unit_test_setup_teardown(test, output_new, output_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_OUTPUT(test_records),        WITH_OUTPUT(test_quoting),
        WITH_OUTPUT(test_short_reals),    WITH_OUTPUT(test_reals_read_back),
        WITH_OUTPUT(test_repeated_reals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
