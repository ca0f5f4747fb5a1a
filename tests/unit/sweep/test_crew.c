/* The crew: every part once, whoever comes and goes; who sleeps is woken; who is recalled leaves.
 */
#include "runner/sweep/crew.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HELPERS = 3, MAX_PARTS = 40, ROUNDS = 20000 };

struct helper {
    struct bench *bench;
    pthread_t thread;
    atomic_bool recalled;
};

struct bench {
    struct crew crew;
    pthread_t owner;
    struct helper helpers[HELPERS];
    pthread_barrier_t pair;
    atomic_bool end; /* helpers that were recalled do not come back */
    atomic_size_t by_helpers;
    /* Neither atomic nor locked: the crew keeps those who write and read them apart. */
    size_t round, done[MAX_PARTS];
};

static void *help(void *argument) {
    struct helper *h = argument;
    do {
        crew_help(&h->bench->crew, &h->recalled);
        atomic_store(&h->recalled, false);
    } while (!atomic_load(&h->bench->end));
    return NULL;
}

static void start(struct bench *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        b->helpers[i].bench = b;
        assert_int_equal(pthread_create(&b->helpers[i].thread, NULL, help, &b->helpers[i]), 0);
    }
}

/* Those who have taken back an earlier recall just now are told again. */
static void end(struct bench *b, size_t n) {
    atomic_store(&b->end, true);
    for (size_t i = 0; i < n; i++)
        crew_recall(&b->crew, &b->helpers[i].recalled);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pthread_join(b->helpers[i].thread, NULL), 0);
}

static int bench_new(void **state) {
    struct bench *b = aligned_alloc(_Alignof(struct bench), sizeof *b);
    assert_non_null(b);
    *b = (struct bench){.owner = pthread_self()};
    assert_int_equal(crew_init(&b->crew), 0);
    assert_int_equal(pthread_barrier_init(&b->pair, NULL, 2), 0);
    *state = b;
    return 0;
}

static int bench_free(void **state) {
    struct bench *b = *state;
    pthread_barrier_destroy(&b->pair);
    crew_release(&b->crew);
    free(b);
    return 0;
}

static bool by_owner(const struct bench *b) {
    return pthread_equal(pthread_self(), b->owner) != 0;
}

static void count(void *context, size_t part) {
    struct bench *b = context;
    b->done[part] += b->round;
    if (!by_owner(b))
        atomic_fetch_add(&b->by_helpers, 1);
}

static void run_counted(struct bench *b, size_t parts) {
    b->round++;
    for (size_t i = 0; i < MAX_PARTS; i++)
        b->done[i] = 0;
    crew_run(&b->crew, parts, count, b);
    for (size_t i = 0; i < MAX_PARTS; i++)
        assert_int_equal(b->done[i], i < parts ? b->round : 0);
}

static void the_owner_alone(void **state) {
    struct bench *b = *state;
    for (size_t parts = 0; parts <= MAX_PARTS; parts++)
        run_counted(b, parts);
    assert_int_equal(atomic_load(&b->by_helpers), 0);
}

static void note_order(void *context, size_t part) {
    struct bench *b = context;
    b->done[part] = b->round++;
}

static void the_owner_alone_keeps_the_order(void **state) {
    struct bench *b = *state;
    crew_run(&b->crew, MAX_PARTS, note_order, b);
    for (size_t i = 0; i < MAX_PARTS; i++)
        assert_int_equal(b->done[i], i);
}

static void with_helpers(void **state) {
    struct bench *b = *state;
    start(b, HELPERS);
    for (size_t i = 0; i < ROUNDS; i++)
        run_counted(b, i % (MAX_PARTS + 1));
    end(b, HELPERS);
}

static void *recall_again_and_again(void *argument) {
    struct bench *b = argument;
    for (size_t i = 0; !atomic_load(&b->end); i++) {
        crew_recall(&b->crew, &b->helpers[i % HELPERS].recalled);
        if (i % 7 == 0)
            (void)sched_yield();
    }
    return NULL;
}

static void helpers_come_and_go(void **state) {
    struct bench *b = *state;
    pthread_t thread;
    start(b, HELPERS);
    assert_int_equal(pthread_create(&thread, NULL, recall_again_and_again, b), 0);
    for (size_t i = 0; i < ROUNDS; i++)
        run_counted(b, i % (MAX_PARTS + 1));
    atomic_store(&b->end, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    end(b, HELPERS);
}

static void meet(void *context, size_t part) {
    struct bench *b = context;
    (void)part;
    (void)pthread_barrier_wait(&b->pair);
}

static void await_sleeping(struct bench *b, size_t n) {
    while (atomic_load(&b->crew.sleeping) != n)
        (void)sched_yield();
}

/* Two parts that wait for each other end only on two threads. */
static void a_round_wakes_who_sleeps(void **state) {
    struct bench *b = *state;
    start(b, 1);
    for (size_t i = 0; i < 20; i++) {
        await_sleeping(b, 1);
        crew_run(&b->crew, 2, meet, b);
    }
    end(b, 1);
}

static void a_recall_wakes_who_sleeps(void **state) {
    struct bench *b = *state;
    start(b, HELPERS);
    await_sleeping(b, HELPERS);
    end(b, HELPERS);
    assert_int_equal(atomic_load(&b->crew.sleeping), 0);
}

/* The helper's part ends only when the owner has gone to sleep. */
static void keep_owner_waiting(void *context, size_t part) {
    struct bench *b = context;
    (void)part;
    (void)pthread_barrier_wait(&b->pair);
    while (!by_owner(b) && !atomic_load(&b->crew.owner_sleeps))
        (void)sched_yield();
}

static void the_last_part_wakes_the_owner(void **state) {
    struct bench *b = *state;
    start(b, 1);
    for (size_t i = 0; i < 20; i++)
        crew_run(&b->crew, 2, keep_owner_waiting, b);
    assert_false(atomic_load(&b->crew.owner_sleeps));
    end(b, 1);
}

/* The owner does nothing before the helper has got a part, in which it is recalled. */
static void recall_within(void *context, size_t part) {
    struct bench *b = context;
    b->done[part]++;
    if (!by_owner(b)) {
        crew_recall(&b->crew, &b->helpers[0].recalled);
        atomic_fetch_add(&b->by_helpers, 1);
    }
    while (atomic_load(&b->by_helpers) == 0)
        (void)sched_yield();
}

static void who_is_recalled_ends_its_part_only(void **state) {
    struct bench *b = *state;
    atomic_store(&b->end, true);
    start(b, 1);
    crew_run(&b->crew, MAX_PARTS, recall_within, b);
    assert_int_equal(pthread_join(b->helpers[0].thread, NULL), 0);
    assert_int_equal(atomic_load(&b->by_helpers), 1);
    for (size_t i = 0; i < MAX_PARTS; i++)
        assert_int_equal(b->done[i], 1);
}

static void who_was_recalled_before_does_not_stay(void **state) {
    struct bench *b = *state;
    atomic_store(&b->helpers[0].recalled, true);
    crew_help(&b->crew, &b->helpers[0].recalled);
}

#define CREW_TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        CREW_TEST(the_owner_alone),
        CREW_TEST(the_owner_alone_keeps_the_order),
        CREW_TEST(with_helpers),
        CREW_TEST(helpers_come_and_go),
        CREW_TEST(a_round_wakes_who_sleeps),
        CREW_TEST(a_recall_wakes_who_sleeps),
        CREW_TEST(the_last_part_wakes_the_owner),
        CREW_TEST(who_is_recalled_ends_its_part_only),
        CREW_TEST(who_was_recalled_before_does_not_stay),
    };
    return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
