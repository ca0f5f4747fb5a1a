#include "tests/bench/workload.h"

#include "runner/base/clock.h"
#include "tests/bench/team.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct side_by_side {
    const struct workload *workload;
    double seconds;
    bool called_off; /* written before `go` is posted */
    sem_t ready, go;
};

struct member {
    struct side_by_side *all;
    struct worker worker;
    pthread_t thread;
    struct measurement measured;
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
    double done[MOST_RATES] = {0.0}, elapsed = 0.0;
    int rc = VIB_OK;
    do {
        double part[MOST_RATES] = {0.0};
        rc = m->all->workload->run(state, part, &m->err);
        for (size_t i = 0; i < MOST_RATES; i++)
            done[i] += part[i];
        elapsed = clock_s() - start;
    } while (rc == VIB_OK && elapsed < m->all->seconds);
    for (size_t i = 0; i < MOST_RATES; i++)
        m->measured.rate[i] = done[i] / elapsed;
    m->measured.busy = (thread_s() - thread_start) / elapsed;
    return rc;
}

/* No signal handler is installed, so sem_wait cannot be interrupted. */
static void *member_main(void *argument) {
    struct member *m = argument;
    const struct workload *w = m->all->workload;
    void *state = NULL;
    m->rc = w->start(w->context, &m->worker, &state, &m->err);
    (void)sem_post(&m->all->ready);
    (void)sem_wait(&m->all->go);
    if (m->rc != VIB_OK)
        return NULL;
    if (!m->all->called_off)
        m->rc = work(m, state);
    w->finish(state);
    return NULL;
}

/* Starts the members, waits until all are ready, lets them go. */
static int run_members(struct side_by_side *all, struct member *members, size_t n,
                       struct vib_team *team, struct vib_error *err) {
    size_t started = 0;
    int rc = VIB_OK;
    for (; started < n && rc == VIB_OK; started++) {
        struct member *m = &members[started];
        *m = (struct member){.all = all, .worker = {started, team}};
        if (pthread_create(&m->thread, NULL, member_main, m) != 0) {
            rc = vib_error_set(err, VIB_ETHREAD, "cannot start thread %zu", started + 1);
            break;
        }
    }
    for (size_t i = 0; i < started; i++)
        (void)sem_wait(&all->ready);
    all->called_off = rc != VIB_OK;
    for (size_t i = 0; i < started; i++)
        (void)sem_post(&all->go);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(members[i].thread, NULL);
        if (rc == VIB_OK && members[i].rc != VIB_OK) {
            rc = members[i].rc;
            *err = members[i].err;
        }
    }
    return rc;
}

static void add_up(const struct member *members, size_t n, struct measurement *result) {
    *result = (struct measurement){.busy = 0.0};
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < MOST_RATES; r++)
            result->rate[r] += members[i].measured.rate[r];
        result->busy += members[i].measured.busy / (double)n;
    }
}

int workload_run(const struct workload *workload, const struct crowd *crowd, double seconds,
                 struct measurement *result, struct vib_error *err) {
    struct side_by_side all = {.workload = workload, .seconds = seconds};
    const size_t n = crowd->threads / crowd->team;
    struct vib_team *team = NULL;
    struct member *members = calloc(n, sizeof *members);
    if (members == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu threads", n);
    int rc = crowd->team > 1 ? team_new(&team, crowd->team, err) : VIB_OK;
    /* Cannot fail: the initial value is small. */
    (void)sem_init(&all.ready, 0, 0);
    (void)sem_init(&all.go, 0, 0);
    if (rc == VIB_OK)
        rc = run_members(&all, members, n, team, err);
    if (rc == VIB_OK)
        add_up(members, n, result);
    (void)sem_destroy(&all.ready);
    (void)sem_destroy(&all.go);
    team_free(team);
    free(members);
    return rc;
}
