/* What Slurm has of a plan, by its own commands: squeue, scontrol and sbatch.
 *
 * A job's name tells whose it is: NAME-PLAN-OFFSET of an array (runner/cluster/array.h), PLAN being
 * the plan's hash, and NAME-PLAN-merge. So an array that sbatch submitted is found also where
 * sbatch could not tell. Errors: VIB_EIO, with the words of the command that failed; VIB_ENOMEM. */
#ifndef RUNNER_CLUSTER_QUEUE_H
#define RUNNER_CLUSTER_QUEUE_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { QUEUE_JOB_SIZE = 32, QUEUE_PLAN_SIZE = 13 };

/* A job of Slurm's, as it numbers them. */
struct queue_job {
    char id[QUEUE_JOB_SIZE];
};

/* An element of an array. */
struct queue_task {
    size_t shard;
    struct queue_job job; /* its array */
};

/* The jobs of one plan that wait or run. */
struct queue {
    size_t n;
    struct queue_task *tasks; /* [n], by ascending shard; owned */
    struct queue_job merge;   /* "" = no merge is among them */
};

/* Asks squeue for this user's jobs. On failure *queue is zeroed. */
int queue_read(struct queue *queue, const char plan[QUEUE_PLAN_SIZE], struct vib_error *err);
void queue_release(struct queue *queue); /* harmless on a zeroed one */

/* A task of that shard, or NULL. */
const struct queue_task *queue_find(const struct queue *queue, size_t shard);

/* What of a job's name follows NAME-PLAN-, within `name`; NULL for a job of others. */
const char *queue_part_of_name(const char *name, const char *plan);

/* From the text of squeue, in the format that queue_read asks for. Exposed for its test. */
int queue_parse(struct queue *queue, const char *text, const char plan[QUEUE_PLAN_SIZE],
                struct vib_error *err);

/* MaxArraySize, of this cluster's configuration. */
int queue_max_array_size(size_t *size, struct vib_error *err);

/* Calls sbatch with these words, which end in NULL, and gives the job's number. */
int queue_submit(struct queue_job *job, const char *const *words, struct vib_error *err);

#endif
