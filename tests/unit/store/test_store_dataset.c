/* Data sets: what belongs to them, and what they are called. */
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

/* Another data set, whose classes stand for labels. */
static void add_labelled(struct fixture *f) {
    char *names[] = {"cat", "döner", "", "\xff"};
    struct vib_dataset data = f->data;
    memset(data.digest, 'e', 64);
    data.class_names = names;
    assert_ok(store_add_dataset(f->store, &data, &f->err), &f->err);
}

static void labels_are_kept(void **state) {
    static const char sql[] =
        "SELECT group_concat(class || '=' || name, ' ') FROM"
        " (SELECT * FROM dataset_class ORDER BY dataset_digest, class)";
    struct fixture *f = *state;
    add_labelled(f);
    assert_text(f, sql, "0=cat 1=döner 2= 3=\\xff");
    add_labelled(f);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM dataset_class"), 4);
    fixture_execute(f, "DELETE FROM dataset_class"); /* as if an older program had added it */
    add_labelled(f);
    assert_text(f, sql, "0=cat 1=döner 2= 3=\\xff");
}

static void scales_of_inputs_are_kept(void **state) {
    static const float mean[] = {0.25f, -2, 1e-30f}, deviation[] = {1, 0.5f, 0}, other[3] = {0};
    struct fixture *f = *state;
    struct job_identities identities;
    struct settings settings;
    enum job_state job_state;
    int64_t job;
    char digest[65];
    memset(digest, 'a', 64);
    digest[64] = '\0';
    assert_ok(store_add_input_scale(f->store, digest, mean, deviation, 3, &f->err), &f->err);
    assert_ok(store_add_input_scale(f->store, digest, other, other, 3, &f->err), &f->err);
    assert_text(f, "SELECT mean || deviation FROM input_scale", "[0.25,-2,1e-30][1,0.5,0]");
    fixture_add_job(f, f->store, 0);
    fixture_settings(1, &settings);
    assert_ok(job_identities(&settings, f->data.digest, &identities, &f->err), &f->err);
    assert_ok(store_add_job(f->store, &identities, &settings, &f->data, digest, &job, &job_state,
                            &f->err),
              &f->err);
    assert_text(f, "SELECT group_concat(id || coalesce(substr(input_scale, 1, 3), '-')) FROM job",
                "1-,2aaa");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(labels_are_kept, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(scales_of_inputs_are_kept, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(a_name_is_found_by_the_digest, fixture_new, fixture_free),
        cmocka_unit_test_setup_teardown(jobs_are_renamed_with_their_data, fixture_new,
                                        fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
