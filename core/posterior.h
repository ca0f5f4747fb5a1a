/* The encoder's distribution p(z|x) = N(mu, L L^T), its samples, and gradients through both. Three
 * kinds:
 *
 *   point      z = mu: the deterministic code of the methods that draw none
 *   diagonal   L = diag(s), s = softplus(rho - 5); of fixed noise the same number everywhere
 *   full       L lower triangular, L_kk = softplus(rho_k - 5), below the diagonal L_kj = 0.01 o_kj
 *
 * A batch's head, the output of the encoder's last layer, is [rows][mu [K] | rho [K] | o]; o is the
 * strictly lower triangle row by row: o_10, o_20, o_21, ... Of fixed noise it is mu. The factor is
 * [rows] of L in the same order: the diagonal [K], then the strictly lower triangle. This module
 * alone knows how the head gives L; that mu stands first is for everybody. Thread rule: pure
 * functions. */
#ifndef VIB_CORE_POSTERIOR_H
#define VIB_CORE_POSTERIOR_H

#include "core/params.h"

#include <stddef.h>

enum vib_posterior_kind { VIB_POSTERIOR_POINT, VIB_POSTERIOR_DIAGONAL, VIB_POSTERIOR_FULL };

struct vib_posterior {
    enum vib_posterior_kind kind;
    float fixed; /* the scale of fixed noise; 0 where it is learned */
    size_t K;
};

/* The one that the method and covariance ask for. */
struct vib_posterior vib_posterior_of(const struct vib_params *params);

/* "point", "diagonal" or "full", and how z follows from a head, as an equation for readers of
 * weights that lack this program, where model.noise_scale is the scale of fixed noise; static
 * strings. */
const char *vib_posterior_name(const struct vib_posterior *posterior);
const char *vib_posterior_equation(const struct vib_posterior *posterior);

/* Numbers per example: of the factor, F = 0, K or K (K + 1) / 2, and of the head, H = K + F, or K
 * of fixed noise. */
size_t vib_posterior_factor_size(const struct vib_posterior *posterior);
size_t vib_posterior_head_size(const struct vib_posterior *posterior);

/* factor [rows][F] from head [rows][H]. */
void vib_posterior_factor(const struct vib_posterior *posterior, const float *head, size_t rows,
                          float *factor);

/* z = mu + L eps, `samples` of each row; z, eps [rows][samples][K]. A point has one, and leaves eps
 * unread. */
void vib_posterior_sample(const struct vib_posterior *posterior, const float *head,
                          const float *factor, const float *eps, size_t rows, size_t samples,
                          float *z);

/* Gradients with respect to head of L(z) + weight C, given dz = dL/dz [rows][samples][K] and
 * dcode = g, the gradient of C with respect to mu and L, [rows][K + F], which is changed; sums are
 * over the samples:
 *   dmu = sum dz + weight g_mu
 *   dL_kk = sum dz_k eps_k + weight g_kk,   drho_k = dL_kk sigmoid(rho_k - 5)
 *   dL_kj = sum dz_k eps_j + weight g_kj,   do_kj = 0.01 dL_kj
 * Of a point, which has one sample and no C, dmu = dz: g and eps are not read. dhead may be dcode
 * where they have the same size. */
void vib_posterior_backward(const struct vib_posterior *posterior, const float *head,
                            const float *eps, const float *dz, size_t samples, float weight,
                            size_t rows, float *dcode, float *dhead);

#endif
