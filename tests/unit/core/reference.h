/* The objective written out in double precision, loop by loop, from its equations alone: what the
 * fast path is held against. */
#ifndef TESTS_CORE_REFERENCE_H
#define TESTS_CORE_REFERENCE_H

#include "core/network.h"
#include "core/pass.h"

#include <stddef.h>
#include <stdint.h>

struct reference_batch {
    size_t rows;
    const double *x;                       /* [rows][dim] */
    const double *eps;                     /* [rows][K] */
    const uint16_t *labels;                /* [rows] */
    const uint8_t *mask[VIB_MAX_HIDDEN];   /* [rows][n_l], or NULL without dropout */
    double keep;                           /* probability that a hidden unit is kept */
    const struct vib_objective *objective; /* of the compression `standard` */
};

/* J for parameters w [n_params]. */
double reference_objective(const struct vib_network *net, const double *w,
                           const struct reference_batch *batch);

#endif
