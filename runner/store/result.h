/* What becomes of a job: its states, and what it leaves at its end. Plain data. */
#ifndef RUNNER_STORE_RESULT_H
#define RUNNER_STORE_RESULT_H

#include "core/dataset.h"
#include "core/evaluate.h"
#include "core/information.h"
#include "core/method.h"

#include <stddef.h>
#include <stdint.h>

enum job_state {
    JOB_PENDING,  /* not started, or interrupted and to be continued */
    JOB_RUNNING,  /* claimed by a run */
    JOB_DONE,     /* has its results */
    JOB_DIVERGED, /* the loss stopped being finite; a result, not retried */
    JOB_FAILED    /* could not be carried out; --retry makes it pending */
};

/* "pending", "running", ...: the text in the database. */
const char *job_state_name(enum job_state state);

/* The state of that name. A CHECK of the database admits no other, which would be JOB_FAILED. */
enum job_state job_state_of(const char *name);

struct epoch_result {
    size_t epoch;    /* 1-based: epochs completed */
    double lr;       /* step size of that epoch */
    unsigned splits; /* a set of enum vib_split_id: those that were evaluated */
    struct vib_evaluation split[VIB_SPLITS];
};

/* Estimates along the way. */
struct along_result {
    size_t epoch;
    enum vib_split_id split;
    struct vib_information information;
};

/* How far a running job is. */
struct job_progress {
    size_t epoch; /* epochs completed */
    size_t step;  /* steps done in the epoch under way */
    size_t steps_per_epoch;
    double share;     /* of the job's work that lies behind it, 0..1 */
    double objective; /* mean J over the steps of the epoch under way, bits; NaN: none yet */
};

struct saved_codes;       /* runner/store/saved_codes.h */
struct saved_predictions; /* runner/store/saved_predictions.h */

struct job_result {
    enum job_state state;   /* JOB_DONE, JOB_DIVERGED or JOB_FAILED */
    char message[800];      /* "" or what went wrong, or a note (a damaged checkpoint) */
    enum vib_method method; /* which tells what of an evaluation has a meaning */
    size_t n_epochs;        /* evaluations made, ascending by epoch */
    struct epoch_result *epochs;
    size_t n_along; /* estimates along the way, ascending by epoch and split */
    struct along_result *along;
    size_t final; /* of JOB_DONE: which of them is the final result, of the weights that are kept */
    struct vib_information information[VIB_SPLITS]; /* of JOB_DONE; `made` may be empty */
    struct saved_codes *codes;                      /* of JOB_DONE; NULL when none are kept */
    struct saved_predictions *predictions;          /* likewise */
    const char *weights; /* file of the weights, relative to the database's folder, or NULL */
    double train_s;      /* seconds in training steps, over all attempts */
    double evaluate_s;   /* seconds in evaluation and the estimates of I(Z;X), likewise */
    uint64_t examples;   /* training examples processed */
    size_t worker;       /* thread that ended it, from 0 */
    double objective;    /* mean J of the last epoch's steps, bits; NaN if none */
    double weight;       /* of the compression in the last step, of the weights that the result is
                            of; NaN if unknown */
};

/* The split whose numbers speak for a job, of a set of enum vib_split_id: test, else validation,
 * else train. */
enum vib_split_id job_split_shown(unsigned splits);

#endif
