/* Sets of jobs, and which jobs of a database are settled. */
#include "runner/sweep/job_set.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_was_added_is_there(void **state) {
    enum { N = 1000 };
    struct job_set set = {.n = 0};
    char identity[IDENTITY_SIZE];
    (void)state;
    assert_false(job_set_has(&set, "a"));
    for (unsigned i = 0; i < N; i++) {
        (void)snprintf(identity, sizeof identity, "%064x", i * 2654435761u);
        assert_int_equal(job_set_add(&set, identity, NULL), 0);
    }
    job_set_sort(&set);
    for (unsigned i = 0; i < 2 * N; i++) {
        (void)snprintf(identity, sizeof identity, "%064x", i * 2654435761u);
        assert_int_equal(job_set_has(&set, identity), i < N);
    }
    job_set_release(&set);
    assert_false(job_set_has(&set, identity));
}

/* Jobs 0 to 4: done, diverged, failed, running, pending. */
static void end_jobs(struct fixture *f) {
    static const char *const states[] = {"done", "diverged", "failed", "running", "pending"};
    char sql[128];
    for (size_t i = 0; i < 5; i++) {
        const int64_t job = fixture_add_job(f, f->store, i);
        (void)snprintf(sql, sizeof sql, "UPDATE job SET state = '%s', run = 1 WHERE id = %lld",
                       states[i], (long long)job);
        fixture_execute(f, sql);
    }
}

static void done_and_diverged_jobs_are_settled(void **state) {
    struct fixture *f = *state;
    struct job_set set = {.n = 0};
    end_jobs(f);
    assert_ok(job_set_read(&set, f->path, &f->err), &f->err);
    job_set_sort(&set);
    assert_int_equal(set.n, 2);
    char *done = fixture_text(f, "SELECT identity FROM job WHERE state = 'done'");
    char *failed = fixture_text(f, "SELECT identity FROM job WHERE state = 'failed'");
    assert_true(job_set_has(&set, done));
    assert_false(job_set_has(&set, failed));
    free(done);
    free(failed);
    job_set_release(&set);
}

static void a_database_that_is_none_changes_nothing(void **state) {
    struct fixture *f = *state;
    struct job_set set = {.n = 0};
    char path[400];
    end_jobs(f);
    assert_ok(job_set_read(&set, f->path, &f->err), &f->err);
    (void)snprintf(path, sizeof path, "%s/none.db", f->folder);
    assert_int_equal(job_set_read(&set, path, &f->err), VIB_EDATA);
    assert_int_equal(job_set_read(&set, f->folder, &f->err), VIB_EDATA);
    assert_int_equal(set.n, 2);
    job_set_release(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_there),
        cmocka_unit_test_setup_teardown(done_and_diverged_jobs_are_settled, fixture_new,
                                        fixture_free),
        cmocka_unit_test_setup_teardown(a_database_that_is_none_changes_nothing, fixture_new,
                                        fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
