/* The objective written out in double precision, loop by loop, from its equations alone: what the
 * fast path is held against. */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include "core/network.h"

#include <stddef.h>
#include <stdint.h>

struct reference_batch {
    size_t rows;
    const double *x;       /* [rows][dim] */
    const double *eps;     /* [rows][K] */
    const uint8_t *labels; /* [rows] */
    double beta;
};

/* J in bits, the mean over the batch, for parameters w [n_params]. */
double reference_objective(const struct vib_network *net, const double *w,
                           const struct reference_batch *batch);

#endif
