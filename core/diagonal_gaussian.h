/* Gaussians N(m, diag(s)^2), s = exp(t), that are learned beside the posterior p(z|x) = N(mu, L
 * L^T) of core/posterior.h: what a posterior is away from one, in nats and closed form,
 *
 *   KL[N(mu, L L^T) || N(m, diag(s)^2)]
 *       = sum_k t_k - ln L_kk - 1/2 + 1/2 [(mu_k - m_k)^2 + sum_j L_kj^2] / s_k^2
 *   d/dmu_k = (mu_k - m_k) / s_k^2 = -d/dm_k     d/dL_kj = L_kj / s_k^2 - [k = j] / L_kk
 *   d/dt_k = 1 - [(mu_k - m_k)^2 + sum_j L_kj^2] / s_k^2
 *
 * Their values are parameters: m [K] and t [K], which are N(0, I) when they are 0.
 * Thread rule: pure functions. */
#ifndef VIB_CORE_DIAGONAL_GAUSSIAN_H
#define VIB_CORE_DIAGONAL_GAUSSIAN_H

#include "core/posterior.h"

#include <stddef.h>

/* Of one example's mu [K] and factor [F] (core/posterior.h, not of a point). The order of the sum
 * does not depend on the CPU's vector length. */
double vib_diagonal_kl(const struct vib_posterior *posterior, const float *mu, const float *factor,
                       const float *m, const float *t);

/* Sets dcode [K + F] to the gradient with respect to mu and L, and adds weight times that with
 * respect to m and t to dm [K] and dt [K]. */
void vib_diagonal_kl_backward(const struct vib_posterior *posterior, const float *mu,
                              const float *factor, const float *m, const float *t, float weight,
                              float *dcode, float *dm, float *dt);

#endif
