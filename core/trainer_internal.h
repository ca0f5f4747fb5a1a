/* What core/trainer*.c share. */
#ifndef VIB_CORE_TRAINER_INTERNAL_H
#define VIB_CORE_TRAINER_INTERNAL_H

#include "core/adam.h"
#include "core/pass.h"
#include "core/trainer.h"

enum { VIB_TRAINER_COPIES = 4 /* w, m, v, a */ };

#define VIB_TRAINER_MAGIC UINT64_C(0x3265746174536256) /* "VbState2" */

/* What a checkpoint needs beside the parameter vectors: a saved state is this, then w, m, v, a and,
 * with params.patience, the weights kept, in plain order (core/network.h), [n_params] each. */
struct state_header {
    uint64_t magic, n_params;
    uint64_t epoch, step;  /* epochs completed, steps in the epoch under way */
    uint64_t total_steps;  /* of the optimiser, = Adam's t */
    uint64_t examples;     /* processed in all */
    double objective_sum;  /* bits, over the examples of the epoch under way */
    double epoch_examples; /* examples in that sum */
    double last_objective; /* mean of the last complete epoch */
    double lr;
    double objective[VIB_OBJECTIVE_STATE]; /* what it keeps from step to step */
    double kept_weight;  /* of the compression when weights were kept, in the step kept_step */
    uint64_t kept_step;  /* from 1; 0: none were, or by a program that did not note it */
    uint64_t padding[2]; /* to a multiple of 64 bytes */
};

_Static_assert(sizeof(struct state_header) % 64 == 0, "parameters follow, aligned");

struct vib_trainer {
    struct vib_params params;
    const struct vib_dataset *data;
    const atomic_bool *stop;
    struct vib_team *team;
    struct vib_network net;
    struct vib_pass full, tail; /* batches of params.batch and of what is left over; tail.batch is 0
                                   when nothing is */
    struct vib_evaluator evaluator;
    struct state_header *state; /* owned; behind it, in one block since large ones are rounded up to
                                   huge pages, all vectors of the length of the parameters in
                                   memory */
    struct vib_adam adam;       /* points into that block */
    float *average;             /* [n_memory] debiased, for evaluation; there too */
    float *kept;      /* [n_memory] by vib_trainer_keep, there too; NULL without patience */
    bool returned;    /* to what is kept */
    uint16_t *w16;    /* [n_memory] bfloat16 copy of the weights, there too; NULL in
                         float32 */
    uint32_t *order;  /* [n_train] of the epoch under way */
    uint16_t *labels; /* [batch][samples] */
    double *nats;     /* [batch][samples] */
    size_t steps_per_epoch;
};

/* Makes what follows from the saved state and so is not part of it. */
void vib_trainer_derive(struct vib_trainer *trainer);

/* What vib_job_flops has for the estimates along the way, with the codes that they need. */
double vib_trainer_along_flops(const struct vib_params *params, const struct vib_dataset *data);

#endif
