/* Out of memory at every allocation in turn, until loading succeeds: each failure is VIB_ENOMEM,
 * and leaves nothing behind. The allocator is replaced for the whole process, zlib and libzip
 * included; where a sanitizer has done that already there is nothing to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/base/failing_malloc.h"
#include "tests/unit/core/idx_file.h"
#include "tests/unit/data/data_file.h"
#include "tests/unit/data/hostile.h"

#include <stdio.h>
#include <time.h>

#ifdef CAN_REPLACE_MALLOC

/* theirs: the blocks that a library may leave behind where its own allocation fails. */
static void fail_each(const char *path, long theirs) {
    const struct vib_load_request request = {.name = "set", .label = ""};
    int failures = 0;
    bool all_succeeded = false;
    tzset();
    for (long allocation = 0; !all_succeeded && allocation < 10000; allocation++) {
        struct vib_sources sources;
        struct vib_dataset data = {0};
        struct vib_error err = {0};
        const long before = n_live;
        fail_after = allocation;
        int rc = vib_sources_find(&sources, path, &err);
        if (rc == 0)
            rc = vib_data_load(&data, &request, &sources, &err);
        all_succeeded = fail_after >= 0;
        fail_after = -1;
        vib_sources_release(&sources);
        vib_dataset_release(&data);
        if (rc != 0 && rc != VIB_ENOMEM)
            fail_msg("allocation %ld: %s", allocation, err.message);
        failures += rc != 0;
        assert_true(rc == 0 || !all_succeeded);
        tzset(); /* which libzip calls, and whose text the C library keeps, or failed to */
        if (n_live < before || n_live > before + theirs)
            fail_msg("allocation %ld leaves %ld blocks", allocation, n_live - before);
    }
    assert_true(all_succeeded);
    assert_true(failures > 10);
}

static void idx(void **state) {
    char *folder = folder_new();
    (void)state;
    idx_set_write(folder, 30, 20, true);
    fail_each(folder, 0);
    folder_remove(folder);
}

static void csv(void **state) {
    char *folder = folder_new(), *path = folder_path(folder, "data.csv");
    (void)state;
    file_write(folder, "data.csv", "x,label\n1,a\n2,b\n", 16, false);
    fail_each(path, 0);
    free(path);
    folder_remove(folder);
}

static void archive(void **state) {
    static const uint8_t bytes[6] = {1, 2, 1, 2, 3, 3};
    uint8_t member[NPY_ROOM + 6];
    char *folder = folder_new();
    (void)state;
    size_t size =
        npy_bytes(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (3, 2)}", bytes, 6, member);
    zip_write(folder, "a.npz", "x.npy", member, size, ZIP_DEFLATED);
    size =
        npy_bytes(1, "{'descr': '<u2', 'fortran_order': False, 'shape': (3,)}", bytes, 6, member);
    zip_write(folder, "a.npz", "y.npy", member, size, ZIP_DEFLATED);
    fail_each(folder, 1); /* libzip 1.7.3 does */
    folder_remove(folder);
}

/* Whatever a file claims, or is packed into it, the memory that is taken for it is small: at most
 * what 65,536 classes, or a record of the greatest length, take. */
static void hostile_files(void **state) {
    enum { MOST = 32 << 20 };
    (void)state;
    for (size_t i = 0; i < n_hostile; i++) {
        char *folder = folder_new();
        const char *train, *labels;
        struct vib_dataset data;
        struct vib_error err = {0};
        hostile_make(&hostile[i], folder, &train, &labels);
        const long before = live_bytes;
        most_bytes = before;
        assert_int_equal(files_load(&data, folder, train, labels, NULL, NULL, &err), VIB_EDATA);
        if (most_bytes - before > MOST)
            fail_msg("%s: took %ld bytes", err.message, most_bytes - before);
        if (live_bytes != before)
            fail_msg("%s: leaves %ld bytes", err.message, live_bytes - before);
        folder_remove(folder);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(idx),
        cmocka_unit_test(csv),
        cmocka_unit_test(archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) {
    puts("1..0 # skip the allocator cannot be replaced under a sanitizer");
    return 0;
}

#endif
