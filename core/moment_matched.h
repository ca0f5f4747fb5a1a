/* The rate of Gaussian codes against the Gaussian that fits them best. */
#ifndef VIB_CORE_MOMENT_MATCHED_H
#define VIB_CORE_MOMENT_MATCHED_H

#include "core/error.h"
#include "core/gaussians.h"
#include "core/team.h"

#include <stdatomic.h>

/* kl [n]: KL[p(z|x_i) || N(m, C)] in nats, where m = mean_i mu_i and C = mean_i [Sigma_i +
 * (mu_i - m) (mu_i - m)^T] are the moments of the codes' mixture, in double. Of all Gaussians this
 * one makes the mean smallest: 1/2 [ln det C - mean_i ln det Sigma_i].
 * Time grows as n K^2 + K^3 (n K^3 with a full covariance), extra memory as K^2.
 * Errors: VIB_ENOMEM, VIB_ESTOPPED, VIB_EDIVERGED (C is not positive definite in double: its scales
 * are too far apart). Thread rule: pure function. */
int vib_moment_matched_kl(const struct vib_gaussians *g, const atomic_bool *stop,
                          struct vib_team *team, double *kl);

#endif
