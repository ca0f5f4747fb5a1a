/* The pool's workers without a task: whom they help, and that tasks come first. */
#include "runner/sweep/pool.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 2000, PARTS = 6 };

struct task {
    struct fifo_item item; /* first: an item is a task */
    void (*work)(struct task *task, struct vib_team *team);
    _Atomic double left;
    size_t worker;
    pthread_barrier_t pair;
    atomic_bool met;    /* two threads have done parts of it at a time */
    atomic_bool *until; /* how long it goes on, */
    atomic_bool *over;  /* or stays after that */
    size_t done[PARTS];
};

struct bench {
    struct pool *pool;
    atomic_bool over; /* what tasks wait for */
    struct task tasks[MANY];
};

static void run(struct fifo_item *item, size_t worker, struct vib_team *team, void *context) {
    struct task *task = (struct task *)item;
    (void)context;
    task->worker = worker;
    task->work(task, team);
}

static double left(const struct fifo_item *item, void *context) {
    (void)context;
    return atomic_load(&((const struct task *)item)->left);
}

static void wake(void *context) {
    (void)context;
}

static int bench_new(void **state) {
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(pthread_barrier_init(&b->tasks[i].pair, NULL, 2), 0);
        b->tasks[i].until = b->tasks[i].over = &b->over;
        atomic_store(&b->tasks[i].left, 1.0);
    }
    *state = b;
    return 0;
}

static int bench_free(void **state) {
    struct bench *b = *state;
    for (size_t i = 0; i < MANY; i++)
        pthread_barrier_destroy(&b->tasks[i].pair);
    free(b);
    return 0;
}

static void start(struct bench *b, size_t threads) {
    const struct pool_events events = {.run = run, .left = left, .wake = wake, .context = b};
    struct vib_error err;
    assert_int_equal(pool_new(&b->pool, threads, &events, &err), VIB_OK);
}

static void submit(struct bench *b, size_t i, void (*work)(struct task *, struct vib_team *)) {
    b->tasks[i].work = work;
    pool_submit(b->pool, &b->tasks[i].item);
}

static struct task *await(struct bench *b) {
    struct fifo_item *item;
    while ((item = pool_finished(b->pool)) == NULL)
        (void)sched_yield();
    return (struct task *)item;
}

static void await_helping(struct bench *b, size_t n) {
    while (pool_balance(b->pool) != n)
        (void)sched_yield();
}

static void await_true(const atomic_bool *flag) {
    while (!atomic_load(flag))
        (void)sched_yield();
}

static void count(void *context, size_t part) {
    struct task *task = context;
    task->done[part]++;
}

/* Parts that wait for each other end only on two threads. */
static void meet(void *context, size_t part) {
    struct task *task = context;
    (void)part;
    (void)pthread_barrier_wait(&task->pair);
}

static void do_nothing(struct task *task, struct vib_team *team) {
    (void)task;
    (void)team;
}

static void meet_often(struct task *task, struct vib_team *team) {
    for (size_t i = 0; i < 50; i++)
        team->run(team, 2, meet, task);
}

static void share_until_over(struct task *task, struct vib_team *team) {
    do
        team->run(team, PARTS, count, task);
    while (!atomic_load(task->until));
}

/* Its helper falls asleep. */
static void share_once_until_over(struct task *task, struct vib_team *team) {
    team->run(team, PARTS, count, task);
    await_true(task->until);
}

static void wait_until_over(struct task *task, struct vib_team *team) {
    (void)team;
    await_true(task->until);
}

static void end_it(struct task *task, struct vib_team *team) {
    (void)team;
    atomic_store(task->until, true);
}

static void free_workers_help(void **state) {
    struct bench *b = *state;
    start(b, 2);
    for (size_t i = 0; i < 20; i++) {
        submit(b, 2 * i, meet_often);
        submit(b, 2 * i + 1, do_nothing);
        (void)await(b);
        (void)await(b);
        assert_int_equal(pool_balance(b->pool), 0);
    }
    pool_free(b->pool);
}

static void wait_then_meet(struct task *task, struct vib_team *team) {
    await_true(task->until);
    team->run(team, 2, meet, task);
}

