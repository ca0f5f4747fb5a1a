#include "tests/unit/core/team_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct team {
    struct vib_team team; /* first: a vib_team is cast back */
    size_t threads;
    pthread_t *helper; /* [threads - 1] */
    pthread_mutex_t mutex;
    pthread_cond_t begun, ended;
    /* under the mutex */
    size_t run, busy; /* the number of the run, and the helpers that have not ended it */
    bool over;
    /* of a run, set before it begins */
    vib_part_fn part;
    void *context;
    size_t parts, stride, offset; /* part number t is t * stride + offset, modulo parts */
    atomic_size_t taken;
};

static void do_parts(struct team *t) {
    for (size_t at; (at = atomic_fetch_add(&t->taken, 1)) < t->parts;)
        t->part(t->context, (at * t->stride + t->offset) % t->parts);
}

static void *help(void *context) {
    struct team *t = context;
    size_t seen = 0;
    pthread_mutex_lock(&t->mutex);
    for (;;) {
        while (t->run == seen && !t->over)
            pthread_cond_wait(&t->begun, &t->mutex);
        if (t->over)
            break;
        seen = t->run;
        pthread_mutex_unlock(&t->mutex);
        do_parts(t);
        pthread_mutex_lock(&t->mutex);
        if (--t->busy == 0)
            pthread_cond_signal(&t->ended);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

static size_t common_divisor(size_t a, size_t b) {
    return b == 0 ? a : common_divisor(b, a % b);
}

/* A stride without a common divisor reaches every part once. */
static void shuffle(struct team *t) {
    const size_t random = (t->run + 1) * 2654435761u;
    t->offset = random % t->parts;
    t->stride = 1 + random / 7 % t->parts;
    while (common_divisor(t->stride, t->parts) != 1)
        t->stride++;
}

static void run(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    struct team *t = (struct team *)team;
    if (parts == 0)
        return;
    pthread_mutex_lock(&t->mutex);
    t->part = part;
    t->context = context;
    t->parts = parts;
    shuffle(t);
    atomic_store(&t->taken, 0);
    t->busy = t->threads - 1;
    t->run++;
    pthread_cond_broadcast(&t->begun);
    pthread_mutex_unlock(&t->mutex);
    do_parts(t);
    pthread_mutex_lock(&t->mutex);
    while (t->busy > 0)
        pthread_cond_wait(&t->ended, &t->mutex);
    pthread_mutex_unlock(&t->mutex);
}

struct vib_team *team_fixture_new(size_t threads) {
    struct team *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->team.run = run;
    t->threads = threads;
    t->helper = calloc(threads, sizeof *t->helper);
    assert_non_null(t->helper);
    assert_int_equal(pthread_mutex_init(&t->mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&t->begun, NULL), 0);
    assert_int_equal(pthread_cond_init(&t->ended, NULL), 0);
    for (size_t i = 0; i + 1 < threads; i++)
        assert_int_equal(pthread_create(&t->helper[i], NULL, help, t), 0);
    return &t->team;
}

void team_fixture_free(struct vib_team *team) {
    struct team *t = (struct team *)team;
    pthread_mutex_lock(&t->mutex);
    t->over = true;
    pthread_cond_broadcast(&t->begun);
    pthread_mutex_unlock(&t->mutex);
    for (size_t i = 0; i + 1 < t->threads; i++)
        assert_int_equal(pthread_join(t->helper[i], NULL), 0);
    pthread_cond_destroy(&t->ended);
    pthread_cond_destroy(&t->begun);
    pthread_mutex_destroy(&t->mutex);
    free(t->helper);
    free(t);
}
