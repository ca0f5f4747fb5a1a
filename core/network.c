#include "core/network.h"

#include "core/random.h"

#include <math.h>
#include <string.h>

enum { ALIGN_FLOATS = 16, CHUNK = 1024 };

static size_t aligned(size_t n) {
    return (n + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

static void add_layer(struct vib_network *net, size_t in, size_t out) {
    struct vib_layer *layer = &net->layer[net->n_layers++];
    layer->in = in;
    layer->out = out;
    layer->weight = net->n_params;
    layer->bias = layer->weight + aligned(in * out);
    net->n_params = layer->bias + aligned(out);
}

void vib_network_init(struct vib_network *net, const struct vib_params *params, size_t dim,
                      size_t classes) {
    memset(net, 0, sizeof *net);
    net->dim = dim;
    net->K = params->K;
    net->classes = classes;
    net->posterior = vib_posterior_of(params);
    vib_objective_init(&net->objective, params, classes);
    net->activation = params->activation;
    net->n_hidden = params->n_hidden;
    size_t width = dim;
    for (size_t i = 0; i < params->n_hidden; i++) {
        add_layer(net, width, params->hidden[i]);
        width = params->hidden[i];
    }
    add_layer(net, width, vib_posterior_head_size(&net->posterior));
    add_layer(net, params->K, classes);
    net->own = net->n_params;
    net->n_params += aligned(net->objective.n_own);
}

const struct vib_layer *vib_network_head(const struct vib_network *net) {
    return &net->layer[net->n_hidden];
}

const struct vib_layer *vib_network_decoder(const struct vib_network *net) {
    return &net->layer[net->n_hidden + 1];
}

void vib_network_init_weights(const struct vib_network *net, uint64_t seed, float *weights) {
    double uniform[CHUNK];
    memset(weights, 0, net->n_params * sizeof *weights);
    for (size_t l = 0; l < net->n_layers; l++) {
        const struct vib_layer *layer = &net->layer[l];
        struct vib_stream stream = {seed, VIB_STREAM_INIT, (uint32_t)l, 0};
        double limit = sqrt(6.0 / (double)(layer->in + layer->out));
        size_t count = layer->in * layer->out;
        for (size_t first = 0; first < count; first += CHUNK) {
            size_t n = count - first < CHUNK ? count - first : CHUNK;
            vib_random_uniform(&stream, first, n, uniform);
            for (size_t i = 0; i < n; i++)
                weights[layer->weight + first + i] = (float)((2.0 * uniform[i] - 1.0) * limit);
        }
    }
    vib_objective_init_own(&net->objective, seed, weights + net->own);
}

double vib_network_forward_flops(const struct vib_network *net) {
    double flops = 0.0;
    for (size_t l = 0; l < net->n_layers; l++)
        flops += 2.0 * (double)net->layer[l].in * (double)net->layer[l].out;
    return flops;
}

double vib_network_step_flops(const struct vib_network *net) {
    /* Forward, weight gradient, input gradient; nobody needs the gradient of the input data. */
    double first = 2.0 * (double)net->layer[0].in * (double)net->layer[0].out;
    return 3.0 * vib_network_forward_flops(net) - first;
}
