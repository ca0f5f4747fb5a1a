/* What the figures show: the finished jobs of a database. Thread rule: as for the store. */
#ifndef RUNNER_PLOT_PLOT_DATA_H
#define RUNNER_PLOT_PLOT_DATA_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/keys.h"
#include "runner/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* enumerator, column of view information_plane (units there) */
#define PLOT_MEASURE_MAP(XX)                                                                       \
    XX(ERROR, "error")                                                                             \
    XX(ERROR_MC, "error_mc")                                                                       \
    XX(RATE, "izx_upper")                                                                          \
    XX(IZX_LOWER, "izx_lower")                                                                     \
    XX(IZX_UPPER, "izx_upper_tight")                                                               \
    XX(IZY_LOWER, "izy_lower")                                                                     \
    XX(IZY_LOWER_SE, "izy_lower_se")                                                               \
    XX(H_Y, "h_y")                                                                                 \
    XX(IXY, "ixy")

enum plot_measure {
#define PLOT_MEASURE_ENUM(name, column) PLOT_##name,
    PLOT_MEASURE_MAP(PLOT_MEASURE_ENUM)
#undef PLOT_MEASURE_ENUM
        PLOT_MEASURES
};

/* Figures show train and test, by their numbers. */
enum { PLOT_SPLITS = 2 };

struct plot_job {
    int64_t id, K;
    double beta;   /* NaN for the methods that have none */
    char **values; /* [n_keys + 1] of every key as text, NULL where the job or the view has none;
                      the last is the digest of the data */
    double measure[PLOT_SPLITS][PLOT_MEASURES]; /* NaN where unknown */
};

struct plot_data {
    size_t n, capacity;
    struct plot_job *jobs; /* [n], by method (as text), K, beta, seed */
};

/* The job's value of a key, "" where it has none. */
const char *plot_value(const struct plot_job *job, const char *key_name);

/* Jobs to be shown: those that have one of the values given for each key that has filters. */
struct plot_filter {
    const struct key *key;
    char value[512]; /* canonical text */
};

/* Understands "KEY=VALUE". Error: VIB_EUSAGE. */
int plot_filter_parse(struct plot_filter *filter, const char *text, struct vib_error *err);

/* Reads the finished jobs that pass the filters, maybe none. Reals pass within 0.5 %, so that a
 * beta may be named as figures print it. *data is to be released whatever the result. Errors: those
 * of the store. */
int plot_data_read(struct plot_data *data, struct store *store, const struct plot_filter *filters,
                   size_t n_filters, struct vib_error *err);

/* Whether any job has this measure for the test split. */
bool plot_data_knows(const struct plot_data *data, enum plot_measure measure);

/* Drops the jobs that are unwanted; returns how many. */
size_t plot_data_drop(struct plot_data *data, bool (*unwanted)(const struct plot_job *job));

void plot_data_release(struct plot_data *data);

#endif
