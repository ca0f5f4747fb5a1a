/* The Gaussian codes of n examples, p(z|x_i) = N(mu_i, L_i L_i^T), as the estimators of I(Z;X) see
 * them: a view of arrays that belong to someone else. Thread rule: pure functions. */
#ifndef VIB_CORE_GAUSSIANS_H
#define VIB_CORE_GAUSSIANS_H

#include "core/params.h"

#include <stdbool.h>
#include <stddef.h>

struct vib_gaussians {
    enum vib_covariance covariance;
    size_t n, K;
    const float *mu;     /* [n][K] */
    const float *factor; /* diagonal: s [n][K]; full: L [n][K (K + 1) / 2], the diagonal L_kk [K],
                            then the strictly lower triangle row by row: L_10, L_20, L_21, ... */
    /* z [K] = mu_i + L_i eps_i, a sample of code i, the same at every call, which several threads
     * may make at once; eps [K] is scratch. Drawn anew each time, it takes no memory. */
    void (*sample)(const void *context, size_t i, float *eps, float *z);
    const void *context;
};

/* Numbers per example in factor. */
size_t vib_gaussians_factor_size(const struct vib_gaussians *g);

/* Whether every number of mu and factor is finite and every L_kk above 0. */
bool vib_gaussians_valid(const struct vib_gaussians *g);

/* sum_k ln L_kk of example i, half the log-determinant of its covariance; nats. */
double vib_gaussian_log_scale(const struct vib_gaussians *g, size_t i);

/* KL[p(z|x_i) || N(0, I)] = 1/2 (|mu|^2 + |L|_F^2 - K) - sum_k ln L_kk; nats. */
double vib_gaussian_rate(const struct vib_gaussians *g, size_t i);

#endif
