/* What data sets are called. */
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_name(struct fixture *f, const char *digest, size_t size, const char *want) {
    char name[VIB_DATASET_NAME];
    assert_ok(store_dataset_name(f->store, digest, name, size, &f->err), &f->err);
    assert_string_equal(name, want);
}

static void assert_text(struct fixture *f, const char *sql, const char *want) {
    char *text = fixture_text(f, sql);
    assert_string_equal(text, want);
    free(text);
}

static void a_name_is_found_by_the_digest(void **state) {
    struct fixture *f = *state;
    assert_name(f, f->data.digest, VIB_DATASET_NAME, "toy");
    assert_name(f, f->data.digest, 3, "to");
    assert_name(f, "no such digest", VIB_DATASET_NAME, "");
}

static void jobs_are_renamed_with_their_data(void **state) {
    struct fixture *f = *state;
    (void)fixture_add_job(f, f->store, 0);
    (void)fixture_add_job(f, f->store, 1);
    assert_ok(store_rename_dataset(f->store, "no such digest", "x", &f->err), &f->err);
    assert_name(f, f->data.digest, VIB_DATASET_NAME, "toy");
    assert_ok(store_rename_dataset(f->store, f->data.digest, "手写 'x'", &f->err), &f->err);
    assert_name(f, f->data.digest, VIB_DATASET_NAME, "手写 'x'");
    assert_text(f, "SELECT dataset_name || count(*) FROM setting GROUP BY dataset_name",
                "手写 'x'2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_is_found_by_the_digest, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(jobs_are_renamed_with_their_data, fixture_new,
                                        fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
