#include "tests/bench/series.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* With one processor both teams are the same measurement. */
static int measure_once(struct series *s, size_t threads, struct vib_error *err) {
    struct team_result result = {0};
    for (int team = SERIES_ONE; team < SERIES_TEAMS; team++) {
        if (team == SERIES_ONE || threads > 1) {
            const size_t n = team == SERIES_ONE ? 1 : threads;
            int rc = team_run(&s->workload, n, s->seconds, &result, err);
            if (rc != VIB_OK)
                return rc;
        }
        s->rate[team][s->rounds] = result.rate * s->scale;
        s->busy[team][s->rounds] = result.busy;
    }
    s->rounds++;
    return VIB_OK;
}

int series_measure(struct series *series, size_t n, size_t threads, size_t rounds,
                   struct vib_error *err) {
    int rc = VIB_OK;
    assert(rounds <= SERIES_MOST_ROUNDS);
    for (size_t round = 0; round < rounds && rc == VIB_OK; round++)
        for (size_t i = 0; i < n && rc == VIB_OK; i++)
            if (round == 0 || !series[i].once)
                rc = measure_once(&series[i], threads, err);
    return rc;
}

static int ascending(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void sorted(const struct series *s, int team, double rate[SERIES_MOST_ROUNDS]) {
    memcpy(rate, s->rate[team], s->rounds * sizeof *rate);
    qsort(rate, s->rounds, sizeof *rate, ascending);
}

double series_median(const struct series *s, int team) {
    double rate[SERIES_MOST_ROUNDS];
    sorted(s, team, rate);
    return 0.5 * (rate[(s->rounds - 1) / 2] + rate[s->rounds / 2]);
}

double series_best(const struct series *s, int team) {
    double rate[SERIES_MOST_ROUNDS];
    sorted(s, team, rate);
    return rate[s->rounds - 1];
}

double series_mean_busy(const struct series *series, size_t n, int team) {
    double sum = 0.0, count = 0.0;
    for (size_t i = 0; i < n; i++)
        for (size_t round = 0; round < series[i].rounds; round++) {
            sum += series[i].busy[team][round];
            count += 1.0;
        }
    return sum / count;
}
