/* The order in which pairs of codes are walked, chosen so that most of them can be left early. */
#ifndef VIB_CORE_PAIRWISE_ORDER_H
#define VIB_CORE_PAIRWISE_ORDER_H

#include "core/gaussians.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIB_PAIR_RUN = 64 };

struct vib_pair_order {
    uint32_t *example;   /* [n] a permutation: every VIB_PAIR_RUN of them are near each other */
    uint32_t *dimension; /* [K] a permutation, those first in which codes differ the most */
    float *unit;         /* [K] of dimension k, a power of two in the middle of its scales */
    bool narrow; /* scales are within 2^13 of their unit either way, |mu| within 2^17 of it */
};

/* Of a full covariance only the diagonal of L is looked at. Codes must be valid. Everything is
 * allocated by init and, also after a failure, freed by release. Time grows as n K + n ln n.
 * Errors: VIB_ENOMEM. Thread rule: pure functions. */
int vib_pair_order_init(struct vib_pair_order *order, const struct vib_gaussians *g);
void vib_pair_order_release(struct vib_pair_order *order);

/* Bytes that it takes, at its peak. */
size_t vib_pair_order_bytes(size_t n, size_t K);

#endif
