/* The encoder's distribution p(z|x) = N(mu, diag(s^2)), s = softplus(rho - 5), its samples, its
 * divergence from r(z) = N(0, I), and the gradients of both.
 *
 * A batch's head is [rows][2K]: mu [K] then rho [K]. This module alone knows that layout, so that
 * another covariance is another set of these functions. Thread rule: pure functions. */
#ifndef VIB_CORE_POSTERIOR_H
#define VIB_CORE_POSTERIOR_H

#include <stddef.h>

/* sigma [rows][K] from head. */
void vib_posterior_scale(const float *head, size_t rows, size_t K, float *sigma);

/* z = mu + sigma eps; all [rows][K] but head. */
void vib_posterior_sample(const float *head, const float *sigma, const float *eps, size_t rows,
                          size_t K, float *z);

/* kl[i] = KL[p(z|x_i) || N(0, I)] in nats = sum_k 1/2 (mu^2 + s^2 - 1) - ln s. */
void vib_posterior_kl(const float *head, const float *sigma, size_t rows, size_t K, double *kl);

/* Gradients of L(z) + weight * sum_i kl[i] with respect to head, given dz = dL/dz:
 *   dmu = dz + weight mu,   drho = (dz eps + weight (s - 1/s)) sigmoid(rho - 5). */
void vib_posterior_backward(const float *head, const float *sigma, const float *eps,
                            const float *dz, float weight, size_t rows, size_t K, float *dhead);

#endif
