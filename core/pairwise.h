/* Sums over all pairs of Gaussian codes, which four estimators of core/bounds.h are made of. */
#ifndef VIB_CORE_PAIRWISE_H
#define VIB_CORE_PAIRWISE_H

#include "core/error.h"
#include "core/gaussians.h"
#include "core/team.h"

#include <stdatomic.h>

/* What the weight of example j in the eyes of example i is made from, so that w_ii = 1. */
enum vib_pairwise {
    VIB_PAIRWISE_DENSITY,       /* w_ij = p(z_i|x_j) / p(z_i|x_i) */
    VIB_PAIRWISE_KL,            /* ln w_ij = -KL[p(z|x_i) || p(z|x_j)] */
    VIB_PAIRWISE_BHATTACHARYYA, /* ln w_ij = ln of the integral of sqrt(p(z|x_i) p(z|x_j)) */
    VIB_PAIRWISE_KINDS
};

/* log_sums [n]: ln sum_{j != i} w_ij, -infinity when there is no other example. Pairs are computed
 * in float32 (diagonal) or double (full covariance), sums in double. A Bhattacharyya distance above
 * 44 nats may come out smaller, but not below 44: beside w_ii = 1 either counts for nothing.
 * Codes must be valid (vib_gaussians_valid); where scales or distances exceed float32's range a
 * result may be NaN or infinite. Extra memory is that of some hundred examples, and of 32 n bytes.
 * Errors: VIB_ENOMEM, VIB_ESTOPPED. Thread rule: pure function. */
int vib_pairwise_log_sums(const struct vib_gaussians *g, enum vib_pairwise kind,
                          const atomic_bool *stop, struct vib_team *team, double *log_sums);

/* Bytes that it takes for n examples, with the kind that needs the most. */
size_t vib_pairwise_bytes(enum vib_covariance covariance, size_t n, size_t K);

#endif
