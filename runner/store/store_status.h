/* What a database tells of its sweep, finished or under way: its jobs, and the runs that have not
 * ended. Only read; thread rule as for the store. Ages are differences of the wall clocks of two
 * hosts, for people alone: nothing is decided by them. */
#ifndef RUNNER_STORE_STORE_STATUS_H
#define RUNNER_STORE_STORE_STATUS_H

#include "core/error.h"
#include "runner/base/host.h"
#include "runner/config/identity.h"
#include "runner/store/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { RUN_UID_SIZE = 33, RUN_HOST_SIZE = 256 };

/* What can be said of a run's process. */
enum run_life {
    RUN_LIVES,  /* it is there, or cannot be looked at and has lately given a sign of life */
    RUN_SILENT, /* it cannot be looked at, and gives none */
    RUN_GONE    /* it is not there, or has ended and left jobs behind */
};

/* A run that has not ended, or has left jobs behind. */
struct run_status {
    int64_t id;
    char uid[RUN_UID_SIZE], host[RUN_HOST_SIZE];
    int64_t pid;
    size_t threads, n_running; /* jobs */
    double age_s; /* of its last sign of life; negative where a clock is wrong; NaN: unknown */
    enum run_life life;
};

/* How far a running job is, as of its run's last sign of life. */
struct running_status {
    int64_t job;
    struct run_status run;
    size_t epoch, epochs; /* completed, of so many */
    size_t step, steps;   /* done in the epoch under way, of so many; steps 0: not told yet */
    double share;         /* of its work that is done, 0..1; NaN: not told yet */
    double objective;     /* J, bits; NaN: none yet */
    char *values;         /* [values_size] of every key in turn its value, as text that ends in 0,
                             empty where it does not matter; borrowed for the call */
    size_t values_size;
};

struct job_status {
    char identity[IDENTITY_SIZE];
    enum job_state state;
    double train_s;                /* in training and evaluation */
    double flops;                  /* estimate of the whole job; NaN unless asked for */
    struct running_status running; /* where state is JOB_RUNNING */
};

/* Gets each; a result other than 0 ends the walk and becomes its result. */
struct status_reader {
    int (*run)(void *context, const struct run_status *run, struct vib_error *err);
    int (*job)(void *context, const struct job_status *job, struct vib_error *err);
    void *context;
    bool flops; /* ask for them: some microseconds for each point of the grid */
};

/* The runs first. Errors: those of store_query. */
int store_read_status(struct store *store, const struct host *self,
                      const struct status_reader *reader, struct vib_error *err);

/* Name of the sweep of the last run, cut to size; "" when there is none. */
int store_sweep_name(struct store *store, char *name, size_t size, struct vib_error *err);

#endif
