#include "runner/sweep/crew.h"

#include "runner/base/clock.h"

#include <assert.h>

/* About what it takes until a sleeping thread is at work: so at most twice the time that is
 * necessary is lost, whatever happens next. Measured with rounds of 0.5 ms, 20 us and 50 us are as
 * fast. */
static const double WATCH_S = 30e-6;

int crew_init(struct crew *crew) {
    int rc = pthread_mutex_init(&crew->lock, NULL);
    if (rc != 0)
        return rc;
    rc = pthread_cond_init(&crew->begun, NULL);
    if (rc == 0 && (rc = pthread_cond_init(&crew->ended, NULL)) != 0)
        pthread_cond_destroy(&crew->begun);
    if (rc != 0) {
        pthread_mutex_destroy(&crew->lock);
        return rc;
    }
    atomic_init(&crew->sleeping, 0);
    atomic_init(&crew->owner_sleeps, false);
    atomic_init(&crew->left, 0);
    atomic_init(&crew->open, 0);
    return 0;
}

void crew_release(struct crew *crew) {
    pthread_cond_destroy(&crew->ended);
    pthread_cond_destroy(&crew->begun);
    pthread_mutex_destroy(&crew->lock);
}

static void relax(void) {
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* Whether a count becomes zero, or other than zero, within WATCH_S. To yield the processor
 * meanwhile is no politeness but a loss: where others wait for it, it is gone for milliseconds. */
static bool watch(const atomic_size_t *count, bool zero) {
    if ((atomic_load(count) == 0) == zero)
        return true;
    const double until_s = clock_s() + WATCH_S;
    do {
        relax();
        if ((atomic_load(count) == 0) == zero)
            return true;
    } while (clock_s() < until_s);
    return false;
}

/* Does parts until none is left or *recalled, which may be NULL. Returns how many; the round does
 * not end before finish_parts is told. To claim one is to take it off `left`: only then is it known
 * that the round is the one whose parts were counted, and that it stays. */
static size_t do_parts(struct crew *crew, const atomic_bool *recalled) {
    size_t done = 0, left = atomic_load(&crew->left);
    while (left > 0 && (recalled == NULL || !atomic_load(recalled))) {
        if (!atomic_compare_exchange_weak(&crew->left, &left, left - 1))
            continue;
        crew->part(crew->context, crew->parts - left);
        done++;
        left = atomic_load(&crew->left);
    }
    return done;
}

/* Whoever goes to sleep says so and looks at the count again, and whoever changes the count looks
 * afterwards for sleepers: in the one order of all these accesses, one of them sees the other. */
static void finish_parts(struct crew *crew, size_t done) {
    if (done == 0 || atomic_fetch_sub(&crew->open, done) != done)
        return;
    if (!atomic_load(&crew->owner_sleeps))
        return;
    pthread_mutex_lock(&crew->lock);
    pthread_cond_signal(&crew->ended);
    pthread_mutex_unlock(&crew->lock);
}

static void sleep_until_ended(struct crew *crew) {
    pthread_mutex_lock(&crew->lock);
    atomic_store(&crew->owner_sleeps, true);
    while (atomic_load(&crew->open) > 0)
        pthread_cond_wait(&crew->ended, &crew->lock);
    atomic_store(&crew->owner_sleeps, false);
    pthread_mutex_unlock(&crew->lock);
}

static void sleep_until_begun(struct crew *crew, const atomic_bool *recalled) {
    pthread_mutex_lock(&crew->lock);
    atomic_fetch_add(&crew->sleeping, 1);
    while (atomic_load(&crew->left) == 0 && !atomic_load(recalled))
        pthread_cond_wait(&crew->begun, &crew->lock);
    atomic_fetch_sub(&crew->sleeping, 1);
    pthread_mutex_unlock(&crew->lock);
}

static void wake_helpers(struct crew *crew) {
    pthread_mutex_lock(&crew->lock);
    pthread_cond_broadcast(&crew->begun);
    pthread_mutex_unlock(&crew->lock);
}

void crew_run(struct crew *crew, size_t parts, vib_part_fn part, void *context) {
    assert(atomic_load(&crew->open) == 0);
    crew->parts = parts;
    crew->part = part;
    crew->context = context;
    atomic_store(&crew->open, parts);
    atomic_store(&crew->left, parts);
    if (atomic_load(&crew->sleeping) > 0)
        wake_helpers(crew);
    finish_parts(crew, do_parts(crew, NULL));
    if (!watch(&crew->open, true))
        sleep_until_ended(crew);
}

void crew_help(struct crew *crew, const atomic_bool *recalled) {
    while (!atomic_load(recalled)) {
        finish_parts(crew, do_parts(crew, recalled));
        if (!watch(&crew->left, false))
            sleep_until_begun(crew, recalled);
    }
}

void crew_recall(struct crew *crew, atomic_bool *recalled) {
    atomic_store(recalled, true);
    wake_helpers(crew);
}
