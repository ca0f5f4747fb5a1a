/* The coordinating thread's state and its parts; for runner/sweep/sweep*.c only.
 *
 * Its loop:
 *
 *     finished jobs, heartbeat, new claims  --one transaction-->  database
 *     claimed jobs  -->  pool  -->  finished jobs
 *
 * A finished job leaves memory only when its transaction is committed; a claimed job enters the
 * pool only then. When the database is locked or the disk is full, results wait in memory and the
 * loop tries again. */
#ifndef RUNNER_SWEEP_SWEEP_INTERNAL_H
#define RUNNER_SWEEP_SWEEP_INTERNAL_H

#include "runner/config/config.h"
#include "runner/sweep/data_cache.h"
#include "runner/config/grid.h"
#include "runner/base/fifo.h"
#include "runner/base/host.h"
#include "runner/sweep/events.h"
#include "runner/sweep/job.h"
#include "runner/sweep/job_set.h"
#include "runner/sweep/pool.h"
#include "runner/sweep/progress.h"
#include "runner/store/store.h"
#include "runner/sweep/sweep.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A grid point as the coordinator sees it. */
enum point_state {
    POINT_WAITING,
    POINT_RUNNING,
    POINT_ELSEWHERE,
    POINT_DONE,
    POINT_DIVERGED,
    POINT_FAILED
};

struct point {
    int64_t id;                     /* of table job */
    const struct vib_dataset *data; /* borrowed from the cache; its examples not always there */
    double flops;                   /* estimate */
    enum point_state state;
};

/* The snapshots of --publish. */
struct publishing {
    double at_s;            /* by clock_s: of the last try; -HUGE_VAL before the first */
    bool changed;           /* the database has something that no snapshot has */
    bool failure_told;      /* and no snapshot has been written since */
    struct job_set settled; /* whose checkpoints stay until the next snapshot is out */
};

struct sweep {
    /* What is swept, from the command line and the configuration: */
    const struct sweep_options *options; /* borrowed */
    size_t threads;                      /* jobs at a time; those without a job help the others */
    struct config config;
    struct grid grid;     /* with --shard or --known: what these leave of it */
    struct job_set known; /* jobs taken out of it because other databases hold their results */
    size_t n_known;       /* points that these were */
    struct data_cache *cache;
    double loading_since_s, loading_told_s; /* by clock_s: of the data sets; 0 = not yet */
    bool twins_told, name_told;             /* of data sets that go by two names */
    /* Where to: */
    char *database;    /* path, as people know it */
    char *place;       /* the same without symbolic links: what the paths of its files begin with */
    char *checkpoints; /* the folder of the jobs' checkpoints */
    char *weights_place; /* what the paths of weights begin with: place, or that of snapshots */
    struct store *store;
    struct publishing publishing;
    struct host host;
    int64_t run;      /* this process's row of table run */
    bool begun;       /* the run and the grid are in the database */
    bool made_folder; /* results/, by this start */
    /* Points of the grid; after check_jobs, sweep_move alone changes states and counts. */
    struct point *points; /* [grid.n] */
    int64_t *ids;         /* [grid.n], of table job */
    uint32_t *order;      /* [grid.n] points, longest estimated job first */
    size_t next;          /* in order: no point before it waits to be claimed */
    /* Points by state. */
    size_t n_waiting, n_running, n_elsewhere, n_done, n_diverged, n_failed;
    double flops_waiting; /* of the waiting points, but for rounding */
    size_t n_unsaved;     /* points done before, without the codes or weights now asked for */
    /* Jobs on their way; claimed, in flight, unsaved, and then they are freed. */
    struct fifo claimed; /* of the transaction under way */
    struct pool *pool;
    atomic_bool stop;
    struct job *flight; /* jobs in the pool, linked by before and after */
    size_t n_flight;
    struct fifo unsaved; /* ended, not yet in the database; their points are POINT_RUNNING */
    size_t ahead;        /* jobs claimed beyond the threads; see sweep_turn */
    double job_s;        /* longest recent job, slowly forgotten */
    /* By clock_s: of the last turn, look at other processes, heartbeat. */
    double turn_at_s, others_at_s, heartbeat_at_s;
    double failing_since_s; /* of writes; 0 = they succeed */
    bool failure_told;
    size_t n_failing;     /* jobs that failed since one last did not */
    size_t n_trouble;     /* jobs of this run that failed or diverged */
    bool gave_up;         /* because of these */
    int64_t silence_told; /* the run of whose silence the user knows; 0 = of none */
    /* What the user sees: */
    struct progress progress;
    size_t n_helping;           /* threads that help with jobs of others, a moment ago */
    struct progress_job *shown; /* [threads] scratch */
    struct events events;       /* what programs see, with --json */
    bool start_told, events_failure_told;
};

/* Everything up to the first job; without a job left, sweep->grid.n is 0. Files are created only
 * once configuration and data are good, and are gone again after a failure. Errors: VIB_ESTOPPED
 * after a signal; others as of sweep_run. On failure sweep_release is still to be called. */
int sweep_init(struct sweep *sweep, const struct sweep_options *options, struct vib_error *err);
void sweep_release(struct sweep *sweep);

/* Waits until all that the user was told is written, which others write to as well: for as long as
 * it takes, but only moments once somebody has asked for the end. Returns whether it is. */
bool sweep_told(struct sweep *sweep);

/* --- whose jobs (sweep_shard.c) --- */

/* Errors: VIB_EUSAGE where --shard, --plan and --db do not go together. */
int sweep_check_options(const struct sweep_options *options, struct vib_error *err);

/* Leaves in the grid the jobs of the shard alone, and not those that --known holds: perhaps none.
 * To be called once the data and estimates of the points are there, before anything refers to
 * points by number. Errors: VIB_EDATA, VIB_ECONFIG, VIB_EUSAGE of the plan, VIB_ENOMEM. */
