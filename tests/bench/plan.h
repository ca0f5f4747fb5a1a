/* What the benchmark measures again and again, in its order. */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "tests/bench/model.h"
#include "tests/bench/products.h"
#include "tests/bench/workload.h"

#include <stddef.h>

enum { MOST_MODELS = 6, MOST_SERIES = 192 };

/* How the threads work: one alone, all side by side, all on one job. */
enum { ALONE = 1, SIDE_BY_SIDE = 2, TEAM = 4 };

/* A workload to measure, and how. */
struct series {
    struct workload workload;
    unsigned ways;
    double seconds; /* of each measurement, at least */
    size_t rounds;  /* how many measurements, in each way */
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

/* What is trained on: the data set of the paper's model, and one of another shape. */
struct bench_data {
    const struct vib_dataset *usual, *wide;
};

/* The models are the defaults, in each precision that runs at full speed here, with K = 256 and
 * K = 2 on the usual data and with K = 256 on the wide ones. *plan refers to itself and must stay
 * where it is; it borrows the data. */
void plan_init(struct plan *plan, const struct vib_params *defaults, const struct bench_data *data,
               const struct effort *effort);

/* Measures each series in its ways with one and with `threads` threads, effort.rounds times round,
 * so that a busy spell of the machine falls on all of them alike. Each measurement becomes a
 * record, and so does each round, with what else the machine did. Errors: VIB_EIO, those of
 * workload_run. */
int plan_measure(const struct plan *plan, size_t threads, FILE *out, struct vib_error *err);

#endif