/* By the time that there is somebody to help, the others wait for tasks, but for bad luck. */
static void who_waits_is_called_to_help(void **state) {
    struct bench *b = *state;
    start(b, 2);
    for (size_t i = 0; i < 20; i++) {
        atomic_store(&b->over, false);
        submit(b, i, wait_then_meet);
        for (size_t k = 0; k < 50; k++)
            (void)sched_yield();
        atomic_store(&b->over, true);
        (void)await(b);
    }
    pool_free(b->pool);
}

static void who_does_not_share_is_not_helped(void **state) {
    struct bench *b = *state;
    start(b, 2);
    submit(b, 0, wait_until_over);
    submit(b, 1, do_nothing);
    (void)await(b);
    assert_int_equal(pool_balance(b->pool), 0);
    atomic_store(&b->over, true);
    (void)await(b);
    pool_free(b->pool);
}

/* Without another thread the second task would never run, nor the first one end. */
static void task_comes_first(struct bench *b, void (*work)(struct task *, struct vib_team *)) {
    start(b, 3);
    submit(b, 0, work);
    submit(b, 1, work);
    await_helping(b, 1);
    submit(b, 2, end_it);
    for (size_t i = 0; i < 3; i++)
        (void)await(b);
    assert_int_not_equal(b->tasks[2].worker, b->tasks[0].worker);
    assert_int_not_equal(b->tasks[2].worker, b->tasks[1].worker);
    pool_free(b->pool);
}

static void a_task_comes_before_help(void **state) {
    task_comes_first(*state, share_until_over);
}

static void a_task_wakes_a_helper(void **state) {
    task_comes_first(*state, share_once_until_over);
}

/* Tasks for as many threads as there are, while all but one help. */
static void all_helpers_leave_for_tasks(void **state) {
    struct bench *b = *state;
    atomic_bool never = false;
    start(b, 4);
    submit(b, 0, share_until_over);
    await_helping(b, 3);
    for (size_t i = 1; i < 4; i++) {
        b->tasks[i].until = &never;
        submit(b, i, wait_until_over);
    }
    await_helping(b, 0);
    atomic_store(&b->over, true);
    assert_ptr_equal(await(b), &b->tasks[0]);
    atomic_store(&never, true);
    for (size_t i = 1; i < 4; i++)
        (void)await(b);
    pool_free(b->pool);
}

static void share_then_meet(struct task *task, struct vib_team *team) {
    team->run(team, 2, count, task);
    await_true(task->until);
    team->run(team, 2, meet, task);
    atomic_store(&task->met, true);
}

static void share_then_meet_and_stay(struct task *task, struct vib_team *team) {
    share_then_meet(task, team);
    await_true(task->over);
}

/* Of three workers two run tasks, and the third is where most is left: with the second task as soon
 * as that begins, and after a look at the balance with the first. */
static void help_goes_where_most_is_left(void **state) {
    struct bench *b = *state;
    atomic_bool first = false, second = true;
    struct task *a = &b->tasks[0], *c = &b->tasks[1];
    a->until = &first;
    c->until = &second;
    atomic_store(&c->left, 10.0);
    start(b, 3);
    submit(b, 0, share_then_meet);
    await_helping(b, 2);
    submit(b, 1, share_then_meet);
    assert_ptr_equal(await(b), c);
    assert_false(atomic_load(&a->met));
    atomic_store(&first, true);
    assert_ptr_equal(await(b), a);
    pool_free(b->pool);
}

static void balance_moves_help(void **state) {
    struct bench *b = *state;
    atomic_bool first = false, second = false;
    struct task *a = &b->tasks[0], *c = &b->tasks[1];
    a->until = &first;
    c->until = &second;
    start(b, 3);
    submit(b, 0, share_then_meet_and_stay);
    submit(b, 1, share_then_meet_and_stay);
    await_helping(b, 1);
    for (size_t i = 0; i < 2; i++) {
        struct task *most = i == 0 ? a : c, *least = i == 0 ? c : a;
        atomic_store(&most->left, 10.0);
        atomic_store(&least->left, 1.0);
        assert_int_equal(pool_balance(b->pool), 1);
        atomic_store(most->until, true);
        await_true(&most->met);
        assert_false(i == 0 && atomic_load(&least->met));
    }
    atomic_store(&b->over, true);
    (void)await(b);
    (void)await(b);
    pool_free(b->pool);
}

