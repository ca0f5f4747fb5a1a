/* What the benchmark measures again and again, in its order. */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "tests/bench/model.h"
#include "tests/bench/products.h"
#include "tests/bench/team.h"

#include <stddef.h>

enum { MOST_MODELS = 4, MOST_SERIES = 128 };

/* A workload to measure, and how. */
struct series {
    struct workload workload;
    double seconds; /* of each measurement, at least */
    size_t rounds;  /* how many measurements, for each number of threads */
};

/* How long and how much. */
struct effort {
    double seconds; /* of a usual measurement, at least */
    size_t rounds;
    size_t triad_elements; /* see bandwidth.h */
};

struct plan {
    struct effort effort;
    size_t n_models;
    struct model model[MOST_MODELS];
    size_t n_series;
    struct series series[MOST_SERIES];
    size_t n_products; /* those measured one at a time; no two are equal */
    struct product product[MOST_MODELS * MOST_PRODUCTS];
};

/* The models are the defaults with K = 256 and K = 2 in each precision that runs at full speed
 * here. *plan refers to itself and must stay where it is; it borrows data. */
void plan_init(struct plan *plan, const struct vib_params *defaults, const struct vib_dataset *data,
               const struct effort *effort);

/* Measures each series once with one thread and once with `threads`, effort.rounds times round, so
 * that a busy spell of the machine falls on all of them alike. Each measurement becomes a record.
 * Errors: VIB_EIO, those of team_run. */
int plan_measure(const struct plan *plan, size_t threads, FILE *out, struct vib_error *err);

#endif
