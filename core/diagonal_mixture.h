/* The density of a mixture of M Gaussians with diagonal covariances, and its gradients, in nats:
 *
 *   ln r(z) = ln sum_k pi_k N(z; m_k, diag(s_k)^2)
 *   rho_k = pi_k N(z; m_k, diag(s_k)^2) / r(z),   u = (z - m_k) / s_k
 *   d/dz = -sum_k rho_k u / s_k     d/dm_k = rho_k u / s_k     d/d ln s_k = rho_k (u^2 - 1)
 *   d/d logit_k = rho_k - pi_k,     pi = softmax(logit)
 *
 * Thread rule: pure functions. */
#ifndef VIB_CORE_DIAGONAL_MIXTURE_H
#define VIB_CORE_DIAGONAL_MIXTURE_H

#include <stdbool.h>
#include <stddef.h>

struct vib_diagonal_mixture {
    size_t M, K;
    const float *mean, *scale; /* [M] rows of K, mean_ld and scale_ld apart */
    size_t mean_ld, scale_ld;
    bool logarithmic;   /* scale holds ln s */
    const float *logit; /* [M]; NULL: all are as likely */
};

/* joint [n][M] = ln (pi_k N(z_i; m_k, diag(s_k)^2)) + K / 2 ln 2 pi, of z [n][K]. The order of sums
 * does not depend on the CPU's vector length. */
void vib_diagonal_mixture_joint(const struct vib_diagonal_mixture *r, const float *z, size_t n,
                                double *joint);

/* ln r(z) + K / 2 ln 2 pi from the M numbers of one z, which become rho. */
double vib_diagonal_mixture_total(double *joint, size_t M);

/* Where gradients go: [M] rows of K, ld apart, and [M] of the logits, NULL where there are none. */
struct vib_diagonal_mixture_gradient {
    float *mean, *log_scale, *logit;
    size_t ld;
};

/* With C = -sum_i ln r(z_i), given rho [n][M]: adds z_weight dC/dz to dz [n][K], and own_weight
 * times the other gradients to those of `to`. */
void vib_diagonal_mixture_backward(const struct vib_diagonal_mixture *r, const float *z, size_t n,
                                   const double *rho, float z_weight, float *dz, float own_weight,
                                   const struct vib_diagonal_mixture_gradient *to);

#endif
