/* How far a sweep is, from one database or from a folder of them: each job is counted once, in the
 * best state that any database has it in. Nothing is written. Thread rule: one thread. */
#ifndef RUNNER_STATUS_STATUS_H
#define RUNNER_STATUS_STATUS_H

#include "core/error.h"
#include "runner/base/host.h"
#include "runner/config/identity.h"
#include "runner/store/store_status.h"

#include <stdbool.h>
#include <stddef.h>

struct store;

struct status_job {
    char identity[IDENTITY_SIZE];
    enum job_state state;
    enum run_life life; /* where it is JOB_RUNNING: of its run */
    double train_s, flops;
    size_t running; /* where it is JOB_RUNNING: its place in struct status */
};

struct status {
    char name[256]; /* of the sweep */
    struct host host;
    struct status_job *jobs; /* [n], owned; after status_sum by identity, each once */
    size_t n, room;
    struct running_status *running; /* [n_running], owned, as are their values; after status_sum
                                       those of jobs that run */
    size_t n_running, running_room;
    struct run_status *runs; /* [n_runs], owned: not ended, or with jobs left behind */
    size_t n_runs;
    char **unreadable; /* [n_unreadable] what is wrong with a file that is not counted; owned */
    size_t n_unreadable;
    char queue[256]; /* what a batch system says of it, in a line; "" when none was asked */
    bool in_queue;   /* a task of it waits or runs there */
    /* Gets every job as it is added, with the store that it is read from, until status_add returns;
     * NULL: nobody does. A result other than 0 becomes that of status_add. */
    int (*seen)(void *context, struct store *store, const struct job_status *job,
                struct vib_error *err);
    void *seen_context;

    /* Set by status_sum: */
    size_t n_done, n_diverged, n_failed, n_waiting;
    size_t n_lost;      /* of the waiting: jobs whose run is gone or silent */
    size_t threads;     /* of the runs that live */
    double left_core_s; /* core-seconds of what waits and runs; NaN: nothing tells */
    double eta_s; /* seconds until the end at this pace; NaN: nothing tells, or nothing runs */
};

void status_init(struct status *status);
void status_release(struct status *status);

/* Adds what a store has. `flops`: estimate the work of its jobs. Errors: of store_read_status. */
int status_add(struct status *status, struct store *store, bool flops, struct vib_error *err);

/* Adds a job that nobody has begun, such as one of a plan. Error: VIB_ENOMEM. */
int status_add_planned(struct status *status, const char *identity, double flops,
                       struct vib_error *err);

/* Adds what a folder has: plan.csv (runner/sweep/shard.h), the snapshots in parts/, the databases
 * in the folder itself. A database that cannot be read is told in `unreadable`. Errors: VIB_EDATA
 * when none of these is there; those of shard_plan_read; VIB_ENOMEM. */
int status_add_folder(struct status *status, const char *path, struct vib_error *err);

/* Counts and estimates; once, after all was added. Error: VIB_ENOMEM. */
int status_sum(struct status *status, struct vib_error *err);

#endif
