#include "tests/bench/team.h"

#include "runner/base/clock.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct team {
    const struct workload *workload;
    double seconds;
    bool called_off; /* written before `go` is posted */
    sem_t ready, go;
};

struct member {
    struct team *team;
    size_t index;
    pthread_t thread;
    double rate, busy;
    int rc;
    struct vib_error err;
};

/* Processor time of this thread. */
static double thread_s(void) {
    struct timespec now;
    /* Cannot fail: the clock is there and the pointer is good. */
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int work(struct member *m, void *state) {
    const double start = clock_s(), thread_start = thread_s();
    double done = 0.0, elapsed = 0.0;
    int rc = VIB_OK;
    do {
        double part = 0.0;
        rc = m->team->workload->run(state, &part, &m->err);
        done += part;
        elapsed = clock_s() - start;
    } while (rc == VIB_OK && elapsed < m->team->seconds);
    m->rate = done / elapsed;
    m->busy = (thread_s() - thread_start) / elapsed;
    return rc;
}

/* No signal handler is installed, so sem_wait cannot be interrupted. */
static void *member_main(void *argument) {
    struct member *m = argument;
    const struct workload *w = m->team->workload;
    void *state = NULL;
    m->rc = w->start(w->context, m->index, &state, &m->err);
    (void)sem_post(&m->team->ready);
    (void)sem_wait(&m->team->go);
    if (m->rc != VIB_OK)
        return NULL;
    if (!m->team->called_off)
        m->rc = work(m, state);
    w->finish(state);
    return NULL;
}

/* Starts the members, waits until all are ready, lets them go. */
static int run_members(struct team *team, struct member *members, size_t n, struct vib_error *err) {
    size_t started = 0;
    int rc = VIB_OK;
    for (; started < n && rc == VIB_OK; started++) {
        struct member *m = &members[started];
        *m = (struct member){.team = team, .index = started};
        if (pthread_create(&m->thread, NULL, member_main, m) != 0) {
            rc = vib_error_set(err, VIB_ETHREAD, "cannot start thread %zu", started + 1);
            break;
        }
    }
    for (size_t i = 0; i < started; i++)
        (void)sem_wait(&team->ready);
    team->called_off = rc != VIB_OK;
    for (size_t i = 0; i < started; i++)
        (void)sem_post(&team->go);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(members[i].thread, NULL);
        if (rc == VIB_OK && members[i].rc != VIB_OK) {
            rc = members[i].rc;
            *err = members[i].err;
        }
    }
    return rc;
}

int team_run(const struct workload *workload, size_t n, double seconds, struct team_result *result,
             struct vib_error *err) {
    struct team team = {.workload = workload, .seconds = seconds};
    struct member *members = calloc(n, sizeof *members);
    if (members == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu threads", n);
    /* Cannot fail: the initial value is small. */
    (void)sem_init(&team.ready, 0, 0);
    (void)sem_init(&team.go, 0, 0);
    int rc = run_members(&team, members, n, err);
    *result = (struct team_result){0};
    for (size_t i = 0; i < n && rc == VIB_OK; i++) {
        result->rate += members[i].rate;
        result->busy += members[i].busy / (double)n;
    }
    (void)sem_destroy(&team.ready);
    (void)sem_destroy(&team.go);
    free(members);
    return rc;
}
