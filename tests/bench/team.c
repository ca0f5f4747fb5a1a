#include "tests/bench/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* Looks at a counter before a thread goes to sleep. */
enum { LOOKS = 2000 };

/* A round begins when `round` moves on, which publishes the three fields above it, and ends when
 * every helper has come back: `out` is 0. Who sleeps does so under `lock` and looks at the counters
 * there once more; who changes a counter takes the lock before waking, so that no call is missed.
 */
struct crew {
    struct vib_team team; /* first: `run` is given its address */
    vib_part_fn part;
    void *context;
    size_t parts;
    atomic_size_t next;  /* part that nobody has taken */
    atomic_size_t round; /* counts from 1 */
    atomic_size_t out;   /* helpers that have not come back */
    atomic_bool over;
    pthread_mutex_t lock;
    pthread_cond_t called, back;
    size_t n; /* helpers that were started */
    pthread_t helper[];
};

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void wake(struct crew *crew, pthread_cond_t *who) {
    (void)pthread_mutex_lock(&crew->lock);
    (void)pthread_cond_broadcast(who);
    (void)pthread_mutex_unlock(&crew->lock);
}

static void do_parts(struct crew *crew) {
    for (;;) {
        const size_t part = atomic_fetch_add(&crew->next, 1);
        if (part >= crew->parts)
            return;
        crew->part(crew->context, part);
    }
}

/* Returns when the round is no longer `last`, or all is over. */
static void await_round(struct crew *crew, size_t last) {
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load(&crew->round) != last)
            return;
        pause_briefly();
    }
    (void)pthread_mutex_lock(&crew->lock);
    while (atomic_load(&crew->round) == last)
        (void)pthread_cond_wait(&crew->called, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
}

static void *helper_main(void *argument) {
    struct crew *crew = argument;
    for (size_t round = 0;; round++) {
        await_round(crew, round);
        if (atomic_load(&crew->over))
            return NULL;
        do_parts(crew);
        if (atomic_fetch_sub(&crew->out, 1) == 1)
            wake(crew, &crew->back);
    }
}

static void begin_round(struct crew *crew) {
    atomic_store(&crew->out, crew->n);
    atomic_fetch_add(&crew->round, 1);
    wake(crew, &crew->called);
}

static void await_helpers(struct crew *crew) {
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load(&crew->out) == 0)
            return;
        pause_briefly();
    }
    (void)pthread_mutex_lock(&crew->lock);
    while (atomic_load(&crew->out) != 0)
        (void)pthread_cond_wait(&crew->back, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
}

static void run(struct vib_team *team, size_t parts, vib_part_fn part, void *context) {
    struct crew *crew = (struct crew *)team;
    crew->part = part;
    crew->context = context;
    crew->parts = parts;
    atomic_store(&crew->next, 0);
    begin_round(crew);
    do_parts(crew);
    await_helpers(crew);
}

int team_new(struct vib_team **team, size_t threads, struct vib_error *err) {
    struct crew *crew = calloc(1, sizeof *crew + (threads - 1) * sizeof crew->helper[0]);
    if (crew == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for a team");
    crew->team.run = run;
    /* Cannot fail: plain private ones, on Linux. */
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_cond_init(&crew->called, NULL);
    (void)pthread_cond_init(&crew->back, NULL);
    for (; crew->n < threads - 1; crew->n++)
        if (pthread_create(&crew->helper[crew->n], NULL, helper_main, crew) != 0) {
            team_free(&crew->team);
            return vib_error_set(err, VIB_ETHREAD, "cannot start a team of %zu", threads);
        }
    *team = &crew->team;
    return VIB_OK;
}

void team_free(struct vib_team *team) {
    struct crew *crew = (struct crew *)team;
    if (crew == NULL)
        return;
    atomic_store(&crew->over, true);
    begin_round(crew);
    for (size_t i = 0; i < crew->n; i++)
        (void)pthread_join(crew->helper[i], NULL);
    (void)pthread_cond_destroy(&crew->back);
    (void)pthread_cond_destroy(&crew->called);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew);
}
