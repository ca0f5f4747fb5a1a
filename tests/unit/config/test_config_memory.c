/* Out of memory at every allocation in turn, until loading and expanding succeed: each failure is
 * VIB_ENOMEM, and leaves nothing behind. The allocator is replaced for the whole process, libyaml
 * included; where a sanitizer has done that already there is nothing to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/grid.h"
#include "tests/unit/base/failing_malloc.h"
#include "tests/unit/base/folder.h"

#include <stdio.h>

#ifdef CAN_REPLACE_MALLOC

static int load(const char *path, struct vib_error *err) {
    static const char *const sets[] = {"K=[2, 3]", "train.lr=1e-2"};
    struct config config;
    struct grid grid;
    int rc = config_load(&config, path, sets, 2, err);
    if (rc != 0)
        return rc;
    rc = grid_init(&grid, &config, err);
    if (rc == 0)
        grid_release(&grid);
    config_release(&config);
    return rc;
}

static void test_every_allocation(void **state) {
    (void)state;
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 20];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/memory.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(
        "name: memory\n"
        "dataset: {name: mixture, dim: &d 8}\n"
        "model.hidden: [*d, 9]\n"
        "grid:\n"
        "  beta: &b {logspace: {from: 1e-3, to: 1, count: 4}}\n"
        "  zip: {seed: [1, 2], model.activation: [relu, tanh]}\n"
        "  exclude: [{seed: 2, beta: *b}]\n",
        file);
    fclose(file);
    struct vib_error err = {0, ""};
    int failures = 0;
    bool all_succeeded = false;
    for (long allocation = 0; !all_succeeded && allocation < 100000; allocation++) {
        long before = n_live;
        fail_after = allocation;
        int rc = load(path, &err);
        all_succeeded = fail_after >= 0;
        fail_after = -1;
        /* Some failures are harmless: the C library can read a file without a buffer. */
        if (rc != 0)
            assert_int_equal(rc, VIB_ENOMEM);
        failures += rc != 0;
        assert_true(rc == 0 || !all_succeeded);
        assert_int_equal(n_live, before);
    }
    remove_folder(folder);
    assert_true(all_succeeded);
    assert_true(failures > 50);
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
