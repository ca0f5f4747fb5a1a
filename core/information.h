/* I(Z;X) of a trained model on a split, by the estimators of core/bounds.h, and I(X;Z|Y), by those
 * of core/residual.h. Thread rule: as for the evaluator. */
#ifndef VIB_CORE_INFORMATION_H
#define VIB_CORE_INFORMATION_H

#include "core/bounds.h"
#include "core/dataset.h"
#include "core/evaluate.h"
#include "core/params.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct vib_information {
    size_t n;      /* examples used: the whole split, or params.bounds_n of it drawn at random */
    unsigned made; /* a set of enum vib_estimator; empty for a deterministic code */
    struct vib_bound bound[VIB_ESTIMATORS];
    double cap;             /* bits, log2 n */
    unsigned residual_made; /* the same of I(X;Z|Y), on the same examples */
    struct vib_bound residual[VIB_ESTIMATORS];
    double residual_cap; /* bits, log2 n - H(Y) of these examples */
};

/* What vib_measure_information takes on all splits, as the floating-point operations that matrix
 * products do in the same time. A rule of thumb, measured at n = 10,000 for K from 2 to 256, full
 * covariance for K = 2 and 32, on one thread, where every pair counts: codes that are far from each
 * other take a quarter. */
double vib_information_flops(const struct vib_params *params, const struct vib_dataset *data);

/* What params asks for along the way (bounds_every): the same for the end of a job. */
struct vib_params vib_information_along(const struct vib_params *params);

/* Bytes that vib_measure_information takes, on the split that needs the most: while it encodes, or
 * at its highest, after that. */
size_t vib_information_bytes(const struct vib_params *params, const struct vib_dataset *data,
                             bool encoding);

/* Measures the parameters `weights`, in memory's order, on a split that the data set has, by
 * params->bounds. *stop may be NULL. Once the examples are encoded the weights are not read any
 * more, and encoded(context) is called: their memory is needed for other things. Errors:
 * VIB_ENOMEM, VIB_ESTOPPED: nothing is made; VIB_EDIVERGED: not all that was asked for, as the
 * codes or some results are not finite (*err names these). */
int vib_measure_information(struct vib_evaluator *evaluator, const float *weights,
                            const struct vib_dataset *data, enum vib_split_id split,
                            const struct vib_params *params, const atomic_bool *stop,
                            void (*encoded)(void *context), void *context,
                            struct vib_information *result, struct vib_error *err);

#endif
