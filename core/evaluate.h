/* Evaluation of a model on one split: error and the two sides of the information plane.
 *
 * All information is in bits per example. With z_1 .. z_S ~ p(z|x) drawn from streams of their own
 * (the same at every evaluation of a job):
 *   rate  = mean KL[p(z|x) || r(z)] >= I(Z;X)                    (exact expectation, no sampling;
 *           against a marginal that has no closed form in expectation, by z_1 .. z_S)
 *   ce    = mean -log2 q(y|z_1);  H(Y) - ce <= I(Z;Y) in expectation
 * A deterministic code (VIB_POSTERIOR_POINT) has one sample, itself. What is trained without a rate
 * has none: NaN. */
#ifndef VIB_CORE_EVALUATE_H
#define VIB_CORE_EVALUATE_H

#include "core/dataset.h"
#include "core/error.h"
#include "core/params.h"
#include "core/pass.h"

#include <stdatomic.h>
#include <stdbool.h>

struct vib_evaluation {
    double error;       /* share of examples misclassified with one sample of z, 0..1 */
    double error_mc;    /* the same with class probabilities averaged over eval_samples samples */
    double error_mu;    /* the same at z = mu(x), the mean of p(z|x); of a point the error */
    double ce;          /* E[-log2 q(y|z)], one sample of z */
    double ce_se;       /* its standard error over the examples */
    double ce_mc;       /* E[-log2 mean_s q(y|z_s)], eval_samples samples; bounds I(Y; Z_1..Z_S) */
    double rate;        /* mean KL[p(z|x) || r(z)]: the upper bound on I(Z;X); NaN without one */
    double rate_se;     /* its standard error over other samples of z, the examples as they are: 0
                           of an exact rate; of one sample for each example that over examples,
                           which is no less */
    double compression; /* mean of what the method trades for the fit (core/objective.h), of VIB
                           the rate; of nonlinear_ib over batches as large as in training, or as the
                           smallest split, drawn at random, the same for all jobs: examples that
                           follow each other may be of one class; NaN of a point */
};

/* Whose classes the three errors count. */
enum vib_predictor { VIB_BY_SAMPLE, VIB_BY_AVERAGE, VIB_AT_MEAN, VIB_PREDICTORS };

/* The classes that they predict, [n of the split] each, NULL of those not wanted. */
struct vib_predictions {
    uint16_t *by[VIB_PREDICTORS];
};

/* Workspace for evaluating one network on one data set, in float32 throughout. */
struct vib_evaluator {
    struct vib_pass pass;
    struct vib_product decoder, last_decoder; /* of a part of the batch's rows, of the last one */
    float *p;                                 /* [batch][classes] of one sample */
    double *mean_p;                           /* [batch][classes] summed over samples */
    double *nats;  /* [batch] scratch: compression, then the cross-entropy of one sample */
    double *ce;    /* [batch] the cross-entropy of the first sample, nats */
    double *log_q; /* [batch] ln sum_s q(label|z_s) */
    double *rate, *rate_squares; /* [batch] sums over the samples of a sampled compression */
    uint16_t *guess;             /* [VIB_PREDICTORS][batch] the class of largest probability */
    bool *wrong;                 /* [VIB_PREDICTORS][batch] whether it is not the label's */
    uint32_t *order;  /* [n of the largest split] examples as they are taken; NULL: in turn */
    uint16_t *labels; /* [batch] of examples in such an order, else NULL */
};

/* Errors: VIB_ENOMEM, VIB_EBACKEND. */
int vib_evaluator_init(struct vib_evaluator *evaluator, const struct vib_network *net,
                       const struct vib_dataset *data, struct vib_error *err);
void vib_evaluator_release(struct vib_evaluator *evaluator);

/* Bytes that it takes. */
size_t vib_evaluator_bytes(const struct vib_network *net, const struct vib_dataset *data);

/* Bits that the mean compression of an evaluation is never above, log2 of the examples that are
 * compared at a time; infinite where it is of each example by itself. */
double vib_evaluation_cap(const struct vib_network *net, const struct vib_dataset *data);

/* Measures the parameters `weights`, in memory's order (core/network.h), on a split that the data
 * set has. *stop (may be NULL) is looked at between batches. predictions (may
 * be NULL) are filled. Errors: VIB_ESTOPPED, VIB_EDIVERGED (a result is not finite). */
int vib_evaluate(struct vib_evaluator *evaluator, const float *weights,
                 const struct vib_dataset *data, enum vib_split_id split,
                 const struct vib_params *params, const atomic_bool *stop,
                 struct vib_evaluation *result, const struct vib_predictions *predictions);

#endif
