/* Tasks into Slurm's queue: job arrays of the shards, and after them the merge. */
#ifndef RUNNER_CLUSTER_ARRAYS_H
#define RUNNER_CLUSTER_ARRAYS_H

#include "core/error.h"
#include "runner/cluster/queue.h"

#include <stddef.h>

struct arrays {
    const char *sweep;        /* its name, which the names of the jobs begin with */
    const char *plan;         /* its hash */
    const char *task, *merge; /* paths of the scripts */
    size_t max_tasks;         /* at a time; 0: any number */
};

/* Submits tasks for the n shards, which ascend, in as few arrays as MaxArraySize allows; with
 * max_tasks one array after the other. Where sbatch fails, the queue tells whether it had accepted
 * nevertheless. Errors: VIB_EIO, VIB_ENOMEM; what was submitted before stays in the queue. */
int arrays_submit(const struct arrays *arrays, const size_t *shards, size_t n,
                  struct vib_error *err);

/* Submits a merge for when all tasks of the plan that are now in the queue have ended. Errors
 * likewise. */
int arrays_submit_merge(const struct arrays *arrays, struct vib_error *err);

#endif
