#include "core/network.h"

#include "core/matrix.h"
#include "core/random.h"

#include <math.h>
#include <string.h>

enum { ALIGN_FLOATS = 16, CHUNK = 1024, CACHE_SETS = 64, SKEW = 17 };

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
    layer->blocks = net->n_memory;
    layer->bias_memory = layer->blocks + aligned(vib_blocks_size(in, out));
    net->n_memory = layer->bias_memory + aligned(out);
}

/* Vectors of this length, one behind the other, have the same element in different sets. */
static size_t skewed(size_t n) {
    const size_t lines = n / ALIGN_FLOATS;
    return (lines + (SKEW + CACHE_SETS - lines % CACHE_SETS) % CACHE_SETS) * ALIGN_FLOATS;
}

void vib_network_init(struct vib_network *net, const struct vib_params *params, size_t dim,
                      size_t classes) {
    memset(net, 0, sizeof *net);
    net->dim = dim;
    net->K = params->K;
    net->classes = classes;
    net->posterior = vib_posterior_of(params);
    vib_objective_init(&net->objective, params, (struct vib_shape){dim, classes});
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
    net->own_memory = net->n_memory;
    net->n_params += aligned(net->objective.n_own);
    net->n_memory = skewed(net->n_memory + aligned(net->objective.n_own));
}

const struct vib_layer *vib_network_head(const struct vib_network *net) {
    return &net->layer[net->n_hidden];
}

const struct vib_layer *vib_network_decoder(const struct vib_network *net) {
    return &net->layer[net->n_hidden + 1];
}

/* The part of first .. first + count that lies in from .. from + n, as offset and length. */
struct range {
    size_t at, count;
};

static struct range within(size_t from, size_t n, size_t first, size_t count) {
    const size_t begin = first > from ? first : from;
    const size_t end = first + count < from + n ? first + count : from + n;
    return (struct range){begin, end > begin ? end - begin : 0};
}

void vib_network_load(const struct vib_network *net, size_t first, size_t count, const float *plain,
                      float *memory) {
    for (size_t l = 0; l < net->n_layers; l++) {
        const struct vib_layer *layer = &net->layer[l];
        const struct range w = within(layer->weight, layer->in * layer->out, first, count);
        const struct range b = within(layer->bias, layer->out, first, count);
        if (w.count > 0)
            vib_blocks_load(layer->in, layer->out, w.at - layer->weight, w.count,
                            plain + (w.at - first), memory + layer->blocks);
        if (b.count > 0)
            memcpy(memory + layer->bias_memory + (b.at - layer->bias), plain + (b.at - first),
                   b.count * sizeof *memory);
    }
    const struct range own = within(net->own, net->objective.n_own, first, count);
    if (own.count > 0)
        memcpy(memory + net->own_memory + (own.at - net->own), plain + (own.at - first),
               own.count * sizeof *memory);
}

void vib_network_store(const struct vib_network *net, size_t first, size_t count,
                       const float *memory, float *plain) {
    memset(plain, 0, count * sizeof *plain);
    for (size_t l = 0; l < net->n_layers; l++) {
        const struct vib_layer *layer = &net->layer[l];
        const struct range w = within(layer->weight, layer->in * layer->out, first, count);
        const struct range b = within(layer->bias, layer->out, first, count);
        if (w.count > 0)
            vib_blocks_store(layer->in, layer->out, w.at - layer->weight, w.count,
                             memory + layer->blocks, plain + (w.at - first));
        if (b.count > 0)
            memcpy(plain + (b.at - first), memory + layer->bias_memory + (b.at - layer->bias),
                   b.count * sizeof *plain);
    }
    const struct range own = within(net->own, net->objective.n_own, first, count);
    if (own.count > 0)
        memcpy(plain + (own.at - first), memory + net->own_memory + (own.at - net->own),
               own.count * sizeof *plain);
}

void vib_network_narrow(const struct vib_network *net, const float *memory, uint16_t *narrow) {
    for (size_t l = 0; l < net->n_layers; l++) {
        const struct vib_layer *layer = &net->layer[l];
        for (size_t block = 0; block < vib_blocks(layer->out); block++) {
            const size_t at = layer->blocks + vib_block_offset(layer->in, block);
            vib_block_narrow(memory + at, layer->in, vib_block_columns(layer->out, block),
                             narrow + at);
        }
    }
}

void vib_network_init_weights(const struct vib_network *net, uint64_t seed, float *memory) {
    double uniform[CHUNK];
    float values[CHUNK];
    memset(memory, 0, net->n_memory * sizeof *memory);
    for (size_t l = 0; l < net->n_layers; l++) {
        const struct vib_layer *layer = &net->layer[l];
        struct vib_stream stream = {seed, VIB_STREAM_INIT, (uint32_t)l, 0};
        double limit = sqrt(6.0 / (double)(layer->in + layer->out));
        size_t count = layer->in * layer->out;
        for (size_t first = 0; first < count; first += CHUNK) {
            size_t n = count - first < CHUNK ? count - first : CHUNK;
            vib_random_uniform(&stream, first, n, uniform);
            for (size_t i = 0; i < n; i++)
                values[i] = (float)((2.0 * uniform[i] - 1.0) * limit);
            vib_network_load(net, layer->weight + first, n, values, memory);
        }
    }
    vib_objective_init_own(&net->objective, seed, memory + net->own_memory);
}

static double layer_flops(const struct vib_layer *layer) {
    return 2.0 * (double)layer->in * (double)layer->out;
}

/* With its share of the pseudo-inputs. */
static double encoder_flops(const struct vib_network *net) {
    double flops = 0.0;
    for (size_t l = 0; l <= net->n_hidden; l++)
        flops += layer_flops(&net->layer[l]);
    return (1.0 + net->objective.pseudo_share) * flops;
}

double vib_network_forward_flops(const struct vib_network *net) {
    return encoder_flops(net) + layer_flops(vib_network_decoder(net));
}

double vib_network_step_flops(const struct vib_network *net) {
    /* To draw a number takes as long as this; that of a first sample is left out. */
    enum { DRAW = 350 };
    const struct vib_objective *o = &net->objective;
    const double samples = (double)o->samples, K = (double)net->K;
    const double decode = samples * layer_flops(vib_network_decoder(net));
    const double compress = vib_objective_flops(o, samples);
    /* Forward, weight gradient, input gradient; without pseudo-inputs nobody needs the gradient of
     * the input data. */
    const double unneeded = o->n_pseudo > 0 ? 0.0 : layer_flops(&net->layer[0]);
    return 3.0 * (encoder_flops(net) + decode + compress) - unneeded + (samples - 1.0) * DRAW * K;
}
