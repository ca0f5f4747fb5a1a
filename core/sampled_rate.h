/* The rate against a marginal whose divergence has no closed form, by the samples of z:
 *
 *   rate_i = E_eps[ln p(z|x_i) - ln r(z)],   z = mu + L eps
 *   ln p(z|x) = -sum_k ln L_kk - 1/2 |eps|^2 - K / 2 ln 2 pi
 *
 * for a mixture r(z). Given eps, the first term depends on L alone, and the second on z and on r's
 * own parameters. For the compressions that are such a rate. Thread rule: pure functions. */
#ifndef VIB_CORE_SAMPLED_RATE_H
#define VIB_CORE_SAMPLED_RATE_H

#include "core/diagonal_mixture.h"
#include "core/objective.h"

/* For each component and dimension, see struct vib_compression; measured with M = 10 and 100 at
 * K = 256. */
enum { VIB_SAMPLED_RATE_FLOPS = 26 };

/* nats[i], the mean over the samples. Needs batch->scratch of r->M for each z. */
void vib_sampled_rate(const struct vib_objective *objective,
                      const struct vib_objective_batch *batch, const struct vib_diagonal_mixture *r,
                      double *nats);

/* Its gradients as struct vib_compression wants them: sets the examples' rows of dcode, adds to dz,
 * and adds own_weight times r's own to `to`. */
void vib_sampled_rate_backward(const struct vib_objective *objective,
                               const struct vib_objective_batch *batch,
                               const struct vib_diagonal_mixture *r, float weight, float *dcode,
                               float *dz, float own_weight,
                               const struct vib_diagonal_mixture_gradient *to);

#endif
