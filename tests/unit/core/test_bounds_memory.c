/* Out of memory at every allocation of the estimators in turn, until they succeed: each failure is
 * VIB_ENOMEM, leaves the result alone and nothing behind. The allocator is replaced for the whole
 * process; where a sanitizer has done that already there is nothing to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/core/codes_fixture.h"
#include "tests/unit/base/failing_malloc.h"

#include <stdio.h>
#include <string.h>

#ifdef CAN_REPLACE_MALLOC

/* The number of allocations that had to succeed. */
static int fail_each(const struct vib_gaussians *g, unsigned which) {
    for (int allocation = 0; allocation < 1000; allocation++) {
        struct vib_bound got[VIB_ESTIMATORS], before[VIB_ESTIMATORS];
        struct vib_error err = {0};
        const long live = n_live;
        memset(got, 0x5a, sizeof got);
        memcpy(before, got, sizeof got);
        fail_after = allocation;
        const int rc = vib_bounds(g, which, NULL, NULL, got, &err);
        const bool all_succeeded = fail_after >= 0;
        fail_after = -1;
        assert_int_equal(n_live, live);
        assert_int_equal(rc, all_succeeded ? VIB_OK : VIB_ENOMEM);
        if (all_succeeded)
            return allocation;
        assert_int_equal(err.code, VIB_ENOMEM);
        assert_memory_equal(got, before, sizeof got);
    }
    fail_msg("never succeeded");
    return 0;
}

static void test_every_allocation(void **state) {
    (void)state;
    for (enum vib_covariance covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        struct codes codes;
        codes_init(&codes, covariance, 20, 3);
        for (size_t i = 0; i < 20; i++)
            for (size_t k = 0; k < 3; k++)
                codes.factor[i * codes.F + k] = 1.0f;
        codes_draw(&codes, 1);
        const struct vib_gaussians g = codes_view(&codes);
        for (unsigned e = 0; e < VIB_ESTIMATORS; e++)
            assert_true(fail_each(&g, 1u << e) >= 2);
        assert_true(fail_each(&g, (1u << VIB_ESTIMATORS) - 1) > 20);
        codes_release(&codes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) {
    puts("1..0 # skip the allocator cannot be replaced under a sanitizer");
    return 0;
}

#endif
