/* One batch's way through the network: activations, and the products prepared for one batch size.
 *
 *   forward.c    x -> hidden -> head -> factor, z -> logits
 *   backward.c   dlogits -> dz -> dhead -> dhidden -> dx, handing out the gradient of every
 * parameter
 *
 * With B examples, layer widths n_l and T = the type of the large products' operands (float32, or
 * bfloat16, in which case everything typed T below is a bfloat16 copy):
 *   x [B][dim] T, h[l] [B][n_l] T, head [B][H], factor [B][F] (core/posterior.h), eps, z [B][K],
 *   logits [B][classes].
 * The head, the posterior, the decoder and the loss are float32 always.
 * Thread rule: a pass belongs to one thread at a time. */
#ifndef VIB_CORE_PASS_H
#define VIB_CORE_PASS_H

#include "core/error.h"
#include "core/gemm.h"
#include "core/network.h"
#include "core/objective.h"
#include "core/team.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A layer's weight gradient is made in blocks of rows, few enough to stay in the cache until the
 * optimiser has used them. */
struct vib_block_plan {
    size_t rows, tail;             /* rows per block; rows of the last block if that is smaller */
    struct vib_gemm *block, *last; /* in^T delta for `rows` and for `tail` rows of W */
};

struct vib_layer_plan {
    struct vib_gemm *forward; /* out = act(in W + b) */
    struct vib_gemm *input;   /* din = delta W^T; NULL where nobody needs it */
    struct vib_block_plan weight;
};

struct vib_pass {
    const struct vib_network *net; /* borrowed */
    struct vib_team *team;         /* borrowed; NULL at first: the calling thread works alone */
    size_t batch;
    enum vib_type type;
    struct vib_layer_plan plan[VIB_MAX_LAYERS];
    void *arena;  /* one allocation, carved into all that follows */
    float *input; /* [B][dim]: where the caller puts the examples */
    void *x;      /* the same as T; is `input` when T is float32 */
    void *h[VIB_MAX_HIDDEN];
    float *head, *factor, *eps, *z, *logits;
    /* In training only, else NULL: */
    uint8_t *mask[VIB_MAX_HIDDEN]; /* [B][n_l]: whether dropout keeps h[l]; where the caller puts
                                      its choice. NULL without dropout */
    void *dh[VIB_MAX_HIDDEN];      /* gradients of h[l] before the activation, T */
    float *dhead;
    void *dhead_t; /* dhead as T */
    float *dz, *dlogits;
    float *dx;       /* [B][dim], the gradient of the input; NULL unless asked for */
    float *gradient; /* one block of one layer's weight gradient */
    float keep;      /* probability that dropout keeps a hidden unit; 1 without dropout */
};

/* Parameters as the products read them: float32, and the same vector as T (the same pointer when T
 * is float32, else bfloat16). */
struct vib_weights {
    const float *f32;
    const void *operand;
};

/* A pass for evaluation, in float32, or one that can go backward, in `type`: in training it drops
 * hidden units with probability `dropout`, and for attacks it makes dx. Errors: VIB_ENOMEM,
 * VIB_EBACKEND. */
int vib_pass_init(struct vib_pass *pass, const struct vib_network *net, size_t batch,
                  struct vib_error *err);
int vib_pass_init_training(struct vib_pass *pass, const struct vib_network *net, size_t batch,
                           enum vib_type type, double dropout, bool input_gradient,
                           struct vib_error *err);
void vib_pass_release(struct vib_pass *pass);

/* Bytes that such a pass takes, but for what the library of matrix products needs: of one for
 * evaluation, or for training at that type and dropout. */
size_t vib_pass_bytes(const struct vib_network *net, size_t batch);
size_t vib_pass_training_bytes(const struct vib_network *net, size_t batch, enum vib_type type,
                               double dropout);

/* input -> head, factor. Errors: VIB_EBACKEND. */
int vib_encode(struct vib_pass *pass, const struct vib_weights *w);

/* eps -> z -> logits. Errors: VIB_EBACKEND. */
int vib_decode(struct vib_pass *pass, const struct vib_weights *w);

/* Receives the gradient of `count` parameters from `offset` of the parameter vector on; the memory
 * is the pass's and is reused after the call. Every parameter is handed out exactly once. A layer's
 * weights are not read any more once its gradient is handed out, so they may be updated at once. */
typedef void (*vib_gradient_fn)(void *context, size_t offset, size_t count, const float *gradient);

/* After vib_encode and vib_decode: what an objective sees of the pass, by the parameters that it
 * ran with. labels [batch] are borrowed; state is NULL. */
struct vib_objective_batch vib_pass_batch(const struct vib_pass *pass, const struct vib_weights *w,
                                          const uint16_t *labels);

/* After vib_encode and vib_decode: the gradients of the objective's J on that batch, the network's
 * own objective or another that has no parameters of its own. dx is made along with the others, and
 * alone when `gradient` is NULL. Errors: VIB_EBACKEND. */
int vib_backward(struct vib_pass *pass, const struct vib_weights *w,
                 const struct vib_objective *objective, const struct vib_objective_batch *batch,
                 vib_gradient_fn gradient, void *context);

#endif
