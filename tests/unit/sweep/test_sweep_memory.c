/* Which jobs find memory at the same time. */
#include "runner/sweep/sweep_internal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double needed[] = {6e9, 4e9, 5e8};

static void assert_refused(size_t n, double available, const char *why) {
    struct vib_error err;
    assert_int_equal(sweep_judge_memory(needed, n, available, &err), VIB_ENOMEM);
    if (strstr(err.message, why) == NULL)
        fail_msg("%s", err.message);
}

static void what_fits_is_not_refused(void **state) {
    struct vib_error err;
    (void)state;
    assert_int_equal(sweep_judge_memory(needed, 0, 0.0, &err), VIB_OK);
    assert_int_equal(sweep_judge_memory(needed, 1, 6e9, &err), VIB_OK);
    assert_int_equal(sweep_judge_memory(needed, 3, 10.5e9, &err), VIB_OK);
    assert_int_equal(sweep_judge_memory(needed, 3, HUGE_VAL, &err), VIB_OK);
}

static void what_does_not_fit_is_told_with_a_way_out(void **state) {
    (void)state;
    assert_refused(3, 10.4e9,
                   "3 jobs at a time take about 10.5 GB of memory, but only 10.4 GB can be had; "
                   "run fewer (-j 2) or ");
    assert_refused(3, 7e9, "(-j 1)");
    assert_refused(3, 50e6,
                   "the largest job takes about 6.0 GB of memory, but only 50 MB can be had; make");
    assert_refused(1, 5.9e9, "the largest job");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_not_refused),
        cmocka_unit_test(what_does_not_fit_is_told_with_a_way_out),
    };
    return cmocka_run_group_tests_name("sweep_memory", tests, NULL, NULL);
}
