/* Everything, beside the data, that determines one training job. Plain data, freely copied. */
#ifndef VIB_CORE_PARAMS_H
#define VIB_CORE_PARAMS_H

#include "core/method.h"

#include <stddef.h>
#include <stdint.h>

enum { VIB_MAX_HIDDEN = 8, VIB_MAX_FULL_K = 64 /* of K with full covariance */ };

/* Of p(z|x) = N(mu, L L^T). */
enum vib_covariance { VIB_DIAGONAL, VIB_FULL };

/* r(z), which the rate of VIB is against: core/compression_NAME.c. */
enum vib_marginal {
    VIB_MARGINAL_STANDARD,
    VIB_MARGINAL_DIAGONAL,
    VIB_MARGINAL_MIXTURE,
    VIB_MARGINAL_VAMP
};

/* What the mean rate counts as: core/rate_function.h. */
enum vib_rate_kind { VIB_RATE_LINEAR, VIB_RATE_POWER, VIB_RATE_EXPONENTIAL };

/* Of p(z|x): learned for each example, or one scale for all of them and all dimensions. */
enum vib_noise { VIB_NOISE_LEARNED, VIB_NOISE_FIXED };

enum vib_activation { VIB_RELU, VIB_TANH };

/* Of matrix operands; sums are float32 either way. */
enum vib_type { VIB_F32, VIB_BF16 };

struct vib_params {
    enum vib_method method;
    double beta;                      /* weight of the rate in J = CE + beta * rate */
    enum vib_rate_kind rate_function; /* u in J = CE + beta * u(rate) */
    double rate_exponent;             /* of a power or exponential u */
    double gamma;                     /* of the residual information in CEB's J = CE + gamma * Re */
    size_t K;                         /* dimension of the code z */
    uint64_t seed;                    /* selects every random stream of the job */

    size_t n_hidden; /* hidden layers of the encoder, 0..VIB_MAX_HIDDEN */
    size_t hidden[VIB_MAX_HIDDEN];
    enum vib_activation activation;
    enum vib_covariance covariance;
    enum vib_noise noise;
    double noise_scale; /* where it is fixed */
    enum vib_marginal marginal;
    size_t components; /* of a mixture, or pseudo-inputs */

    /* The strength of the method of that name; other methods ignore it. */
    double dropout;            /* probability that a hidden unit is dropped, 0 <= . < 1 */
    double confidence_penalty; /* J = CE - this * H(q(y|z)) */
    double label_smoothing;    /* share of the target spread evenly over all classes, 0..1 */

    enum vib_type precision; /* of the operands of the large products in training */
    size_t epochs;
    size_t warmup_epochs;   /* over which the weight of the compression rises from 0 */
    size_t batch;           /* examples per step; the last, smaller batch of an epoch is used too */
    size_t samples;         /* of z per example in a step; 0 counts as 1 */
    double lr;              /* Adam's step size in the first epoch */
    double lr_decay;        /* lr is multiplied by this ... */
    size_t lr_decay_epochs; /* ... after every this many epochs (staircase) */
    double adam_beta1, adam_beta2, adam_epsilon;
    double average_decay; /* of the exponential moving average of the weights; 0 switches it off */

    size_t patience;     /* evaluations without a better one on the validation split that end the
                            job, whose result is of the best; 0: never */
    size_t eval_every;   /* epochs between evaluations; the last epoch is always evaluated */
    size_t eval_samples; /* samples of z per example in error_mc */
    unsigned bounds;     /* estimators of I(Z;X) made at the end: a set of enum vib_estimator */
    size_t bounds_n;     /* examples of a split that these use at most */

    /* The same estimators along the way: */
    size_t bounds_every;  /* epochs between them, a multiple of eval_every; 0: none */
    size_t bounds_subset; /* examples of a split that they use at most */
    double bounds_share;  /* of the job's work that they may take */
};

#endif
