/* Estimators of I(Z;X) for a known Gaussian encoder p(z|x_i) = N(mu_i, L_i L_i^T), i = 1..n, from
 * one sample z_i of each code; each is the mean of one term per example.
 *
 *   rate                    upper  KL[p(z|x_i) || N(0, I)]                     (Alemi et al. 2017)
 *   moment_matched          upper  KL[p(z|x_i) || N(m, C)] with the mean m and covariance C of the
 *                                  mixture: the rate against the best Gaussian r(z), of mean
 *                                  1/2 [ln det C - mean_i ln det L_i L_i^T]
 *   mixture                 lower  l_ii - ln (1/n) sum_j e^l_ij, l_ij = ln p(z_i|x_j): unbiased if
 *                                  these n examples are all there is, else a lower bound
 *                                                                              (Poole et al. 2019)
 *   leave_one_out           upper  l_ii - ln 1/(n-1) sum_{j != i} e^l_ij: in expectation over fresh
 *                                  x; may exceed the rate                      (Poole et al. 2019)
 *   pairwise_kl             upper  -ln (1/n) sum_j e^-D_ij, D_ij = KL[p(z|x_i) || p(z|x_j)]
 *                                                                      (Kolchinsky & Tracey 2017)
 *   pairwise_bhattacharyya  lower  the same with the Bhattacharyya distance D_ij
 *
 * The pairwise estimators bound I(Z;X) where these n examples are all there is. They and mixture
 * never exceed log2 n. Where the encoder was not trained on these examples, rate and leave_one_out
 * also lie above the I(Z;X) of the inputs that they were drawn from, in expectation: the r(z) that
 * x_i is held against does not depend on x_i. That of moment_matched is fitted to all of them. */
#ifndef VIB_CORE_BOUNDS_H
#define VIB_CORE_BOUNDS_H

#include "core/error.h"
#include "core/gaussians.h"
#include "core/team.h"

#include <stdatomic.h>

/* enumerator, name in the database, side of I(Z;X) */
#define VIB_ESTIMATOR_MAP(XX)                                                                      \
    XX(RATE, "rate", UPPER)                                                                        \
    XX(MOMENT_MATCHED, "moment_matched", UPPER)                                                    \
    XX(MIXTURE, "mixture", LOWER)                                                                  \
    XX(LEAVE_ONE_OUT, "leave_one_out", UPPER)                                                      \
    XX(PAIRWISE_KL, "pairwise_kl", UPPER)                                                          \
    XX(PAIRWISE_BHATTACHARYYA, "pairwise_bhattacharyya", LOWER)

enum vib_estimator {
#define VIB_ESTIMATOR_ENUM(name, text, side) VIB_ESTIMATOR_##name,
    VIB_ESTIMATOR_MAP(VIB_ESTIMATOR_ENUM)
#undef VIB_ESTIMATOR_ENUM
        VIB_ESTIMATORS
};

enum vib_side { VIB_LOWER, VIB_UPPER };

/* A static string, and the side of I(Z;X) on which the estimator lies. */
const char *vib_estimator_name(enum vib_estimator estimator);
enum vib_side vib_estimator_side(enum vib_estimator estimator);

/* NaN where it is not defined: leave_one_out and every standard error if n is 1. */
struct vib_bound {
    double bits;
    double se_bits; /* sample standard deviation of the n terms / sqrt(n): as if the terms were
                       independent, though most share the mixture; too small, down to 0, where
                       almost all terms of a Monte Carlo estimator are the same, as near log2 n */
};

/* Makes the estimators whose bits 1u << estimator are in `which`; the others become NaN. n and K
 * are at least 1. The order of all sums is fixed, whatever the CPU's vector length.
 *
 * Time: n^2 K for the last four (n^2 K^2 with a full covariance, n^2 K^3 for its Bhattacharyya
 * distances), n K^2 for moment_matched. Memory: vib_bounds_bytes, and K^2 numbers for
 * moment_matched. *stop (may be NULL) is looked at many times a second; team (may be NULL) shares
 * the work, and changes no bit.
 *
 * Errors: VIB_ENOMEM, VIB_ESTOPPED, which leave out alone; VIB_EDIVERGED when the codes are not
 * finite, or an L_kk is not above 0, or some estimators have no finite value, which *err names:
 * these are NaN, the others are good. Thread rule: pure function. */
int vib_bounds(const struct vib_gaussians *g, unsigned which, const atomic_bool *stop,
               struct vib_team *team, struct vib_bound out[VIB_ESTIMATORS], struct vib_error *err);

/* Bytes that it takes for n examples at the most, moment_matched left out. */
size_t vib_bounds_bytes(enum vib_covariance covariance, unsigned which, size_t n, size_t K);

#endif