static void share_some(struct task *task, struct vib_team *team) {
    const size_t rounds = (size_t)atomic_load(&task->left) % 4;
    for (size_t i = 0; i < rounds; i++)
        team->run(team, PARTS, count, task);
}

/* At times fewer tasks than threads, at times more. */
static void every_part_is_done_once(void **state) {
    struct bench *b = *state;
    size_t submitted = 0, ended = 0;
    start(b, 4);
    while (ended < MANY) {
        for (size_t i = 0; i < ended % 9 && submitted < MANY; i++, submitted++) {
            atomic_store(&b->tasks[submitted].left, (double)submitted);
            submit(b, submitted, share_some);
        }
        (void)pool_balance(b->pool);
        if (submitted > ended) {
            (void)await(b);
            ended++;
        } else {
            atomic_store(&b->tasks[submitted].left, (double)submitted);
            submit(b, submitted++, share_some);
        }
    }
    assert_int_equal(pool_balance(b->pool), 0);
    pool_free(b->pool);
    for (size_t i = 0; i < MANY; i++)
        for (size_t part = 0; part < PARTS; part++)
            assert_int_equal(b->tasks[i].done[part], i % 4);
}

static void *free_pool(void *argument) {
    struct bench *b = argument;
    pool_free(b->pool);
    return NULL;
}

static void freed_while_somebody_helps(void **state) {
    struct bench *b = *state;
    pthread_t thread;
    start(b, 3);
    submit(b, 0, share_until_over);
    await_helping(b, 2);
    assert_int_equal(pthread_create(&thread, NULL, free_pool, b), 0);
    atomic_store(&b->over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static size_t stack_bytes(void) {
    pthread_attr_t attributes;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return 0;
    (void)pthread_attr_getstacksize(&attributes, &bytes);
    pthread_attr_destroy(&attributes);
    return bytes;
}

static void note_stack(void *context, size_t part) {
    struct task *task = context;
    task->done[part] = stack_bytes();
    (void)pthread_barrier_wait(&task->pair);
}

static void note_stacks(struct task *task, struct vib_team *team) {
    team->run(team, 2, note_stack, task);
}

/* Whatever the process was started with. */
static void stacks_have_room_for_parts(void **state) {
    struct bench *b = *state;
    pthread_attr_t small, old;
    assert_int_equal(pthread_getattr_default_np(&old), 0);
    assert_int_equal(pthread_attr_init(&small), 0);
    assert_int_equal(pthread_attr_setstacksize(&small, 256 << 10), 0);
    assert_int_equal(pthread_setattr_default_np(&small), 0);
    start(b, 2);
    submit(b, 0, note_stacks);
    (void)await(b);
    pool_free(b->pool);
    assert_int_equal(pthread_setattr_default_np(&old), 0);
    pthread_attr_destroy(&small);
    pthread_attr_destroy(&old);
    assert_true(b->tasks[0].done[0] >= 2 << 20);
    assert_true(b->tasks[0].done[1] >= 2 << 20);
}

#define HELP_TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        HELP_TEST(free_workers_help),
        HELP_TEST(who_waits_is_called_to_help),
        HELP_TEST(who_does_not_share_is_not_helped),
        HELP_TEST(a_task_comes_before_help),
        HELP_TEST(a_task_wakes_a_helper),
        HELP_TEST(all_helpers_leave_for_tasks),
        HELP_TEST(help_goes_where_most_is_left),
        HELP_TEST(balance_moves_help),
        HELP_TEST(every_part_is_done_once),
        HELP_TEST(freed_while_somebody_helps),
        HELP_TEST(stacks_have_room_for_parts),
    };
    return cmocka_run_group_tests_name("pool_help", tests, NULL, NULL);
}
