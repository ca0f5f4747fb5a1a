/* Plans that grow: what stood in the file stays, what is new gets shards of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/cluster/plan.h"
#include "tests/unit/base/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 16];
    struct estimate estimate;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    make_folder(f->folder);
    snprintf(f->path, sizeof f->path, "%s/plan.csv", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    remove_folder(f->folder);
    free(f->estimate.jobs);
    free(f);
    return 0;
}

/* Jobs of 1 to n FLOPs; the last two are one job. */
static void make_jobs(struct fixture *f, size_t n) {
    f->estimate.jobs = realloc(f->estimate.jobs, n * sizeof *f->estimate.jobs);
    assert_non_null(f->estimate.jobs);
    f->estimate.n = n;
    for (size_t i = 0; i < n; i++) {
        struct job_estimate *job = &f->estimate.jobs[i];
        snprintf(job->identity, sizeof job->identity, "%064zx",
                 ((i + 1 == n ? i - 1 : i) * 7919) % 1000003);
        job->flops = (double)(i + 1 == n ? i : i + 1);
        job->bytes = 0.0;
    }
}

static struct plan grow(struct fixture *f, double flops) {
    struct plan plan;
    struct vib_error err;
    if (plan_read(&plan, f->path, &f->estimate, &err) != VIB_OK ||
        plan_grow(&plan, &f->estimate, flops, &err) != VIB_OK ||
        plan_write(&plan, f->path, &err) != VIB_OK)
        fail_msg("%s", err.message);
    return plan;
}

static void assert_file_is(const struct fixture *f, const struct plan *plan) {
    struct shard_plan read;
    struct vib_error err;
    assert_int_equal(shard_plan_read(&read, f->path, &err), VIB_OK);
    assert_int_equal(read.n, plan->jobs.n);
    assert_int_equal(read.n_shards, plan->jobs.n_shards);
    for (size_t i = 0; i < read.n; i++) {
        assert_string_equal(read.jobs[i].identity, plan->jobs.jobs[i].identity);
        assert_int_equal(read.jobs[i].shard, plan->jobs.jobs[i].shard);
        assert_true(read.jobs[i].flops == plan->jobs.jobs[i].flops);
    }
    shard_plan_release(&read);
}

static void a_plan_grows(void **state) {
    struct fixture *f = *state;
    char before[QUEUE_PLAN_SIZE], after[QUEUE_PLAN_SIZE], other[QUEUE_PLAN_SIZE];
    make_jobs(f, 11);
    struct plan first = grow(f, 20.0);
    assert_int_equal(first.jobs.n, 10);
    assert_int_equal(first.jobs.n_shards, 3); /* of 55 FLOPs */
    assert_file_is(f, &first);
    plan_hash(&first, "/a", before);

    make_jobs(f, 13);
    struct plan second = grow(f, 1e9);
    assert_int_equal(second.n_new, 2);
    assert_int_equal(second.jobs.n, 12);
    assert_int_equal(second.jobs.n_shards, 4);
    assert_file_is(f, &second);
    for (size_t i = 0; i < first.jobs.n; i++) {
        const struct plan_job *job = shard_plan_find(&second.jobs, first.jobs.jobs[i].identity);
        assert_non_null(job);
        assert_int_equal(job->shard, first.jobs.jobs[i].shard);
    }
    plan_hash(&second, "/a", after);
    assert_string_equal(before, after);
    plan_hash(&second, "/b", other);
    assert_string_not_equal(before, other);
    plan_release(&first);
    plan_release(&second);

    struct plan third = grow(f, 1.0);
    assert_int_equal(third.n_new, 0);
    assert_int_equal(third.jobs.n_shards, 4);
    plan_release(&third);
}

static void no_more_shards_than_jobs(void **state) {
    struct fixture *f = *state;
    make_jobs(f, 6);
    struct plan plan = grow(f, 1e-300);
    assert_int_equal(plan.jobs.n_shards, 5);
    plan_release(&plan);
}

static void a_grid_that_lost_jobs(void **state) {
    struct fixture *f = *state;
    struct vib_error err;
    make_jobs(f, 8);
    struct plan plan = grow(f, 4.0);
    plan_release(&plan);
    make_jobs(f, 5);
    assert_int_equal(plan_read(&plan, f->path, &f->estimate, &err), VIB_EUSAGE);
    assert_non_null(strstr(err.message, "has 3 jobs that the configuration no longer asks for"));
    assert_null(plan.jobs.jobs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plan_grows, setup, teardown),
        cmocka_unit_test_setup_teardown(no_more_shards_than_jobs, setup, teardown),
        cmocka_unit_test_setup_teardown(a_grid_that_lost_jobs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
