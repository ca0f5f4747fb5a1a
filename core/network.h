/* The layers of a VIB model and where their parameters lie in one flat vector.
 *
 * encoder  x [dim] - hidden ReLU or tanh layers - head [H], see core/posterior.h
 * decoder  z [K] - logits [classes], linear
 * Each layer computes out = in W + b with W [in][out] row-major. The objective's own parameters, if
 * it has any, end the vector. */
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
    size_t weight; /* offset of W [in][out] in the parameter vector */
    size_t bias;   /* offset of b [out] */
};

struct vib_network {
    size_t dim, K, classes;
    struct vib_posterior posterior; /* what the head describes */
    struct vib_objective objective; /* what it is trained for */
    enum vib_activation activation;
    size_t n_hidden;
    size_t n_layers;                        /* n_hidden + 2 */
    struct vib_layer layer[VIB_MAX_LAYERS]; /* hidden layers, head, decoder */
    size_t own;      /* offset of the objective's own parameters [objective.n_own] */
    size_t n_params; /* length of the parameter vector; offsets are multiples of 16 floats, and the
                        gaps are never touched */
};

void vib_network_init(struct vib_network *net, const struct vib_params *params, size_t dim,
                      size_t classes);

/* The layer that gives the head, and the one that gives logits. */
const struct vib_layer *vib_network_head(const struct vib_network *net);
const struct vib_layer *vib_network_decoder(const struct vib_network *net);

/* Xavier-uniform weights (+-sqrt(6 / (in + out)); Glorot & Bengio 2010), zero biases, and what the
 * objective begins with, into weights [n_params]; the gaps become 0. */
void vib_network_init_weights(const struct vib_network *net, uint64_t seed, float *weights);

/* Floating-point operations (2 per multiply-add) in the matrix products of one example. */
double vib_network_forward_flops(const struct vib_network *net);
double vib_network_step_flops(const struct vib_network *net); /* forward, backward */

#endif
