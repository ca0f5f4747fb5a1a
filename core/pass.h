/* One batch's way through the network: activations, and the products prepared for one batch size.
 *
 *   forward.c    x -> hidden -> head -> factor, z -> logits
 *   backward.c   dlogits -> dz -> dhead -> dhidden -> dx; hands out every parameter's gradient
 *
 * With B examples, layer widths n_l and T = the type of the large products' operands (float32, or
 * bfloat16): x, h and their gradients are matrices of T (core/matrix.h); head [B][H], factor [B][F]
 * (core/posterior.h), eps, z [B][S][K] and logits [B][S][classes] stand without gaps, with S = the
 * samples of z for each example. Where the objective has pseudo-inputs, their rows follow
 * those of the batch in all that has to do with the encoder. The head, the posterior, the decoder
 * and the loss are float32 always. Thread rule: a pass belongs to one thread at a time, and its
 * team works for that thread. */
#ifndef VIB_CORE_PASS_H
#define VIB_CORE_PASS_H

#include "core/error.h"
#include "core/matrix.h"
#include "core/network.h"
#include "core/objective.h"
#include "core/product.h"
#include "core/team.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vib_pass {
    const struct vib_network *net; /* borrowed */
    struct vib_team *team;         /* borrowed; NULL at first: the calling thread works alone */
    size_t batch, samples;
    size_t rows; /* of the encoder: the batch, and the pseudo-inputs of the objective */
    enum vib_type type;
    struct vib_product product[VIB_MAX_LAYERS];
    void *arena;  /* one allocation, carved into all that follows */
    float *input; /* [B][input_ld]: where the caller puts the examples, [dim] each */
    size_t input_ld;
    struct vib_matrix x, h[VIB_MAX_HIDDEN]; /* in float32 x.values is input */
    float *head, *factor, *eps, *z, *logits;
    struct vib_matrix code; /* z, float32 */
    double *scratch;        /* [B][S] of vib_objective_scratch numbers */
    /* In training only, else NULL: */
    uint8_t *mask[VIB_MAX_HIDDEN]; /* [B][n_l]: whether dropout keeps h[l]; where the caller puts
                                      its choice. NULL without dropout */
    struct vib_matrix dh[VIB_MAX_HIDDEN]; /* gradients of h[l] before the activation */
    struct vib_matrix dhead_t, dlogits_t; /* dhead as T, dlogits as float32 */
    float *dhead, *dz, *dlogits;
    float *dcode; /* [B][K + F], of the compression; the memory of dhead where that has its size */
    float *dx;    /* [rows][dim], the gradient of the input; NULL unless asked for or pseudo-inputs
                     learn by it */
    float *own;   /* the gradient of the objective's own parameters */
    float keep;   /* probability that dropout keeps a hidden unit; 1 without dropout */
};

/* Parameters in memory's order (core/network.h): float32, and the weights as T (the same pointer
 * when T is float32, else bfloat16 in pairs of rows). */
struct vib_weights {
    const float *f32;
    const void *operand;
};

/* A pass for evaluation, in float32 and with one sample, or one that can go backward, in `type`,
 * with the samples of the network's objective: in training it drops hidden units with probability
 * `dropout`, and for attacks it makes dx. Errors: VIB_ENOMEM, VIB_EBACKEND. */
int vib_pass_init(struct vib_pass *pass, const struct vib_network *net, size_t batch,
                  struct vib_error *err);
int vib_pass_init_training(struct vib_pass *pass, const struct vib_network *net, size_t batch,
                           enum vib_type type, double dropout, bool input_gradient,
                           struct vib_error *err);
void vib_pass_release(struct vib_pass *pass);

/* Bytes that such a pass takes: of one for evaluation, or for training at that type and dropout. */
size_t vib_pass_bytes(const struct vib_network *net, size_t batch);
size_t vib_pass_training_bytes(const struct vib_network *net, size_t batch, enum vib_type type,
                               double dropout);

/* How the rows of a batch are shared by a team: in parts of so many, the last one of fewer. */
enum { VIB_PART_ROWS = 16 };

size_t vib_pass_row_parts(const struct vib_pass *pass);

/* input -> head, factor. */
void vib_encode(struct vib_pass *pass, const struct vib_weights *w);

/* eps -> z -> logits. */
void vib_decode(struct vib_pass *pass, const struct vib_weights *w);

/* The same, of one sample, for rows first .. first + rows alone, on the calling thread alone, so
 * that the parts of a team may do it: `first` is a part's, `decoder` the decoder's product for so
 * many rows. */
void vib_decode_rows(struct vib_pass *pass, const struct vib_weights *w,
                     const struct vib_product *decoder, size_t first, size_t rows);

/* After vib_encode and vib_decode: what an objective sees of the pass, by the parameters that it
 * ran with. labels [batch][samples] are borrowed; state is NULL, warm 1. */
struct vib_objective_batch vib_pass_batch(const struct vib_pass *pass, const struct vib_weights *w,
                                          const uint16_t *labels);

/* After vib_encode and vib_decode: the gradients of the objective's J on that batch, the network's
 * own objective or another that has no parameters of its own. dx is made along with the others, and
 * alone when `sink` is NULL. A layer's weights are not read any more once its gradient is handed
 * out, so they may be updated at once. */
void vib_backward(struct vib_pass *pass, const struct vib_weights *w,
                  const struct vib_objective *objective, const struct vib_objective_batch *batch,
                  const struct vib_gradient_sink *sink);

#endif
