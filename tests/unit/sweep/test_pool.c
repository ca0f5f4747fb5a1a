/* The pool: every task once, in order, on N threads; what is dropped; worker numbers. */
#include "runner/sweep/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 2000, THREADS = 8 };

struct task {
    struct fifo_item item; /* first: an item is a task */
    size_t number;
    atomic_int runs;
    size_t worker, place; /* written by run: who ran it, as which of all */
    bool signals_blocked;
};

struct bench {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t begun, woken;
    bool held; /* tasks wait while it is set */
    struct pool *pool;
    struct task tasks[MANY];
};

static void run(struct fifo_item *item, size_t worker, struct vib_team *team, void *context) {
    struct task *task = (struct task *)item;
    struct bench *b = context;
    sigset_t mask;
    (void)team;
    atomic_fetch_add(&task->runs, 1);
    task->worker = worker;
    task->signals_blocked = pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 &&
                            sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
    pthread_mutex_lock(&b->lock);
    task->place = b->begun++;
    pthread_cond_broadcast(&b->changed);
    while (b->held)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
}

static void wake(void *context) {
    struct bench *b = context;
    pthread_mutex_lock(&b->lock);
    b->woken++;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

static void bench_start(struct bench *b, size_t threads, bool held) {
    const struct pool_events events = {.run = run, .wake = wake, .context = b}; /* none share */
    struct vib_error err;
    b->held = held;
    assert_int_equal(pool_new(&b->pool, threads, &events, &err), VIB_OK);
}

static int bench_new(void **state) {
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_int_equal(pthread_mutex_init(&b->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&b->changed, NULL), 0);
    for (size_t i = 0; i < MANY; i++)
        b->tasks[i].number = i;
    *state = b;
    return 0;
}

static int bench_free(void **state) {
    struct bench *b = *state;
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    free(b);
    return 0;
}

static void submit(struct bench *b, size_t first, size_t n) {
    for (size_t i = first; i < first + n; i++)
        pool_submit(b->pool, &b->tasks[i].item);
}

/* As the coordinator does: sleeps until woken, then takes what has ended. */
static struct task *await(struct bench *b, size_t already) {
    pthread_mutex_lock(&b->lock);
    while (b->woken <= already)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
    return (struct task *)pool_finished(b->pool);
}

static void await_begun(struct bench *b, size_t n) {
    pthread_mutex_lock(&b->lock);
    while (b->begun < n)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
}

static void let_go(struct bench *b) {
    pthread_mutex_lock(&b->lock);
    b->held = false;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

static void one_thread_keeps_the_order(void **state) {
    struct bench *b = *state;
    bench_start(b, 1, false);
    submit(b, 0, MANY);
    for (size_t i = 0; i < MANY; i++) {
        struct task *task = await(b, i);
        assert_non_null(task);
        assert_int_equal(task->number, i);
        assert_int_equal(task->place, i);
        assert_int_equal(task->worker, 0);
    }
    assert_null(pool_finished(b->pool));
    pool_free(b->pool);
}

static void many_threads_run_each_task_once(void **state) {
    struct bench *b = *state;
    size_t returned = 0, submitted = THREADS;
    bench_start(b, THREADS, false);
    submit(b, 0, submitted);
    while (returned < MANY) {
        struct task *task = await(b, returned);
        assert_non_null(task); /* a wake-up comes after its task is there */
        returned++;
        assert_true(task->worker < THREADS);
        assert_true(task->signals_blocked);
        if (submitted < MANY)
            submit(b, submitted++, 1);
    }
    assert_null(pool_finished(b->pool));
    pool_free(b->pool);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(atomic_load(&b->tasks[i].runs), 1);
}

/* Tasks that hold their threads until all have begun: only true concurrency gets there. */
static void threads_work_at_the_same_time(void **state) {
    struct bench *b = *state;
    bool seen[THREADS] = {false};
    bench_start(b, THREADS, true);
    submit(b, 0, THREADS + 3);
    await_begun(b, THREADS);
    assert_int_equal(b->begun, THREADS);
    let_go(b);
    for (size_t i = 0; i < THREADS + 3; i++)
        assert_non_null(await(b, i));
    pool_free(b->pool);
    for (size_t i = 0; i < THREADS; i++) {
        assert_false(seen[b->tasks[i].worker]);
        seen[b->tasks[i].worker] = true;
    }
}

/* pool_free waits for the tasks under way; those not begun are never run. */
static void *free_pool(void *argument) {
    struct bench *b = argument;
    pool_free(b->pool);
    return NULL;
}

static void freed_with_tasks_queued(void **state) {
    struct bench *b = *state;
    pthread_t thread;
    bench_start(b, 2, true);
    submit(b, 0, 2);
    await_begun(b, 2);
    assert_int_equal(pthread_create(&thread, NULL, free_pool, b), 0);
    let_go(b);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(b->woken, 2);
}

static void what_is_not_begun_is_dropped(void **state) {
    struct bench *b = *state;
    size_t runs = 0;
    bench_start(b, 2, false);
    submit(b, 0, MANY);
    pool_free(b->pool);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(atomic_load(&b->tasks[i].runs) <= 1);
        runs += (size_t)atomic_load(&b->tasks[i].runs);
    }
    assert_int_equal(runs, b->begun);
    assert_int_equal(runs, b->woken);
}

static void freed_without_tasks(void **state) {
    struct bench *b = *state;
    bench_start(b, THREADS, false);
    assert_null(pool_finished(b->pool));
    pool_free(b->pool);
    pool_free(NULL);
}

static void signals_stay_with_the_owner(void **state) {
    sigset_t before, after;
    struct bench *b = *state;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &before), 0);
    bench_start(b, 2, false);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    for (int signal_number = 1; signal_number < 32; signal_number++)
        assert_int_equal(sigismember(&after, signal_number), sigismember(&before, signal_number));
    pool_free(b->pool);
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        POOL_TEST(one_thread_keeps_the_order),    POOL_TEST(many_threads_run_each_task_once),
        POOL_TEST(threads_work_at_the_same_time), POOL_TEST(freed_with_tasks_queued),
        POOL_TEST(what_is_not_begun_is_dropped),  POOL_TEST(freed_without_tasks),
        POOL_TEST(signals_stay_with_the_owner),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
