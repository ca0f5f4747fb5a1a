/* One job on a worker thread: train, evaluate, checkpoint, stop when asked.
 *
 * A worker gets an immutable description and leaves a result; it touches neither the database nor
 * the terminal. What others may look at meanwhile is in the atomics of struct job_monitor. */
#ifndef RUNNER_SWEEP_JOB_H
#define RUNNER_SWEEP_JOB_H

#include "core/dataset.h"
#include "core/trainer.h"
#include "runner/base/fifo.h"
#include "runner/config/keys.h"
#include "runner/store/result.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Written by the worker, read by the progress display, each value on its own. */
struct job_monitor {
    _Atomic double done;      /* share of the job's work done, 0..1 */
    _Atomic double base;      /* `done` when this attempt began: above 0 after a checkpoint */
    _Atomic double objective; /* bits; NaN before the first step */
    _Atomic size_t epoch;     /* epochs completed */
    _Atomic size_t step;      /* steps done in the epoch under way, of so many: */
    _Atomic size_t steps_per_epoch;
    _Atomic uint64_t examples; /* processed in this attempt */
    _Atomic size_t evaluated;  /* evaluations that this attempt began with, of its checkpoint */
    atomic_bool started;
};

struct job {
    struct fifo_item item; /* first: an item of the pool, or of a queue of jobs, is a job */
    /* Set before it is submitted: */
    size_t point; /* of the grid */
    int64_t id;   /* of table job */
    char identity[65];
    struct settings settings;
    const struct vib_dataset *data; /* borrowed */
    char *checkpoint_path;          /* owned */
    char *weights_path;             /* owned, allocated; NULL = the weights are not kept */
    const atomic_bool *stop;        /* borrowed */
    struct job *before, *after;     /* among the jobs in flight; the coordinator's */
    bool start_told;                /* as an event; the coordinator's, too, */
    size_t evaluations_told;        /* and of so many evaluations */
    /* Set by the worker: */
    struct job_monitor monitor;
    pthread_mutex_t lock; /* of the result's evaluations, since others see some before its end */
    struct job_result result; /* epochs, along, codes and predictions owned, weights lies in
                                 weights_path; a note may stand in message of a done job */
    bool has_checkpoint;      /* there may be a file at checkpoint_path */
    bool recorded;            /* by store_finish */
    bool holds_data;          /* the examples of data are in memory for it */
    double elapsed_s;         /* on the thread, in this attempt */
    bool interrupted;         /* stopped before its end; its checkpoint is written, or message tells
                                 why not, or it had not begun */
};

/* Allocates a job that owns a copy of checkpoint_path; NULL when out of memory. */
struct job *job_new(const char *checkpoint_path);
void job_free(struct job *job);

/* Copies the i-th evaluation of a job that has started, and may run just now; false when it has not
 * been made yet. Thread rule: any thread. */
bool job_evaluation(struct job *job, size_t i, struct epoch_result *evaluation);

/* Ends the job as one that failed before it was run, on thread `worker`. */
void job_fail(struct job *job, size_t worker, const char *message);

/* Runs the job, on thread `worker` of the pool with a team that may share its work (NULL = none),
 * to its end or until *stop; the result is in the job. It is JOB_DONE only with everything that was
 * asked for; what could not be made after training leaves a JOB_FAILED whose checkpoint has all
 * that was trained. A checkpoint that is there but cannot be read is left alone and fails the job,
 * too; only a damaged one is started over. */
void job_run(struct job *job, size_t worker, struct vib_team *team);

#endif
