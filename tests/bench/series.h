/* Rates measured again and again, workload after workload, so that a busy spell of the machine
 * falls on all of them alike. */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include "tests/bench/team.h"

#include <stdbool.h>
#include <stddef.h>

enum { SERIES_MOST_ROUNDS = 9 };

/* How many threads: one, and as many as there are processors. */
enum { SERIES_ONE, SERIES_ALL, SERIES_TEAMS };

struct series {
    struct workload workload;
    double scale;   /* the reported unit per unit of work: 1e-9 makes FLOP/s GFLOP/s */
    double seconds; /* of each measurement */
    bool once;      /* in the first round only */
    size_t rounds;  /* measured so far; set by series_measure, as is what follows */
    double rate[SERIES_TEAMS][SERIES_MOST_ROUNDS]; /* summed over the threads, in that unit */
    double busy[SERIES_TEAMS][SERIES_MOST_ROUNDS]; /* share of the time with a processor, 0..1 */
};

/* Measures series[0..n), each with one thread and with `threads`, `rounds` times round. Errors:
 * those of team_run. */
int series_measure(struct series *series, size_t n, size_t threads, size_t rounds,
                   struct vib_error *err);

double series_median(const struct series *series, int team);
double series_best(const struct series *series, int team);

/* The mean of `busy` over n series: below 1, the machine was at work on something else too. */
double series_mean_busy(const struct series *series, size_t n, int team);

#endif
