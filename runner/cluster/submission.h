/* What a call of vib-sweep slurm is about, found out before anything is written or submitted. */
#ifndef RUNNER_CLUSTER_SUBMISSION_H
#define RUNNER_CLUSTER_SUBMISSION_H

#include "core/error.h"
#include "runner/cluster/folder.h"
#include "runner/cluster/plan.h"
#include "runner/cluster/queue.h"
#include "runner/cluster/submit.h"
#include "runner/config/config.h"
#include "runner/config/grid.h"
#include "runner/sweep/data_cache.h"
#include "runner/sweep/estimate.h"

#include <stdbool.h>
#include <stddef.h>

struct shard_left {
    size_t n_jobs; /* without a result */
    double flops;  /* of these */
};

struct submission {
    const struct submit_options *options; /* borrowed */
    double hours;
    size_t threads; /* of a task */
    struct config config;
    struct grid grid;
    struct data_cache *cache;
    struct estimate estimate;
    double rate; /* FLOP/s of a thread; 0: not known, as no new shard needs it */
    struct folder folder;
    struct plan plan;
    char hash[QUEUE_PLAN_SIZE]; /* of the plan */
    char *program, *work;       /* absolute paths: this program, the current folder */
    size_t n_done;              /* jobs that have a result */
    struct shard_left *left;    /* [n_shards + 1], by the number of the shard */
};

/* Configuration, data, folder and plan, whose new shards are in memory alone. Prints nothing and
 * creates nothing. Errors: as of submit_run. Whatever it returns, submission_release is to be
 * called. */
int submission_init(struct submission *s, const struct submit_options *options,
                    struct vib_error *err);
void submission_release(struct submission *s);

/* Fills in n_done and left, from the parts and the merged database; tells of those that cannot be
 * read. Errors: VIB_EIO, VIB_ENOMEM. */
int submission_find_left(struct submission *s, struct vib_error *err);

/* Threads times the largest job and all data sets together: an estimate from above, of a task. */
double submission_bytes(const struct submission *s);

#endif
