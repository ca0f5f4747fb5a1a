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
#include "runner/sweep/data.h"
#include "runner/config/grid.h"
#include "runner/base/host.h"
#include "runner/sweep/job.h"
#include "runner/sweep/pool.h"
#include "runner/sweep/progress.h"
#include "runner/store/store.h"
#include "runner/sweep/sweep.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A grid point as the coordinator sees it. */
enum point_state { POINT_WAITING, POINT_RUNNING, POINT_ELSEWHERE, POINT_DONE, POINT_FAILED };

struct point {
    int64_t id;                     /* of table job */
    const struct vib_dataset *data; /* borrowed from the cache */
    double flops;                   /* estimate */
    enum point_state state;
};

/* Jobs linked through their pool_task. */
struct job_list {
    struct job *jobs, *last; /* last is undefined while jobs is NULL */
};

struct sweep {
    const struct sweep_options *options;
    size_t threads; /* as asked for, but no more than there are points */
    struct config config;
    struct grid grid;
    struct data_cache *cache;
    struct host host;
    char *database; /* path, as people know it */
    char *place;    /* the same without symbolic links: what the paths of its files begin with */
    struct store *store;
    int64_t run;
    struct pool *pool;
    atomic_bool stop;
    struct point *points;
    int64_t *ids;       /* of table job, by grid point */
    uint32_t *order;    /* points, longest estimated job first */
    size_t next;        /* in order: no point before it is POINT_WAITING */
    struct job *flight; /* jobs in the pool, linked by before and after */
    size_t n_flight;
    size_t ahead;            /* jobs claimed beyond the threads; see sweep_turn */
    double turn_at_s;        /* clock_s of the last turn */
    double job_s;            /* longest recent job, slowly forgotten */
    struct job_list unsaved; /* ended, not yet in the database; their points are POINT_RUNNING */
    struct job_list claimed; /* of the transaction under way */
    struct progress progress;
    struct progress_job *shown;                                 /* [threads] scratch */
    size_t n_waiting, n_running, n_elsewhere, n_done, n_failed; /* points by state */
    size_t n_unsaved;     /* points done before, without the codes or weights now asked for */
    double flops_waiting; /* of the waiting points, but for rounding */
    double others_at_s, heartbeat_at_s; /* clock_s of the last look, of the last heartbeat */
    double failing_since_s;             /* of writes; 0 = they succeed */
    bool failure_told;
};

/* Everything up to the first job. Files are created only once configuration and data are good. On
 * failure sweep_release is still to be called. */
int sweep_init(struct sweep *sweep, const struct sweep_options *options, struct vib_error *err);
void sweep_release(struct sweep *sweep);

/* Moves a point to a state and keeps the counts. */
void sweep_move(struct sweep *sweep, size_t point, enum point_state state);

enum point_state sweep_point_state(enum job_state state);

void sweep_count(struct sweep *sweep, struct progress_counts *counts);

/* One turn: everything that ended goes into the database, new jobs come out of it (unless
 * sweep->stop), in one transaction; none when there is nothing to do. Errors: VIB_EBUSY and VIB_EIO
 * leave all as it was, to be tried again; others are final. */
int sweep_turn(struct sweep *sweep, struct vib_error *err);

/* Looks after the jobs of other processes, if there are any and it is time: takes back those of
 * dead ones, learns what the living have finished. Errors as for sweep_turn. */
int sweep_look_elsewhere(struct sweep *sweep, struct vib_error *err);

#endif
