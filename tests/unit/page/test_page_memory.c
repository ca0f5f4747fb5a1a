/* Out of memory at allocation after allocation until a page is written: each failure is VIB_ENOMEM,
 * or a source that is told as unreadable, and leaves nothing behind. */
#include "runner/page/page_file.h"
#include "tests/unit/base/failing_malloc.h"
#include "tests/unit/store/views_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

#include <cmocka.h>

#ifdef CAN_REPLACE_MALLOC

static int write_page(const char *path, struct vib_error *err) {
    const struct option_list paths = {.texts = &path, .n = 1};
    struct page page = {.n = 0};
    FILE *out = fopen("/dev/null", "w");
    if (out == NULL)
        return VIB_ENOMEM;
    int rc = page_init(&page, &paths, err);
    if (rc == 0)
        rc = page_file_write(&page, PAGE_FILE_MOST_JOBS, out, err);
    page_release(&page);
    assert_int_equal(fclose(out), 0);
    return rc;
}

static void test_every_failure(void **state) {
    struct fixture *f = *state;
    int failures = 0;
    bool all_succeeded = false;
    const long long job = views_add_job(f, 0.5, 2);
    views_give_result(f, job, "test", "error", "0.5");
    views_execute(f, "UPDATE job SET state = 'failed' WHERE id = %lld", views_add_job(f, 0.25, 2));
    assert_ok(write_page(f->path, &f->err), &f->err); /* also what is allocated once */
    (void)ERR_peek_error();                           /* OpenSSL's list of errors stays */
    for (long n = 0; !all_succeeded; n += n < 100 ? 1 : 211) {
        const long live = n_live;
        fail_after = n;
        const int rc = write_page(f->path, &f->err);
        all_succeeded = fail_after >= 0;
        fail_after = -1;
        failures += rc != 0;
        if (rc != 0 && rc != VIB_ENOMEM)
            fail_msg("allocation %ld: %d, %s", n, rc, f->err.message);
        if (n_live != live)
            fail_msg("allocation %ld: %ld blocks are left", n, n_live - live);
    }
    assert_true(failures > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_failure, fixture_new, fixture_free),
    };
    return cmocka_run_group_tests_name("page_memory", tests, NULL, NULL);
}

#else

int main(void) {
    puts("1..0 # skip the allocator cannot be replaced under a sanitizer");
    return 0;
}

#endif
