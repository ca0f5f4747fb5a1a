/* The layers of a VIB model and where their parameters lie in one flat vector.
 *
 * encoder  x [dim] - hidden ReLU or tanh layers - head [H], see core/posterior.h
 * decoder  z [K] - logits [classes], linear
 * Each layer computes out = in W + b. The parameters have two orders. Plain, as in files: W
 * [in][out] row-major, then b [out], layer after layer, and at the end the objective's own
 * parameters, if it has any. In memory, where products and the optimiser work: the same with every
 * W in blocks (core/matrix.h). In either, offsets are multiples of 16 floats, and what lies between
 * is 0. */
#ifndef VIB_CORE_NETWORK_H
#define VIB_CORE_NETWORK_H

#include "core/objective.h"
#include "core/params.h"
#include "core/posterior.h"

#include <stddef.h>
#include <stdint.h>

enum { VIB_MAX_LAYERS = VIB_MAX_HIDDEN + 2 };

struct vib_layer {
    size_t in, out;
    size_t weight, bias;        /* offsets of W [in][out] and b [out] in the plain vector */
    size_t blocks, bias_memory; /* ... of W in blocks and of b in memory */
};

struct vib_network {
    size_t dim, K, classes;
    struct vib_posterior posterior; /* what the head describes */
    struct vib_objective objective; /* what it is trained for */
    enum vib_activation activation;
    size_t n_hidden;
    size_t n_layers;                        /* n_hidden + 2 */
    struct vib_layer layer[VIB_MAX_LAYERS]; /* hidden layers, head, decoder */
    size_t own, own_memory; /* offsets of the objective's own parameters [objective.n_own] */
    size_t n_params;        /* length of the plain vector */
    size_t n_memory;        /* ... of that in memory: an odd number of cache lines, so that vectors
                               one behind the other do not share the cache's sets */
};

void vib_network_init(struct vib_network *net, const struct vib_params *params, size_t dim,
                      size_t classes);

/* The layer that gives the head, and the one that gives logits. */
const struct vib_layer *vib_network_head(const struct vib_network *net);
const struct vib_layer *vib_network_decoder(const struct vib_network *net);

/* Copies elements first .. first + count of the plain vector to where they lie in memory, or from
 * there; gaps are left alone in memory and become 0 in the plain vector. `plain` is where the first
 * of them is. */
void vib_network_load(const struct vib_network *net, size_t first, size_t count, const float *plain,
                      float *memory);
void vib_network_store(const struct vib_network *net, size_t first, size_t count,
                       const float *memory, float *plain);

/* The bfloat16 copy of all weights, [n_memory]; what is no weight is left alone. */
void vib_network_narrow(const struct vib_network *net, const float *memory, uint16_t *narrow);

/* Xavier-uniform weights (+-sqrt(6 / (in + out)); Glorot & Bengio 2010), zero biases, and what the
 * objective begins with, into memory [n_memory]; all else becomes 0. */
void vib_network_init_weights(const struct vib_network *net, uint64_t seed, float *memory);

/* Floating-point operations (2 per multiply-add) in the matrix products of one example, with its
 * share of pseudo-inputs; those of a step with what its objective takes. */
double vib_network_forward_flops(const struct vib_network *net);
double vib_network_step_flops(const struct vib_network *net); /* forward, backward, all samples */

#endif
