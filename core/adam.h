/* The update: Adam, the moving average of the weights, and the bfloat16 copy, in one sweep over
 * memory per block of parameters.
 *
 *   m <- b1 m + (1 - b1) g          v <- b2 v + (1 - b2) g^2
 *   w <- w - lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)
 *   a <- d a + (1 - d) w
 * Kingma & Ba 2015, the order of computation at the end of their section 2 (which is TensorFlow's,
 * and so the paper's: epsilon is not divided by sqrt(1 - b2^t)). a / (1 - d^t) is the zero-debiased
 * average. The average is brought up to date after every second step only, by both steps at once,
 * since memory is what the update waits for:
 *   a_t = d^2 a_{t-2} + d (1 - d) w_{t-1} + (1 - d) w_t
 * Thread rule: pure functions on caller-owned memory. */
#ifndef VIB_CORE_ADAM_H
#define VIB_CORE_ADAM_H

#include "core/params.h"
#include "core/product.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vib_adam {
    float *w, *m, *v, *a; /* one vector each, all in the same order */
    uint16_t *w16;        /* a copy of w in bfloat16, rows of blocks in pairs; or NULL */
    /* Of the step under way, set by vib_adam_begin: */
    float rate;         /* lr with both bias corrections */
    float beta1, rest1; /* b1 and 1 - b1, each rounded from double */
    float beta2, rest2, epsilon;
    float old, before, now; /* of a, w_{t-1}, w_t in the average after an even step */
    bool pair_ends;         /* t is even */
};

/* Prepares step t = 1, 2, ... at step size lr. */
void vib_adam_begin(struct vib_adam *adam, const struct vib_params *params, double lr, uint64_t t);

/* Applies a gradient, and asks for parameters whose gradient comes soon to be brought near: those
 * of a vib_gradient_sink whose context is a struct vib_adam. In blocks, a gradient begins with an
 * even row. Different parameters may be updated by several threads at once. */
void vib_adam_apply(void *adam, const struct vib_gradient *gradient);
void vib_adam_expect(void *adam, size_t offset, size_t count);

/* out [n] = the debiased average after t >= 1 steps; the weights themselves when decay is 0. */
void vib_adam_average(const struct vib_adam *adam, double decay, uint64_t t, size_t n, float *out);

#endif
