/* Threads that do the same kind of work side by side, each on memory of its own, as the jobs of a
 * sweep do. */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include "core/error.h"

#include <stddef.h>
#include <stdio.h>

struct workload {
    const char *what; /* the kind of measurement, as in README.md */
    const char *rate; /* the field for the rate: "flop_per_s" when work is in FLOP */
    /* Writes the fields of a record that tell this workload from others of its kind. */
    void (*describe)(const void *context, FILE *out);
    /* Makes what one thread works on, on that thread, and warms it up. On failure nothing is left
     * and *state is not used. */
    int (*start)(const void *context, size_t thread, void **state, struct vib_error *err);
    /* Does some milliseconds of work and says how much, in the unit of `rate`. */
    int (*run)(void *state, double *work, struct vib_error *err);
    void (*finish)(void *state);
    const void *context; /* borrowed, shared by the threads, not changed */
};

struct team_result {
    double rate; /* sum over the threads of work per second, each by its own clock */
    double busy; /* share of that time for which the threads had a processor, 0..1, their mean */
};

/* Lets n threads, all started and warm, run the workload for at least that many seconds, and once
 * at least. Errors: VIB_ETHREAD, VIB_ENOMEM and those of the workload. */
int team_run(const struct workload *workload, size_t n, double seconds, struct team_result *result,
             struct vib_error *err);

#endif
