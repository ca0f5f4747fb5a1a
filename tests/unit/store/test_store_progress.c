/* Table progress: rows of running jobs, and of no others. */
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct job_progress halfway = {
    .epoch = 2, .step = 3, .steps_per_epoch = 4, .share = 0.5, .objective = 0.75};

static const char rows[] =
    "SELECT coalesce(group_concat(job || ' ' || run || ' ' || epoch || ' ' || step || ' ' ||"
    " steps_per_epoch || ' ' || share || ' ' || coalesce(objective, '-'), ', '), '') FROM progress";

static void assert_rows(struct fixture *f, const char *want) {
    char *got = fixture_text(f, rows);
    assert_string_equal(got, want);
    free(got);
}

static int64_t running_job(struct fixture *f, size_t i) {
    const int64_t job = fixture_add_job(f, f->store, i);
    bool claimed;
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return job;
}

static void set(struct fixture *f, int64_t job, const struct job_progress *progress) {
    assert_ok(store_set_progress(f->store, job, f->run, progress, &f->err), &f->err);
}

static void the_last_word_stands(void **state) {
    struct fixture *f = *state;
    struct job_progress later = halfway;
    const int64_t job = running_job(f, 0);
    later.epoch = 3;
    later.step = 0;
    later.share = 0.75;
    later.objective = (double)NAN;
    set(f, job, &halfway);
    assert_rows(f, "1 1 2 3 4 0.5 0.75");
    assert_int_equal(fixture_integer(f,
                                     "SELECT abs(julianday('now') - julianday(at)) < 1"
                                     " AND at LIKE '____-__-__T__:__:__.___Z' FROM progress"),
                     1);
    set(f, job, &later);
    assert_rows(f, "1 1 3 0 4 0.75 -");
}

static void only_of_jobs_that_the_run_runs(void **state) {
    struct fixture *f = *state;
    const int64_t waiting = fixture_add_job(f, f->store, 0), running = running_job(f, 1);
    const int64_t other = fixture_begin_run(f, f->store, &f->host);
    set(f, waiting, &halfway);
    assert_ok(store_set_progress(f->store, running, other, &halfway, &f->err), &f->err);
    assert_rows(f, "");
}

static void gone_with_the_end(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const int64_t job = running_job(f, 0), neighbour = running_job(f, 1);
    fixture_result(&result, epochs);
    set(f, job, &halfway);
    set(f, neighbour, &halfway);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(recorded);
    assert_rows(f, "2 1 2 3 4 0.5 0.75");
}

static void gone_when_given_back(void **state) {
    struct fixture *f = *state;
    const int64_t job = running_job(f, 0), neighbour = running_job(f, 1);
    set(f, job, &halfway);
    set(f, neighbour, &halfway);
    assert_ok(store_release(f->store, job, f->run, true, &f->err), &f->err);
    assert_rows(f, "2 1 2 3 4 0.5 0.75");
    fixture_execute(f, "PRAGMA foreign_keys = ON; DELETE FROM job WHERE id = 2");
    assert_rows(f, "");
}

static void gone_when_taken_back(void **state) {
    struct fixture *f = *state;
    struct store_silence silence;
    size_t n = 0;
    set(f, running_job(f, 0), &halfway);
    /* Another process has its number now. */
    fixture_execute(f, "UPDATE run SET process_start = process_start + 1");
    assert_ok(store_take_back(f->store, &f->host, &n, &silence, &f->err), &f->err);
    assert_int_equal(n, 1);
    assert_rows(f, "");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(the_last_word_stands), WITH_FIXTURE(only_of_jobs_that_the_run_runs),
        WITH_FIXTURE(gone_with_the_end),    WITH_FIXTURE(gone_when_given_back),
        WITH_FIXTURE(gone_when_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
