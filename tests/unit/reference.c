#include "tests/unit/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* out = act(in W + b) for one example. */
static void layer_forward(const struct vib_layer *layer, const double *w, const double *in,
                          double *out) {
    for (size_t j = 0; j < layer->out; j++) {
        double sum = w[layer->bias + j];
        for (size_t i = 0; i < layer->in; i++)
            sum += in[i] * w[layer->weight + i * layer->out + j];
        out[j] = sum;
    }
}

static double softplus(double t) {
    return t > 0.0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

/* Cross-entropy + beta KL of one example, nats. */
static double example_objective(const struct vib_network *net, const double *w,
                                const struct reference_batch *batch, size_t row) {
    double in[256], out[256], z[64], kl = 0.0, sum = 0.0;
    memcpy(in, batch->x + row * net->dim, net->dim * sizeof *in);
    for (size_t l = 0; l <= net->n_hidden; l++) {
        layer_forward(&net->layer[l], w, in, out);
        for (size_t j = 0; l < net->n_hidden && j < net->layer[l].out; j++)
            out[j] = net->activation == VIB_RELU ? fmax(0.0, out[j]) : tanh(out[j]);
        memcpy(in, out, net->layer[l].out * sizeof *in);
    }
    for (size_t k = 0; k < net->K; k++) {
        double mu = in[k], s = softplus(in[net->K + k] - 5.0);
        z[k] = mu + s * batch->eps[row * net->K + k];
        kl += 0.5 * (mu * mu + s * s - 1.0) - log(s);
    }
    layer_forward(&net->layer[net->n_hidden + 1], w, z, out);
    for (size_t c = 0; c < net->classes; c++)
        sum += exp(out[c]);
    return log(sum) - out[batch->labels[row]] + batch->beta * kl;
}

double reference_objective(const struct vib_network *net, const double *w,
                           const struct reference_batch *batch) {
    double total = 0.0;
    for (size_t row = 0; row < batch->rows; row++)
        total += example_objective(net, w, batch, row);
    return total / (double)batch->rows / log(2.0);
}
