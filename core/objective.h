/* What a job minimises, and its gradients: the fit of the labels, and the compression of the code.
 *
 *   J = 1 / (B ln 2) sum_i loss_i + weight u(R)      over the B examples of a batch, bits
 *   R = 1 / (B ln 2) sum_i compression_i
 *
 * each the mean over the S samples of z that a step draws for the example.
 *
 * The loss is core/loss.h's. The compression is one family's: nats for each example, which may
 * depend on the whole batch and on parameters of the family's own, which are learned along. u is
 * core/rate_function.h's. Where it is not linear u'(R) of a few examples would be biased: R is a
 * running mean over the steps then, and the gradient that of weight u'(R) R, u'(R) held fast.
 *
 *   method    compression_i                                                    weight
 *   vib       the rate KL[p(z|x_i) || r(z)], r(z) = N(0, I) or, by the params'   beta
 *             marginal, one that is learned; Alemi et al. 2017
 *   ceb       the residual information KL[p(z|x_i) || b(z|y_i)]; Fischer 2020    gamma
 *   nonlinear_ib   the pairwise bound on I(Z;X) over the batch; Kolchinsky et al. 2019   beta
 *   others    none: their code is a point, whose rate `standard` takes as 0
 *
 * A family is one file, core/compression_NAME.c, and its NAME in the rows of VIB_METHOD_MAP that it
 * serves. Nobody else asks what a method is trained for. Thread rule: pure functions. */
#ifndef VIB_CORE_OBJECTIVE_H
#define VIB_CORE_OBJECTIVE_H

#include "core/loss.h"
#include "core/method.h"
#include "core/params.h"
#include "core/posterior.h"
#include "core/rate_function.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIB_OBJECTIVE_STATE = 2, VIB_OWN_PARTS = 3 };

/* What examples have of inputs and the labels of classes. */
struct vib_shape {
    size_t dim, classes;
};

/* A tensor among a compression's own parameters. */
struct vib_own_part {
    const char *name; /* static */
    size_t rows, columns;
};

/* One batch after its way forward; all borrowed. */
struct vib_objective_batch {
    size_t rows, samples;
    const uint16_t *labels; /* [rows][samples]: of each z, so that of an example all are equal */
    const float *logits;    /* [rows][samples][classes] */
    const float *head, *factor; /* [rows][H], [rows][F], see core/posterior.h */
    const float *eps, *z;       /* [rows][samples][K] */
    const float *own;           /* [n_own] */
    double *scratch;            /* [rows][samples] of vib_objective_scratch numbers */
    const float *pseudo_head,
        *pseudo_factor; /* of the pseudo-inputs, [n_pseudo][H], [n_pseudo][F] */
    double *state;      /* [VIB_OBJECTIVE_STATE] that pass from step to step, 0 before the
                           first; checkpoints carry them. NULL in evaluation */
    double warm;        /* 0..1, a factor on the weight: below 1 while it warms up */
};

struct vib_compression;

struct vib_objective {
    const struct vib_compression *compression;
    struct vib_posterior posterior;
    size_t classes;
    struct vib_loss loss;
    struct vib_rate_function u; /* with the weight of the compression */
    bool has_rate;              /* whether the compression is a rate, which bounds I(Z;X) */
    double dropout;             /* probability that a step drops a hidden unit */
    size_t samples;             /* of z for each example of a step */
    double flops; /* of the compression of one example, or of one z where it is sampled, forward,
                     as many as matrix products do in that time; backward takes twice as many */
    size_t batch; /* examples that the compression compares; 0: it is of each by itself */
    double pseudo_share; /* pseudo-inputs for each example of a step */
    size_t n_pseudo;     /* inputs among the parameters, which are encoded with every batch */
    size_t n_own;        /* numbers among the parameters that are the compression's own: those of */
    size_t n_parts;      /* these, one after the other, */
    struct vib_own_part part[VIB_OWN_PARTS]; /* each [rows][columns] */
};

/* A family; static data. */
struct vib_compression {
    double (*weight)(const struct vib_params *params);
    /* The parameters of its own; returns how many parts they have. NULL = none. */
    size_t (*parts)(const struct vib_params *params, struct vib_shape shape,
                    struct vib_own_part out[VIB_OWN_PARTS]);
    /* What these describe, for readers of weights that lack this program; NULL where there are
     * none. */
    const char *equation;
    /* Their initial values, into own [n_own] of zeros; NULL = zeros. */
    void (*init)(const struct vib_objective *objective, uint64_t seed, float *own);
    bool of_batch; /* compression_i is by the other examples of the batch */
    bool sampled;  /* compression_i is estimated by the samples of z, not exact */
    /* Its own parameters are one part, of n_pseudo inputs [dim]: their gradients come through their
     * codes, whose rows of dcode follow those of the examples, and down is not made. */
    bool encodes_own;
    /* Numbers for each z that it wants beside itself; NULL = none. */
    size_t (*scratch)(const struct vib_objective *objective);
    /* vib_objective.flops, a rule of thumb; NULL: few beside the network's. */
    double (*flops)(const struct vib_params *params);
    /* nats[i] = compression_i. */
    void (*forward)(const struct vib_objective *objective, const struct vib_objective_batch *batch,
                    double *nats);
    /* With C = sum_i compression_i: dcode [rows][K + F] = dC / d(mu, factor) with z held fast,
     * which the caller weights; adds weight dC/dz to dz [rows][samples][K], and sets down [n_own]
     * to weight dC/down. A point's dcode is not read. */
    void (*backward)(const struct vib_objective *objective, const struct vib_objective_batch *batch,
                     float weight, float *dcode, float *dz, float *down);
};

/* The one that the method asks for. */
void vib_objective_init(struct vib_objective *objective, const struct vib_params *params,
                        struct vib_shape shape);

/* The initial values of own [n_own], a function of seed alone. */
void vib_objective_init_own(const struct vib_objective *objective, uint64_t seed, float *own);

/* Of the compression of one example and its samples of z, forward. */
double vib_objective_flops(const struct vib_objective *objective, double samples);

/* Numbers of scratch for each z. */
size_t vib_objective_scratch(const struct vib_objective *objective);

/* B J: the sum over the batch of the terms of J, in bits. nats [rows][samples] is scratch. With a
 * state, it takes R into the running mean. */
double vib_objective_forward(const struct vib_objective *objective,
                             const struct vib_objective_batch *batch, double *nats);

/* warm weight u'(R), the weight of R in the gradient at a state; bits per bit. */
double vib_objective_weight(const struct vib_objective *objective, double warm,
                            const double *state);

/* nats[i] = compression_i. */
void vib_objective_compression(const struct vib_objective *objective,
                               const struct vib_objective_batch *batch, double *nats);

/* J in bits of a split whose mean cross-entropy and mean compression, in bits, these are; the
 * latter NaN of a point. */
double vib_objective_measured(const struct vib_params *params, double ce, double compression);

/* dlogits [rows][samples][classes] = dJ/dlogits. */
void vib_objective_backward_logits(const struct vib_objective *objective,
                                   const struct vib_objective_batch *batch, float *dlogits);

/* dhead [rows + n_pseudo][H] = dJ/dhead and down [n_own] = dJ/down, given dz = d(mean loss)/dz
 * [rows][samples][K], which is changed. dcode [rows + n_pseudo][K + F] is scratch, which dhead may
 * be where H = K + F. Unless u is linear the batch has a state, which has seen it. */
void vib_objective_backward_head(const struct vib_objective *objective,
                                 const struct vib_objective_batch *batch, float *dz, float *dcode,
                                 float *dhead, float *down);

#endif
