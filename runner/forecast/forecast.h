/* What a sweep would do, take and cost, before it is begun: `vib-sweep plan`. Nothing is written,
 * no database made.
 *
 * FLOPs and bytes of memory are those of runner/sweep/estimate.h. Times are FLOPs by a rate, which
 * is measured here with the longest job that waits, or given. What a database takes is by the rows
 * that its jobs will have: within a third of it. Thread rule: one thread. */
#ifndef RUNNER_FORECAST_FORECAST_H
#define RUNNER_FORECAST_FORECAST_H

#include "core/error.h"
#include "runner/base/options.h"
#include "runner/config/config.h"
#include "runner/config/grid.h"
#include "runner/sweep/data_cache.h"
#include "runner/sweep/estimate.h"

#include <stdbool.h>
#include <stddef.h>

struct forecast_options {
    const char *config;      /* path of the YAML file */
    struct option_list sets; /* "KEY=VALUE" */
    const char *database;    /* NULL: results/<name>.db */
    size_t threads;
    double rate; /* FLOP/s of a thread; 0: measured */
};

/* Of one job of the grid. */
enum forecast_state {
    FORECAST_NEW,     /* not in the database */
    FORECAST_WAITING, /* there, and waits */
    FORECAST_RUNNING, /* in a process that lives */
    FORECAST_DONE,
    FORECAST_DIVERGED,
    FORECAST_FAILED,
    FORECAST_TWIN, /* another point has the same data and settings: no job of its own */
    FORECAST_STATES
};

/* Bytes. */
struct forecast_memory {
    double job;       /* the largest job that waits */
    double jobs;      /* as many of the largest ones as run at a time */
    double data;      /* the data sets of as many */
    double available; /* that this process may take; infinite where it cannot be told */
};

/* Bytes that come. */
struct forecast_disk {
    double database; /* results, epochs, estimates */
    double codes;    /* in the database, too, as are */
    double predictions;
    double checkpoints; /* at their highest: of the jobs that run, each while it is replaced */
    double weights;
    double available; /* on the database's disk; infinite where it cannot be told */
};

struct forecast {
    const struct forecast_options *options; /* borrowed */
    struct config config;
    struct grid grid;
    struct data_cache *cache;
    struct estimate estimate;    /* .longest is the longest job that waits, if one does */
    char *database;              /* path; owned */
    bool there;                  /* and there is one */
    enum forecast_state *states; /* [grid.n], owned */
    size_t n[FORECAST_STATES];   /* points by state */
    size_t n_left;               /* jobs that wait, new ones too */
    size_t n_others;             /* jobs of the database that are none of the grid's */
    size_t threads, processors;  /* asked for; of this machine */
    struct forecast_memory memory;
    struct forecast_disk disk;
    double flops_left;
    double rate;             /* FLOP/s of a thread; 0: nothing waits, or it could not be measured */
    double core_s, wall_s;   /* of all that waits; NaN without a rate */
    double longest_s;        /* of the longest job on one thread; likewise */
    const char *unvalidated; /* a data set without a validation split, or NULL; borrowed */
};

/* Errors: those of configuration, data and database (VIB_EDATA where its file is none), VIB_ENOMEM.
 * Whatever it returns, forecast_release is to be called. */
int forecast_init(struct forecast *forecast, const struct forecast_options *options,
                  struct vib_error *err);
void forecast_release(struct forecast *forecast);

/* Whether the job of a point waits, or is new. */
static inline bool forecast_waits(const struct forecast *forecast, size_t point) {
    return forecast->states[point] == FORECAST_NEW || forecast->states[point] == FORECAST_WAITING;
}

/* Sets memory, disk and unvalidated; part of forecast_init, once it is known what waits. Errors:
 * of data_cache_get; VIB_ENOMEM. */
int forecast_size(struct forecast *forecast, struct vib_error *err);

#endif
