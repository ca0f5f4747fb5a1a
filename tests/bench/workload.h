/* Work whose speed is measured: by one thread, by several side by side, each on memory of its own
 * as the jobs of a sweep are, or by several that share one job. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "core/error.h"
#include "core/team.h"

#include <stddef.h>
#include <stdio.h>

enum { MOST_RATES = 5 };

/* One of those that work side by side. */
struct worker {
    size_t index;
    struct vib_team *team; /* shares its work; NULL: it works alone */
};

struct workload {
    const char *what; /* the kind of measurement, as in README.md */
    /* The fields for the rates of what is measured at once: "flop_per_s" when work is in FLOP. */
    const char *rate[MOST_RATES];
    /* Writes the fields of a record that tell this workload from others of its kind. */
    void (*describe)(const void *context, FILE *out);
    /* Makes what the worker works on, on its thread, and warms it up. On failure nothing is left
     * and *state is not used. */
    int (*start)(const void *context, const struct worker *worker, void **state,
                 struct vib_error *err);
    /* Does some milliseconds of work and says how much, in the unit of each rate. */
    int (*run)(void *state, double *work, struct vib_error *err);
    void (*finish)(void *state);
    const void *context; /* borrowed, shared by the workers, not changed */
};

/* How many worked. */
struct crowd {
    size_t threads; /* in all */
    size_t team;    /* of these share one worker's work; 1 or `threads` */
};

struct measurement {
    double rate[MOST_RATES]; /* sum over the workers of work per second, each by its own clock */
    double busy; /* share of that time for which the workers had a processor, 0..1, their mean */
};

/* Lets all workers, started and warm, run the workload for at least that many seconds, and once at
 * least. Errors: VIB_ETHREAD, VIB_ENOMEM and those of the workload. */
int workload_run(const struct workload *workload, const struct crowd *crowd, double seconds,
                 struct measurement *result, struct vib_error *err);

#endif
