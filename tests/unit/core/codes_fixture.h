/* Gaussian codes for tests, and every estimator of I(Z;X) written out in double from its
 * definition, pair by pair: what the fast path is held against. */
#ifndef TESTS_CORE_CODES_FIXTURE_H
#define TESTS_CORE_CODES_FIXTURE_H

#include "core/bounds.h"

#include <stdint.h>

/* Own arrays of the shapes in core/gaussians.h. */
struct codes {
    enum vib_covariance covariance;
    size_t n, K, F;
    float *mu, *factor, *z;
};

/* All zero; fails the test when out of memory. */
void codes_init(struct codes *codes, enum vib_covariance covariance, size_t n, size_t K);
void codes_release(struct codes *codes);

/* count standard normals, any number of times the same for the same seed and `what`. */
void codes_normals(uint64_t seed, uint32_t what, size_t count, float *out);

/* z_i = mu_i + L_i eps_i with eps drawn by the seed. */
void codes_draw(struct codes *codes, uint64_t seed);

struct vib_gaussians codes_view(const struct codes *codes);

/* Of a codes_view. For leave_one_out n must be above 1. */
struct vib_bound reference_bound(const struct vib_gaussians *g, enum vib_estimator estimator);

#endif
