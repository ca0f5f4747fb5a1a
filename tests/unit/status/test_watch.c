/* What is told of a sweep from one reading to the next. */
#include "runner/status/watch.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    struct fixture *f;
    struct watch watch;
    int out, in; /* ends of a pipe */
    char text[65536];
};

static int bench_new(void **state) {
    struct bench *b = calloc(1, sizeof *b);
    int ends[2];
    assert_non_null(b);
    assert_int_equal(fixture_new((void **)&b->f), 0);
    assert_int_equal(pipe(ends), 0);
    b->out = ends[0];
    b->in = ends[1];
    assert_ok(watch_init(&b->watch, b->in, &b->f->err), &b->f->err);
    *state = b;
    return 0;
}

static int bench_free(void **state) {
    struct bench *b = *state;
    watch_release(&b->watch);
    (void)close(b->out);
    (void)close(b->in);
    assert_int_equal(fixture_free((void **)&b->f), 0);
    free(b);
    return 0;
}

static int64_t begin(struct fixture *f, size_t i) {
    bool claimed = false;
    const int64_t job = fixture_add_job(f, f->store, i);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return job;
}

static void end(struct fixture *f, int64_t job, enum job_state state) {
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded = false;
    fixture_result(&result, epochs);
    result.state = state;
    strcpy(result.message, state == JOB_DONE ? "" : "why");
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(recorded);
}

static void start(struct bench *b, struct status *status) {
    status_init(status);
    watch_follow(&b->watch, status);
}

static void add(struct bench *b, struct status *status) {
    assert_ok(status_add(status, b->f->store, false, &b->f->err), &b->f->err);
}

/* Returns what is told of a status, and releases it. */
static const char *show(struct bench *b, struct status *status) {
    assert_ok(status_sum(status, &b->f->err), &b->f->err);
    assert_ok(watch_show(&b->watch, status, &b->f->err), &b->f->err);
    status_release(status);
    assert_true(live_wait(&b->watch.live, WRITER_FOREVER));
    assert_int_equal(write(b->in, "\v", 1), 1);
    size_t used = 0;
    while (used == 0 || b->text[used - 1] != '\v') {
        const ssize_t n = read(b->out, b->text + used, sizeof b->text - 1 - used);
        assert_true(n > 0);
        used += (size_t)n;
    }
    b->text[used - 1] = '\0';
    return b->text;
}

/* Reads the database so many times, as a folder may hold copies of it, and returns what is told. */
static const char *look(struct bench *b, size_t copies) {
    struct status status;
    start(b, &status);
    for (size_t i = 0; i < copies; i++)
        add(b, &status);
    return show(b, &status);
}

static size_t lines(const char *text, const char *part) {
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

static void what_ended_is_told_once(void **state) {
    struct bench *b = *state;
    const int64_t first = begin(b->f, 0), second = begin(b->f, 1), third = begin(b->f, 2);
    end(b->f, first, JOB_DONE);
    assert_non_null(strstr(look(b, 1), "Z 1/3 done, 0 failed, 2 running, 0 waiting, ETA --\n"));
    assert_int_equal(lines(b->text, "\n"), 1); /* what had ended before is no news */
    assert_string_equal(look(b, 1), "");
    end(b->f, second, JOB_DONE);
    assert_int_equal(lines(look(b, 2), ": error_mc "), 1);
    assert_non_null(strstr(b->text, "Z [2/3] beta=2 K=256 seed=0: error_mc "));
    assert_non_null(strstr(b->text, "Z 2/3 done, 0 failed, 1 running"));
    end(b->f, third, JOB_FAILED);
    assert_non_null(strstr(look(b, 1), "Z [3/3] beta=3 K=256 seed=0: failed: why\n"));
    assert_string_equal(look(b, 1), "");
}

static void what_cannot_be_read_once_is_not_told_again(void **state) {
    struct bench *b = *state;
    struct status status;
    end(b->f, begin(b->f, 0), JOB_DONE);
    (void)look(b, 1);
    for (int i = 0; i < 2; i++) {
        start(b, &status);
        status.unreadable = calloc(1, sizeof *status.unreadable);
        assert_non_null(status.unreadable);
        status.unreadable[0] = strdup("locked");
        status.n_unreadable = 1;
        (void)show(b, &status);
    }
    assert_null(strstr(look(b, 1), "error_mc"));
}

/* In one database of a folder, such as a snapshot, a job has failed that runs again in another. */
static void what_runs_again_has_not_ended(void **state) {
    static const char failed[] = "UPDATE job SET state = 'failed'",
                      again[] = "UPDATE job SET state = 'running'";
    struct bench *b = *state;
    struct status status;
    const int64_t job = begin(b->f, 0);
    (void)look(b, 1);
    for (int i = 0; i < 3; i++) {
        start(b, &status);
        fixture_execute(b->f, failed);
        add(b, &status);
        fixture_execute(b->f, again);
        if (i == 2)
            end(b->f, job, JOB_DONE);
        add(b, &status);
        assert_int_equal(lines(show(b, &status), "Z [1/1] "), i == 2);
        assert_int_equal(lines(b->text, ": error_mc "), i == 2);
    }
}

static void very_many_are_counted(void **state) {
    enum { JOBS = 250, TOLD = 200 };
    struct bench *b = *state;
    int64_t jobs[JOBS];
    for (size_t i = 0; i < JOBS; i++)
        jobs[i] = begin(b->f, i);
    (void)look(b, 1);
    assert_ok(store_begin(b->f->store, &b->f->err), &b->f->err);
    for (size_t i = 0; i < JOBS; i++)
        end(b->f, jobs[i], JOB_DONE);
    assert_ok(store_commit(b->f->store, &b->f->err), &b->f->err);
    assert_int_equal(lines(look(b, 1), ": error_mc "), TOLD);
    assert_non_null(strstr(b->text, "\n... and 50 more ended\n"));
    assert_non_null(strstr(b->text, " 250/250 done"));
}

static void it_is_over_when_nothing_can_come(void **state) {
    struct run_status run = {.life = RUN_LIVES};
    struct status status = {.n_waiting = 3};
    (void)state;
    assert_true(watch_is_over(&status));
    status.in_queue = true;
    assert_false(watch_is_over(&status));
    status.in_queue = false;
    status.runs = &run;
    status.n_runs = 1; /* it may be about to begin its next job */
    assert_false(watch_is_over(&status));
    run.life = RUN_GONE;
    assert_true(watch_is_over(&status));
    status.n_running = 1;
    assert_false(watch_is_over(&status));
}

#define BENCH_TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        BENCH_TEST(what_ended_is_told_once),
        BENCH_TEST(what_cannot_be_read_once_is_not_told_again),
        BENCH_TEST(what_runs_again_has_not_ended),
        BENCH_TEST(very_many_are_counted),
        cmocka_unit_test(it_is_over_when_nothing_can_come),
    };
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
