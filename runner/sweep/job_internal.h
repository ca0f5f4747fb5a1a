/* The steps of a job, each on its worker thread; for runner/sweep/job*.c only. */
#ifndef RUNNER_SWEEP_JOB_INTERNAL_H
#define RUNNER_SWEEP_JOB_INTERNAL_H

#include "core/error.h"
#include "core/trainer.h"
#include "runner/sweep/job.h"

#include <stdbool.h>
#include <stddef.h>

/* Adds to the result's message: unlike other notes it stands beside those that are there. */
void job_add_note(struct job *job, const char *text);

/* Whether an epoch has ended that is to be evaluated and has not been. */
bool job_evaluation_due(const struct job *job, const struct vib_progress *progress);

/* Appends an evaluation of all splits to the result, with estimates along the way where they are
 * due; the trainer keeps the weights of the best one where patience returns to it. Errors: of
 * vib_trainer_evaluate and vib_trainer_bounds_along, and VIB_ENOMEM; no evaluation is appended. */
int job_evaluate(struct job *job, struct vib_trainer *trainer, const struct vib_progress *progress);

/* The place of the best evaluation by the validation objective, of equal ones the first, from the
 * end of beta's rise on. There is at least one. */
size_t job_best_evaluation(const struct job *job);

/* Whether all evaluations that patience waits for have passed. */
bool job_lost_patience(const struct job *job);

/* What is made of the final weights once there are evaluations: which one is the result, the
 * estimates and, where it is asked for, what is kept. Errors: VIB_ESTOPPED; others of what makes
 * these, with a sentence that begins with what is missing. */
int job_conclude(struct job *job, struct vib_trainer *trainer, struct vib_error *err);

#endif
