/* Shards: the parts of a grid that are run apart from each other, each into a database of its own.
 *
 * Which jobs are whose is either computed, the same on every machine, or listed by a plan: a file
 * that fixes it, also when the grid grows. A plan is CSV, in this order of columns, a line for each
 * job:
 *
 *   shard,identity,flops
 *   1,5fd0...,1.25e+12
 *
 * shard from 1 on; identity as of runner/config/identity.h, at most once in the file; flops the
 * estimate by which it was made. Lines end with LF or CRLF, the last one, too. */
#ifndef RUNNER_SWEEP_SHARD_H
#define RUNNER_SWEEP_SHARD_H

#include "core/error.h"
#include "runner/config/identity.h"
#include "runner/sweep/estimate.h"

#include <stddef.h>
#include <stdint.h>

enum { SHARD_MAX = 1000000 }; /* as many as points of a grid */

/* "7/40", of --shard; or "7", of a plan, with n 0. */
struct shard {
    uint32_t number; /* from 1 */
    uint32_t n;
};

/* Errors: VIB_EUSAGE, naming what is wrong with the text. */
int shard_parse(struct shard *shard, const char *text, struct vib_error *err);

/* shards[i] = the shard, 1 to n, of job i: longest job first, each to the shard that has least so
 * far; ties by identity, then to the lowest number. So no shard exceeds another by more than one
 * job, and the order of the jobs does not matter. Jobs of one identity are one. n may exceed the
 * number of jobs: then some shards are empty. Error: VIB_ENOMEM. */
int shard_pack(const struct job_estimate *jobs, size_t n_jobs, uint32_t n, uint32_t *shards,
               struct vib_error *err);

struct plan_job {
    char identity[IDENTITY_SIZE];
    uint32_t shard;
    double flops;
};

struct shard_plan {
    size_t n;
    struct plan_job *jobs; /* [n], by ascending identity; owned */
    uint32_t n_shards;     /* the highest number */
};

/* On failure *plan is zeroed. Errors: VIB_EDATA (there is no such file, or it cannot be read),
 * VIB_ECONFIG (it is no plan: "PATH:LINE: ..."), VIB_ENOMEM. */
int shard_plan_read(struct shard_plan *plan, const char *path, struct vib_error *err);
void shard_plan_release(struct shard_plan *plan); /* harmless on a zeroed one */

/* The plan's job of that identity, or NULL. */
const struct plan_job *shard_plan_find(const struct shard_plan *plan, const char *identity);

#endif
