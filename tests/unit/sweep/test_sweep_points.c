/* The points of a sweep: states, counts and what is still to be done. */
#include "runner/sweep/sweep_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { POINTS = 4 };

struct fixture {
    struct sweep sweep;
    struct point points[POINTS];
    uint32_t order[POINTS];
};

/* Four waiting points of 1, 2, 4 and 8 FLOP, for two threads. */
static int fixture_new(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    for (size_t i = 0; i < POINTS; i++) {
        f->points[i].flops = (double)(1 << i);
        f->order[i] = (uint32_t)(POINTS - 1 - i);
    }
    f->sweep.points = f->points;
    f->sweep.order = f->order;
    f->sweep.grid.n = f->sweep.n_waiting = POINTS;
    f->sweep.flops_waiting = 15.0;
    f->sweep.threads = 2;
    *state = f;
    return 0;
}

static int fixture_free(void **state) {
    free(*state);
    return 0;
}

static void assert_counts(const struct fixture *f, size_t done, size_t failed, size_t running,
                          size_t elsewhere) {
    struct progress_counts counts;
    sweep_count(&f->sweep, &counts);
    assert_int_equal(counts.total, POINTS);
    assert_int_equal(counts.done, done);
    assert_int_equal(counts.failed, failed);
    assert_int_equal(counts.running, running);
    assert_int_equal(counts.elsewhere, elsewhere);
}

static void assert_left(const struct fixture *f, double flops, double longest) {
    struct progress_counts counts;
    sweep_count(&f->sweep, &counts);
    assert_true(counts.flops_left == flops);
    assert_true(counts.longest_pending == longest);
}

static void jobs_settled_in_other_databases_count_as_done(void **state) {
    struct fixture *f = *state;
    struct progress_counts counts;
    f->sweep.n_known = 3;
    sweep_count(&f->sweep, &counts);
    assert_int_equal(counts.total, POINTS + 3);
    assert_int_equal(counts.done, 3);
}

static void every_move_is_counted(void **state) {
    struct fixture *f = *state;
    struct sweep *s = &f->sweep;
    assert_counts(f, 0, 0, 0, 0);
    sweep_move(s, 0, POINT_DONE);
    sweep_move(s, 1, POINT_FAILED);
    sweep_move(s, 2, POINT_ELSEWHERE);
    sweep_move(s, 3, POINT_RUNNING);
    assert_int_equal(f->points[2].state, POINT_ELSEWHERE);
    assert_int_equal(s->n_waiting, 0);
    assert_counts(f, 1, 1, 1, 1);
    sweep_move(s, 3, POINT_DONE);
    sweep_move(s, 2, POINT_WAITING);
    assert_int_equal(s->n_waiting, 1);
    assert_counts(f, 2, 1, 0, 0);
    sweep_move(s, 2, POINT_DIVERGED);
    assert_int_equal(s->n_diverged, 1);
    assert_int_equal(s->n_failed, 1);
    assert_counts(f, 2, 2, 0, 0); /* people see them as one */
}

static void what_waits_is_estimated(void **state) {
    struct fixture *f = *state;
    struct sweep *s = &f->sweep;
    assert_left(f, 15.0, 8.0);
    sweep_move(s, 3, POINT_RUNNING);
    assert_left(f, 7.0, 4.0);
    s->next = 1; /* as claiming leaves it */
    sweep_move(s, 1, POINT_ELSEWHERE);
    sweep_move(s, 2, POINT_ELSEWHERE);
    assert_left(f, 1.0, 1.0);
    sweep_move(s, 0, POINT_RUNNING);
    assert_left(f, 0.0, 0.0);
    sweep_move(s, 2, POINT_WAITING);
    assert_left(f, 4.0, 4.0);
}

static void no_more_run_than_there_are_threads(void **state) {
    struct fixture *f = *state;
    for (size_t i = 0; i < POINTS; i++)
        sweep_move(&f->sweep, i, POINT_RUNNING);
    assert_int_equal(f->sweep.n_running, POINTS);
    assert_counts(f, 0, 0, 2, 0);
}

static void states_of_jobs_are_states_of_points(void **state) {
    (void)state;
    assert_int_equal(sweep_point_state(JOB_PENDING), POINT_WAITING);
    assert_int_equal(sweep_point_state(JOB_RUNNING), POINT_ELSEWHERE);
    assert_int_equal(sweep_point_state(JOB_DONE), POINT_DONE);
    assert_int_equal(sweep_point_state(JOB_FAILED), POINT_FAILED);
    assert_int_equal(sweep_point_state(JOB_DIVERGED), POINT_DIVERGED);
}

#define POINTS_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        POINTS_TEST(every_move_is_counted),
        POINTS_TEST(jobs_settled_in_other_databases_count_as_done),
        POINTS_TEST(what_waits_is_estimated),
        POINTS_TEST(no_more_run_than_there_are_threads),
        cmocka_unit_test(states_of_jobs_are_states_of_points),
    };
    return cmocka_run_group_tests_name("sweep points", tests, NULL, NULL);
}
