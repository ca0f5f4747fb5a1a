/* Sums over all pairs of Gaussian codes, which four estimators of core/bounds.h are made of. */
#ifndef VIB_CORE_PAIRWISE_H
#define VIB_CORE_PAIRWISE_H

#include "core/error.h"
#include "core/gaussians.h"
#include "core/pairwise_order.h"
#include "core/team.h"

#include <stdatomic.h>

/* What the weight of example j in the eyes of example i is made from, so that w_ii = 1. */
enum vib_pairwise {
    VIB_PAIRWISE_DENSITY,       /* w_ij = p(z_i|x_j) / p(z_i|x_i) */
    VIB_PAIRWISE_KL,            /* ln w_ij = -KL[p(z|x_i) || p(z|x_j)] */
    VIB_PAIRWISE_BHATTACHARYYA, /* ln w_ij = ln of the integral of sqrt(p(z|x_i) p(z|x_j)) */
    VIB_PAIRWISE_KINDS
};

/* log_sums [n]: ln sum_{j != i} w_ij, -infinity when there is no other example. A weight is left
 * out when it is below e^-40 times the largest of its sum; for KL and Bhattacharyya, whose sums are
 * seen beside w_ii = 1, when it is below e^-40, so that nothing may be left. Pairs are computed in
 * float32 (diagonal) or double (full covariance), sums in double. A Bhattacharyya distance above 44
 * nats may come out smaller, but not below 44. The order is that of these codes, which must be
 * valid (vib_gaussians_valid); where scales or distances exceed float32's range a result may be NaN
 * or infinite. The team, which may be NULL, shares the work and changes no bit. Extra memory:
 * vib_pairwise_bytes.
 * Errors: VIB_ENOMEM, VIB_ESTOPPED. Thread rule: pure function. */
int vib_pairwise_log_sums(const struct vib_gaussians *g, const struct vib_pair_order *order,
                          enum vib_pairwise kind, const atomic_bool *stop, struct vib_team *team,
                          double *log_sums);

/* Bytes that it takes for n examples. */
size_t vib_pairwise_bytes(enum vib_covariance covariance, enum vib_pairwise kind, size_t n,
                          size_t K);

#endif
