/* What the benchmark measures: models and, for each, its training steps and their parts. */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "core/dataset.h"
#include "core/error.h"
#include "core/network.h"
#include "core/params.h"
#include "tests/bench/bandwidth.h"
#include "tests/bench/products.h"
#include "tests/bench/report.h"
#include "tests/bench/series.h"
#include "tests/bench/steps.h"

#include <stddef.h>

/* A row of the report that is one series. */
struct entry {
    char section[80], name[64];
    const char *unit;
    enum vib_type operands;
    double gflop; /* per unit, to compare with the peak of these operands; 0: no comparison */
};

struct model {
    char name[32]; /* "float32 K = 256" */
    struct vib_network net;
    struct steps steps;
    struct products products;
    struct update update;
    /* Into the plan's series; models of one K share the last two, which are float32 in any. */
    size_t i_products, i_update, i_training, i_evaluation, i_estimates;
};

enum { MOST_MODELS = 4, MOST_SERIES = 128 };

struct plan {
    size_t n_models;
    struct model model[MOST_MODELS];
    size_t n_series;
    size_t i_shapes; /* the first series of a single product; the rest are, too */
    struct series series[MOST_SERIES];
    struct entry entry[MOST_SERIES];
    struct products shape[MOST_SERIES]; /* of a series that is a single product */
};

/* The models are the configuration's defaults with K = 256 and K = 2 in each precision that runs at
 * full speed here. *plan refers to itself and must stay where it is; it borrows data. */
void plan_init(struct plan *plan, const struct vib_params *defaults,
               const struct vib_dataset *data);

/* The highest median, GFLOP/s, of that team's peaks for these operands; NaN without any. */
double plan_peak(const struct plan *plan, enum vib_type operands, int team);

/* Once everything is measured: series i as a row of rates; and as one of times, of what amounts to
 * `amount` of the series' unit, on each thread. */
struct report_row plan_rate_row(const struct plan *plan, size_t i, size_t threads);
struct report_row plan_time_row(const struct plan *plan, size_t i, size_t threads, double amount);

#endif
