/* The time of day as text. */
#include "runner/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void it_is_now_in_utc(void **state) {
    char exact[CLOCK_UTC_SIZE], second[CLOCK_UTC_SIZE];
    struct tm parts = {0};
    unsigned milliseconds = 0;
    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Kathmandu", 1), 0);
    tzset();
    const time_t before = time(NULL);
    clock_utc(exact);
    clock_utc_second(second);
    assert_int_equal(strlen(exact), strlen("2026-01-31T23:59:59.123Z"));
    assert_int_equal(strlen(second), strlen("2026-01-31T23:59:59Z"));
    assert_true(memcmp(exact, second, 16) <= 0);
    const char *rest = strptime(exact, "%Y-%m-%dT%H:%M:%S", &parts);
    assert_non_null(rest);
    assert_int_equal(sscanf(rest, ".%3uZ", &milliseconds), 1);
    const double told_s = (double)timegm(&parts), early_s = (double)before;
    assert_true(told_s >= early_s - 1.0 && told_s <= early_s + 60.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_now_in_utc)};
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
