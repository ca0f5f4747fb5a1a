/* Numbers for people: as few digits as tell them apart. */
#include "runner/base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_digits(double value, int digits, const char *want) {
    char text[32];
    assert_int_equal(number_format_digits(value, digits, text, sizeof text), strlen(want));
    assert_string_equal(text, want);
}

static void digits_are_significant(void **state) {
    (void)state;
    assert_digits(0.1, 4, "0.1");
    assert_digits(0.100001, 4, "0.1");
    assert_digits(0.100001, 6, "0.100001");
    assert_digits(-1234567, 3, "-1.23e+06");
    assert_digits(1e-6, 1, "1e-06");
    assert_digits(0, 4, "0");
    assert_digits(0.1, 15, "0.1");
    assert_digits(0.1, 17, "0.1");
    assert_digits(nextafter(0.1, 1), 17, "0.10000000000000002");
}

static void a_text_is_cut_to_size(void **state) {
    char text[4];
    (void)state;
    assert_int_equal(number_format_digits(0.125, 3, text, sizeof text), 5);
    assert_string_equal(text, "0.1");
}

/* The first of 15, 16 and 17 digits that read back. */
static void assert_shortest(double value) {
    char want[40] = "", got[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(want, sizeof want, "%.*g", digits, value);
        if (!(strtod(want, NULL) < value) && !(strtod(want, NULL) > value))
            break;
    }
    assert_int_equal(number_format_real(value, got, sizeof got), strlen(want));
    assert_string_equal(got, want);
}

/* Any bits, and decimals of few digits with the doubles beside them, tiny and large. */
static void reals_have_the_shortest_text(void **state) {
    uint64_t bits = 88172645463325252ULL;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        double value;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            assert_shortest(value);
        char text[40];
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(bits % 1000000000000000),
                 (int)(bits >> 32) % 340 - (i % 2 == 0 ? 320 : 0));
        value = strtod(text, NULL);
        if (!isfinite(value))
            continue;
        assert_shortest(value);
        assert_shortest(nextafter(value, HUGE_VAL));
        assert_shortest(-nextafter(value, 0));
    }
    assert_shortest(0);
    assert_shortest(DBL_TRUE_MIN);
    assert_shortest(DBL_MAX);
}

static void values_that_differ_look_different(void **state) {
    double betas[] = {0.100002, 0.1, 0.100001}, alike[] = {0.1, 0.1, 0.1};
    double far[] = {1e-6, 1, 1e300}, signs[] = {1e-3, -1e-3}, many[1000];
    double neighbours[] = {nextafter(0.1, 1), 0.3, 0.1}, tenths[] = {0.3, 0.1 + 0.2};
    (void)state;
    assert_int_equal(number_digits_apart(betas, 3, 4), 6);
    assert_true(betas[0] < betas[1] && betas[1] < betas[2]);
    assert_int_equal(number_digits_apart(betas, 3, 7), 7);
    assert_int_equal(number_digits_apart(alike, 3, 4), 4);
    assert_int_equal(number_digits_apart(far, 3, 4), 4);
    assert_int_equal(number_digits_apart(far, 3, 1), 1);
    assert_int_equal(number_digits_apart(signs, 2, 2), 2);
    assert_int_equal(number_digits_apart(neighbours, 3, 4), 15);
    assert_int_equal(number_digits_apart(tenths, 2, 4), 15);
    assert_int_equal(number_digits_apart(NULL, 0, 4), 4);
    for (size_t i = 0; i < 1000; i++)
        many[i] = 1 + 1e-3 * (double)(i * 7 % 1000);
    assert_int_equal(number_digits_apart(many, 1000, 1), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_significant),
        cmocka_unit_test(a_text_is_cut_to_size),
        cmocka_unit_test(reals_have_the_shortest_text),
        cmocka_unit_test(values_that_differ_look_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
