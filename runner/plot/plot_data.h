/* What the figures show: the points of a database, which are its finished jobs averaged over seeds.
 * All means and intervals are those of the database's view `summary`. Thread rule: as for the
 * store. */
#ifndef RUNNER_PLOT_PLOT_DATA_H
#define RUNNER_PLOT_PLOT_DATA_H

#include "core/error.h"
#include "runner/store/store_filter.h"
#include "runner/store/store_value.h"
#include "runner/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* enumerator, columns of view summary (units there): of the mean, and of its 95 % interval where
 * figures have one */
#define PLOT_MEASURE_MAP(XX)                                                                       \
    XX(ERROR, "error_mean", "error_lo", "error_hi")                                                \
    XX(ERROR_MC, "error_mc_mean", "error_mc_lo", "error_mc_hi")                                    \
    XX(ERROR_MU, "error_mu_mean", "error_mu_lo", "error_mu_hi")                                    \
    XX(RATE, "izx_upper_mean", "izx_upper_lo", "izx_upper_hi")                                     \
    XX(IZX_LOWER, "izx_lower_mean", NULL, NULL)                                                    \
    XX(IZX_UPPER, "izx_upper_tight_mean", "izx_upper_tight_lo", "izx_upper_tight_hi")              \
    XX(RESIDUAL_LOWER, "izx_y_lower_mean", NULL, NULL)                                             \
    XX(RESIDUAL_UPPER, "izx_y_upper_tight_mean", "izx_y_upper_tight_lo", "izx_y_upper_tight_hi")   \
    XX(RESIDUAL_RATE, "izx_y_upper_mean", "izx_y_upper_lo", "izx_y_upper_hi")                      \
    XX(IZY_LOWER, "izy_lower_mean", "izy_lower_lo", "izy_lower_hi")                                \
    XX(IZY_LOWER_SE, "izy_lower_se_mean", NULL, NULL)                                              \
    XX(H_Y, "h_y", NULL, NULL)                                                                     \
    XX(IXY, "ixy", NULL, NULL)

enum plot_measure {
#define PLOT_MEASURE_ENUM(name, mean, lo, hi) PLOT_##name,
    PLOT_MEASURE_MAP(PLOT_MEASURE_ENUM)
#undef PLOT_MEASURE_ENUM
        PLOT_MEASURES
};

/* The splits that figures show, by the numbers that they have in scripts. */
enum plot_split { PLOT_TRAIN, PLOT_TEST, PLOT_SPLITS };

/* As the database has it; a static string. */
const char *plot_split_name(int split);

struct plot_mean {
    double mean; /* NaN where unknown */
    double half; /* of the 95 % interval's width, NaN without one */
};

struct plot_point {
    int64_t id; /* as in the views: the lowest id of its jobs */
    int64_t K;
    double trade_off;                 /* beta, or what else the method trades by; NaN: nothing */
    size_t series;                    /* of plot_series.h; 0 before plot_series_make */
    const char *method;               /* "" where unknown; one of its values */
    const struct store_value *values; /* [n_keys + 1] of every key, NULL where the point or the
                                         view has none; the last is the digest of the data */
    size_t n_seeds;                   /* jobs that are done, at least 1 */
    struct plot_mean measure[PLOT_SPLITS][PLOT_MEASURES];
    int64_t first_job, first_seed; /* of the seeds that are done, the lowest; 0 before
                                      plot_data_read_first */
};

struct plot_data {
    size_t n, capacity;
    struct plot_point *points;         /* [n], ascending by id */
    const struct plot_point **ordered; /* [n], by series, method (as text), K, trade-off
                                          and id; NULL before plot_data_order */
    struct config_arena *arena;        /* of the values */
};

/* The point's value of a key as text, "" where it has none; `number` as for store_value_text. */
const char *store_value(const struct plot_point *point, const char *key_name,
                        char number[STORE_NUMBER]);

/* Reads the points that pass the filters, maybe none, each over the seeds that do. *data is to be
 * released whatever the result. Errors: those of the store, VIB_ENOMEM. */
int plot_data_read(struct plot_data *data, struct store *store, const struct store_filter *filters,
                   size_t n_filters, struct vib_error *err);

/* Finds each point's first seed. Errors: those of the store. */
int plot_data_read_first(struct plot_data *data, struct store *store, struct vib_error *err);

/* Drops the points that are unwanted; returns how many finished jobs they were of. */
size_t plot_data_drop(struct plot_data *data, bool (*unwanted)(const struct plot_point *point));

/* Makes data->ordered, when no more are to be dropped. Error: VIB_ENOMEM. */
int plot_data_order(struct plot_data *data, struct vib_error *err);

/* The point with that id, or NULL. Takes a time that grows with the logarithm of their number. */
struct plot_point *plot_data_find(const struct plot_data *data, int64_t id);

/* Whether any point has this measure for the split, or for any. */
bool plot_data_knows_of(const struct plot_data *data, enum plot_split split,
                        enum plot_measure measure);
bool plot_data_knows(const struct plot_data *data, enum plot_measure measure);

void plot_data_release(struct plot_data *data);

#endif
