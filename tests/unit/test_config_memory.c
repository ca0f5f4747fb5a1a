/* Out of memory at every allocation in turn, until loading and expanding succeed: each failure is
 * VIB_ENOMEM, and leaves nothing behind. The allocator is replaced for the whole process, libyaml
 * included; where a sanitizer has done that already there is nothing to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/grid.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define CAN_REPLACE 1
#endif
#else
#define CAN_REPLACE 1
#endif
#endif

#ifdef CAN_REPLACE

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static long fail_after = -1; /* allocations until the one that fails; negative: never */
static long n_live;          /* blocks allocated and not freed */

static int fails(void) {
    if (fail_after < 0 || fail_after-- > 0)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) {
    void *memory = fails() ? NULL : __libc_malloc(size);
    n_live += memory != NULL;
    return memory;
}

void *calloc(size_t n, size_t size) {
    void *memory = fails() ? NULL : __libc_calloc(n, size);
    n_live += memory != NULL;
    return memory;
}

void *realloc(void *old, size_t size) {
    void *memory = fails() ? NULL : __libc_realloc(old, size);
    n_live += memory != NULL && old == NULL;
    return memory;
}

void free(void *memory) {
    n_live -= memory != NULL;
    __libc_free(memory);
}

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
    char path[300];
    const char *tmp = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/vib-memory-XXXXXX", tmp ? tmp : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
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
    unlink(path);
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
