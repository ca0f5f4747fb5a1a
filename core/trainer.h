/* One training job: created, advanced step by step, evaluated, saved, restored, freed.
 *
 * The result of a job is a function of its parameters and data alone: every random number comes
 * from a stream keyed by the seed, and every sum has an order that does not depend on the team.
 * Thread rule: a trainer belongs to one thread at a time; trainers share only the const data. */
#ifndef VIB_CORE_TRAINER_H
#define VIB_CORE_TRAINER_H

#include "core/codes.h"
#include "core/dataset.h"
#include "core/error.h"
#include "core/evaluate.h"
#include "core/information.h"
#include "core/network.h"
#include "core/params.h"
#include "core/team.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct vib_trainer;

struct vib_progress {
    size_t epoch; /* epochs completed */
    size_t step;  /* steps done in the epoch under way */
    size_t steps_per_epoch;
    uint64_t examples; /* training examples processed */
    double lr;         /* step size of the last step */
    double done;       /* share of the job's work that lies behind it, 0..1, as vib_job_flops
                          estimates it; below 1 when only the final estimates are left */
    double weight;     /* of the compression's gradient in the last step, beta u'(R) of VIB
                          (core/rate_function.h), bits per bit; NaN before the first. After
                          vib_trainer_return in the last step before vib_trainer_keep; NaN where
                          the state of an older program does not tell it */
    double objective;  /* mean J in bits over the steps of the epoch under way, or of the last
                          complete one when step is 0; NaN before the first step */
};

/* Whether params can be trained on data: VIB_OK, or VIB_ECONFIG with a sentence, or VIB_EBACKEND.
 */
int vib_trainer_check(const struct vib_params *params, const struct vib_dataset *data,
                      struct vib_error *err);

/* params is copied; data, stop and team are borrowed. *stop (may be NULL) ends an evaluation
 * early; team (may be NULL) shares the work of every call.
 * Errors: VIB_ENOMEM, VIB_EBACKEND, and those of vib_trainer_check. */
int vib_trainer_new(struct vib_trainer **trainer, const struct vib_params *params,
                    const struct vib_dataset *data, const atomic_bool *stop, struct vib_team *team,
                    struct vib_error *err);
void vib_trainer_free(struct vib_trainer *trainer); /* NULL is harmless */

/* Takes up to max_steps optimiser steps, not beyond the end of the epoch under way; none after the
 * last epoch, whose end gives up the memory that only further steps would need.
 * Errors: VIB_EDIVERGED (the objective of a step is not finite; the trainer is of no more use).
 */
int vib_trainer_advance(struct vib_trainer *trainer, size_t max_steps);

void vib_trainer_progress(const struct vib_trainer *trainer, struct vib_progress *progress);

/* With params.patience: keeps the averaged weights, in place of those that were kept before, also
 * in the saved state; and ends training, at whatever epoch, by a return to them: all that is
 * measured and given from here on is theirs. Something was kept, and no step is taken any more. */
void vib_trainer_keep(struct vib_trainer *trainer);
void vib_trainer_return(struct vib_trainer *trainer);

/* Measures the averaged weights (the initial ones before the first step) on a split. Here and below
 * it is one that the data set has.
 * Errors: VIB_ESTOPPED, VIB_EDIVERGED (a result or a weight is not finite). */
int vib_trainer_evaluate(struct vib_trainer *trainer, enum vib_split_id split,
                         struct vib_evaluation *result);

/* The final measures of I(Z;X) on a split, by params.bounds. Errors: VIB_ENOMEM, VIB_ESTOPPED,
 * VIB_EDIVERGED (*err says what is not finite); then nothing is made. */
int vib_trainer_bounds(struct vib_trainer *trainer, enum vib_split_id split,
                       struct vib_information *result, struct vib_error *err);

/* The same along the way, of params.bounds_subset examples, by the weights as they are now. */
int vib_trainer_bounds_along(struct vib_trainer *trainer, enum vib_split_id split,
                             struct vib_information *result, struct vib_error *err);

/* Fills codes, initialised for this model's posterior and at most all examples of the split, with
 * the codes of its first examples. Errors: VIB_ENOMEM, VIB_ESTOPPED. */
int vib_trainer_codes(struct vib_trainer *trainer, enum vib_split_id split,
                      struct vib_codes *codes);

/* Fills the predictions that are wanted. Errors: as evaluate. */
int vib_trainer_predict(struct vib_trainer *trainer, enum vib_split_id split,
                        const struct vib_predictions *predictions);

/* weights = elements first .. first + count of the averaged weights in plain order, n_params in all
 * (core/network.h); and what they are the weights of. */
void vib_trainer_weights(struct vib_trainer *trainer, size_t first, size_t count, float *weights);
const struct vib_network *vib_trainer_network(const struct vib_trainer *trainer);

/* The whole state as bytes, the same whatever computes: a trainer of the same parameters and data
 * that restores them continues with the same bits. `out` receives bytes first .. first + size of
 * it, both multiples of 4. */
size_t vib_trainer_state_size(const struct vib_trainer *trainer);
void vib_trainer_read_state(const struct vib_trainer *trainer, size_t first, size_t size,
                            void *out);

/* Errors: VIB_ESTATE when the bytes are not the state of such a trainer (nothing is changed): by
 * their number, or by counts and sums that none can have reached. The parameters themselves may be
 * any numbers: should they not be finite, training or evaluation ends with VIB_EDIVERGED. */
int vib_trainer_restore(struct vib_trainer *trainer, const void *state, size_t size,
                        struct vib_error *err);

/* Estimated floating-point operations of the whole job, with evaluations and final estimates. */
double vib_job_flops(const struct vib_params *params, const struct vib_dataset *data);

/* Estimated bytes of memory that a job takes at its highest, without the data, which jobs share:
 * state, passes, evaluation, final estimates; restoring a state takes its size once more, for a
 * moment. */
size_t vib_job_bytes(const struct vib_params *params, const struct vib_dataset *data);

/* What vib_trainer_state_size is of the job's trainer. */
size_t vib_job_state_size(const struct vib_params *params, const struct vib_dataset *data);

#endif
