/* The plan of a sweep's folder (runner/sweep/shard.h has the file): which shard has which jobs. It
 * only grows: what a grid has got since is shared out among new shards. */
#ifndef RUNNER_CLUSTER_PLAN_H
#define RUNNER_CLUSTER_PLAN_H

#include "core/error.h"
#include "runner/cluster/queue.h"
#include "runner/sweep/estimate.h"
#include "runner/sweep/shard.h"

#include <stddef.h>

struct plan {
    struct shard_plan jobs; /* owned */
    size_t n_new;           /* jobs that the file does not have */
    uint32_t n_old_shards;
};

/* Reads the file, which may be missing, and looks for what the grid has beside it. On failure *plan
 * is zeroed. Errors: of shard_plan_read; VIB_EUSAGE when the plan has jobs that the grid has not.
 */
int plan_read(struct plan *plan, const char *path, const struct estimate *estimate,
              struct vib_error *err);

/* Shares the new jobs out among shards of about `flops` each. Error: VIB_ENOMEM, and VIB_EUSAGE
 * when these are more than SHARD_MAX. */
int plan_grow(struct plan *plan, const struct estimate *estimate, double flops,
              struct vib_error *err);

/* Writes what was added to the file, which changes as a whole. Errors: VIB_ECREATE, VIB_EIO,
 * VIB_EDATA, VIB_ENOMEM. */
int plan_write(const struct plan *plan, const char *path, struct vib_error *err);

void plan_release(struct plan *plan); /* harmless on a zeroed one */

/* By which the jobs of the plan are known to Slurm: of the folder, by its path without links, and
 * of its first shard, which never changes. */
void plan_hash(const struct plan *plan, const char *folder, char hash[QUEUE_PLAN_SIZE]);

#endif
