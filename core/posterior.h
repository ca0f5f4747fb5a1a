/* The encoder's distribution p(z|x) = N(mu, L L^T), its samples, its divergence from
 * r(z) = N(0, I), and the gradients of both. Three kinds:
 *
 *   point      z = mu: the deterministic code of the methods other than VIB; no divergence
 *   diagonal   L = diag(s), s = softplus(rho - 5)
 *   full       L lower triangular, L_kk = softplus(rho_k - 5), L_kj = 0.01 o_kj below the diagonal
 *
 * A batch's head, the output of the encoder's last layer, is [rows][mu [K] | rho [K] | o]; o is the
 * strictly lower triangle row by row: o_10, o_20, o_21, ... The factor is [rows] of L in the same
 * order: the diagonal [K], then the strictly lower triangle. This module alone knows the head's
 * layout. Thread rule: pure functions. */
#ifndef VIB_CORE_POSTERIOR_H
#define VIB_CORE_POSTERIOR_H

#include "core/params.h"

#include <stddef.h>

enum vib_posterior_kind { VIB_POSTERIOR_POINT, VIB_POSTERIOR_DIAGONAL, VIB_POSTERIOR_FULL };

struct vib_posterior {
    enum vib_posterior_kind kind;
    size_t K;
};

/* The one that the method and covariance ask for. */
struct vib_posterior vib_posterior_of(const struct vib_params *params);

/* Numbers per example: of the factor, F = 0, K or K (K + 1) / 2, and of the head, H = K + F. */
size_t vib_posterior_factor_size(const struct vib_posterior *posterior);
size_t vib_posterior_head_size(const struct vib_posterior *posterior);

/* factor [rows][F] from head [rows][H]. */
void vib_posterior_factor(const struct vib_posterior *posterior, const float *head, size_t rows,
                          float *factor);

/* z = mu + L eps; z, eps [rows][K]. A point leaves eps unread. */
void vib_posterior_sample(const struct vib_posterior *posterior, const float *head,
                          const float *factor, const float *eps, size_t rows, float *z);

/* kl[i] = KL[p(z|x_i) || N(0, I)] in nats
 *       = 1/2 (|mu|^2 + |L|_F^2 - K) - sum_k ln L_kk; 0 for a point. */
void vib_posterior_kl(const struct vib_posterior *posterior, const float *head, const float *factor,
                      size_t rows, double *kl);

/* Gradients of L(z) + weight * sum_i kl[i] with respect to head, given dz = dL/dz:
 *   dmu = dz + weight mu
 *   dL_kk = dz_k eps_k + weight (L_kk - 1 / L_kk),   drho_k = dL_kk sigmoid(rho_k - 5)
 *   dL_kj = dz_k eps_j + weight L_kj,                do_kj  = 0.01 dL_kj */
void vib_posterior_backward(const struct vib_posterior *posterior, const float *head,
                            const float *factor, const float *eps, const float *dz, float weight,
                            size_t rows, float *dhead);

#endif