int sweep_choose_jobs(struct sweep *sweep, struct vib_error *err);

/* --- snapshots (sweep_publish.c); without --publish there are none --- */

/* Errors: VIB_ECREATE when the folder of the snapshots is not there, VIB_ENOMEM. */
int sweep_check_publish(const struct sweep *sweep, struct vib_error *err);

/* Whether something is new and a minute has passed since the last one; the first is due at once, so
 * that a place that cannot be written is told of before much is done. */
bool sweep_publish_due(const struct publishing *publishing, double now_s);

/* Writes one, then removes the checkpoints that waited for it. Errors: of store_snapshot. */
int sweep_publish(struct sweep *sweep, struct vib_error *err);

/* The same when it is due; a failure is told, once, and passes. */
void sweep_publish_sometimes(struct sweep *sweep);

/* Says, once until one is written, that none can be. */
void sweep_tell_unpublished(struct sweep *sweep, const struct vib_error *err);

/* Removes the checkpoint of a job whose result is in the database; with --publish only when a
 * snapshot holds that, too. */
void sweep_drop_checkpoint(struct sweep *sweep, const struct job *job);

/* --- files (sweep_files.c) --- */

/* Opens the database, as the last of all that may fail before jobs are registered, and finds the
 * folder of the checkpoints. Errors: VIB_ECREATE, VIB_EIO, VIB_ENOMEM, those of store_open. */
int sweep_open_files(struct sweep *sweep, struct vib_error *err);

/* Deletes what is left of the checkpoints of jobs that are known, or `ours`, those that the
 * database holds, and their folder if it is empty and nobody named it. */
void sweep_clean(struct sweep *sweep, bool ours);

/* --- points (sweep_points.c) --- */

/* The state of a point that this process does not run, by that of its job in the database. */
enum point_state sweep_point_state(enum job_state state);

/* Moves a point to a state and keeps the counts. Who moves one to POINT_WAITING, to be claimed
 * again, sets sweep->next back. */
void sweep_move(struct sweep *sweep, size_t point, enum point_state state);

/* The counts as people see them: no more run than there are threads. Looks at the points from
 * sweep->next on until one waits. */
void sweep_count(const struct sweep *sweep, struct progress_counts *counts);

/* --- data sets (sweep_data.c) --- */

/* The settings of a point as they are recorded: with the data set's own name, number of classes and
 * scale. The name is borrowed from the data set. */
void sweep_settings(const struct sweep *sweep, size_t point, struct settings *settings);

/* To be called as the data set of each point has been loaded: says now and then how far it is. */
void sweep_tell_loading(struct sweep *sweep, size_t point);

/* Says, once, that there are classes that no example teaches. */
void sweep_tell_classes(struct sweep *sweep);

/* Says, once, that float32 inputs are scaled where nobody asked for it. */
void sweep_tell_scale(struct sweep *sweep);

/* Records a data set and its scale in the database and agrees with it on the name. Errors: of the
 * store. */
int sweep_add_data(struct sweep *sweep, const struct vib_dataset *data, struct vib_error *err);

/* Says, once, that the database has jobs of other data from files that are called as some of the
 * sweep's: a file that has changed, most often. Errors: of the store. */
int sweep_tell_namesakes(struct sweep *sweep, struct vib_error *err);

/* --- other hosts (sweep_host.c) --- */

/* Says that the database lies where hosts share it, if it does. */
void sweep_tell_shared(struct sweep *sweep);

/* Within a transaction, which goes on when *alone is true: no other host has the database in use,
 * or none can. Else it is undone, after a while, to be begun again. Errors: VIB_EBUSY when another
 * host does, with what to do; those of the store. */
int sweep_await_hosts(struct sweep *sweep, bool *alone, struct vib_error *err);

/* --- memory (sweep_memory.c) --- */

/* Whether as many of the waiting jobs as there are threads, the largest ones, find memory (by
 * vib_job_bytes and host_memory). Errors: VIB_ENOMEM, with what to do. */
int sweep_check_memory(const struct sweep *sweep, struct vib_error *err);

/* The same for n jobs that need so many bytes each, in descending order. Exposed for its test. */
int sweep_judge_memory(const double *needed, size_t n, double available, struct vib_error *err);

/* --- events for programs (sweep_events.c); without --json none of these does anything --- */

/* Before the first job. */
void sweep_tell_start(struct sweep *sweep);

/* Now and then: which jobs have started, and what was evaluated since. */
void sweep_tell_running(struct sweep *sweep);

/* A job has ended, and is recorded or not. */
void sweep_tell_ended(struct sweep *sweep, struct job *job);

/* The sweep has, with that result of sweep_run, which this returns, or VIB_EIO instead where it had
 * an exit code of its own but the events could not be written. */
int sweep_tell_end(struct sweep *sweep, int rc, struct vib_error *err);

/* --- the database (sweep_turn.c) --- */

/* One turn: everything that ended goes into the database, new jobs come out of it (unless
 * sweep->stop), in one transaction; none when there is nothing to do: *written tells. Errors are
 * those of the store, and after one that may pass all is as it was, to be tried again. */
int sweep_turn(struct sweep *sweep, bool *written, struct vib_error *err);

/* Tells what became of a look for dead runs: jobs that were taken back, and a run that is waited
 * for. */
void sweep_tell_runs(struct sweep *sweep, size_t n_taken, const struct store_silence *silence);

/* Looks after the jobs of other processes, if there are any and it is time: takes back those of
 * dead ones, learns what the living have finished. Errors as for sweep_turn. */
int sweep_look_elsewhere(struct sweep *sweep, struct vib_error *err);

#endif
