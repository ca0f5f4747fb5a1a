/* Which jobs are chosen, and what is left of those that are reset or deleted. */
#include "runner/store/store_forget.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { JOBS = 3 };

struct chosen {
    size_t n;
    struct chosen_job jobs[JOBS];
    int rc; /* of the walk */
};

static int on_job(void *context, const struct chosen_job *job, struct vib_error *err) {
    struct chosen *chosen = context;
    (void)err;
    assert_true(chosen->n < JOBS);
    chosen->jobs[chosen->n++] = *job;
    return chosen->rc;
}

static int choose(struct fixture *f, const struct job_choice *choice, struct chosen *chosen) {
    const struct job_chooser chooser = {.job = on_job, .context = chosen};
    return store_choose_jobs(f->store, choice, &chooser, &f->err);
}

/* Jobs 1, 2 and 3, of beta 1, 2 and 3: one is done, one runs, one has failed. */
static void add_jobs(struct fixture *f) {
    struct job_result result;
    struct epoch_result epochs[2];
    bool claimed, recorded;
    for (size_t i = 0; i < JOBS; i++) {
        assert_int_equal(fixture_add_job(f, f->store, i), i + 1);
        assert_ok(store_claim(f->store, (int64_t)i + 1, f->run, &claimed, &f->err), &f->err);
        assert_true(claimed);
    }
    fixture_result(&result, epochs);
    assert_ok(store_finish(f->store, 1, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    result.state = JOB_FAILED;
    assert_ok(store_finish(f->store, 3, f->run, &f->data, &result, &recorded, &f->err), &f->err);
}

static void jobs_are_chosen_by_all_that_is_asked(void **state) {
    struct fixture *f = *state;
    const int64_t ids[] = {3, 1};
    struct store_filter beta;
    struct chosen all = {0}, named = {0}, failed = {0}, both = {0};
    add_jobs(f);
    assert_ok(store_filter_parse(&beta, "beta=1", "forget", &f->err), &f->err);
    assert_ok(choose(f, &(struct job_choice){.n_jobs = 0}, &all), &f->err);
    assert_int_equal(all.n, 3);
    assert_int_equal(all.jobs[0].state, JOB_DONE);
    assert_int_equal(all.jobs[0].run, 0);
    assert_int_equal(all.jobs[1].state, JOB_RUNNING);
    assert_int_equal(all.jobs[1].run, f->run);
    assert_ok(choose(f, &(struct job_choice){.jobs = ids, .n_jobs = 2}, &named), &f->err);
    assert_int_equal(named.n, 2);
    assert_int_equal(named.jobs[0].id, 1); /* by id */
    assert_int_equal(named.jobs[1].id, 3);
    assert_ok(choose(f, &(struct job_choice){.failed = true}, &failed), &f->err);
    assert_int_equal(failed.n, 1);
    assert_int_equal(failed.jobs[0].id, 3);
    assert_ok(
        choose(f, &(struct job_choice){.jobs = ids, .n_jobs = 2, .filters = &beta, .n_filters = 1},
               &both),
        &f->err);
    assert_int_equal(both.n, 1);
    assert_int_equal(both.jobs[0].id, 1);
}

static void what_ends_the_choice(void **state) {
    struct fixture *f = *state;
    const int64_t ids[] = {1, 9};
    struct chosen chosen = {0}, ended = {.rc = VIB_EBUSY};
    add_jobs(f);
    assert_int_equal(choose(f, &(struct job_choice){.jobs = ids, .n_jobs = 2}, &chosen),
                     VIB_EUSAGE);
    assert_int_equal(choose(f, &(struct job_choice){.n_jobs = 0}, &ended), VIB_EBUSY);
    assert_int_equal(ended.n, 1);
}

static void a_job_is_as_new(void **state) {
    struct fixture *f = *state;
    struct chosen chosen = {0};
    bool claimed;
    add_jobs(f);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM epoch WHERE job = 1") > 0, 1);
    assert_int_equal(fixture_integer(f, "SELECT count(effective_weight) FROM job WHERE id = 1"), 1);
    assert_ok(store_reset_job(f->store, 1, &f->err), &f->err);
    assert_ok(choose(f, &(struct job_choice){.n_jobs = 0}, &chosen), &f->err);
    assert_int_equal(chosen.jobs[0].state, JOB_PENDING);
    assert_int_equal(fixture_integer(f,
                                     "SELECT (SELECT count(*) FROM epoch WHERE job = 1)"
                                     " + (SELECT count(*) FROM result WHERE job = 1)"
                                     " + (SELECT count(*) FROM bound WHERE job = 1)"
                                     " + attempts + train_s + examples FROM job WHERE id = 1"),
                     0);
    assert_int_equal(fixture_integer(f,
                                     "SELECT coalesce(objective, weights, effective_weight,"
                                     " worker, started_at, finished_at) IS NULL FROM job"
                                     " WHERE id = 1"),
                     1);
    assert_ok(store_claim(f->store, 1, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
}

static void a_job_is_gone(void **state) {
    struct fixture *f = *state;
    add_jobs(f);
    assert_ok(store_delete_job(f->store, 1, &f->err), &f->err);
    assert_ok(store_delete_job(f->store, 9, &f->err), &f->err); /* nobody's */
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), 2);
    assert_int_equal(fixture_integer(f,
                                     "SELECT (SELECT count(*) FROM epoch WHERE job = 1)"
                                     " + (SELECT count(*) FROM setting WHERE job = 1)"),
                     0);
}

#define FORGET_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        FORGET_TEST(jobs_are_chosen_by_all_that_is_asked),
        FORGET_TEST(what_ends_the_choice),
        FORGET_TEST(a_job_is_as_new),
        FORGET_TEST(a_job_is_gone),
    };
    return cmocka_run_group_tests_name("store_forget", tests, NULL, NULL);
}
