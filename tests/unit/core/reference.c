#include "tests/unit/core/reference.h"

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

/* Hidden layer l of one example, after activation and dropout. */
static void hidden_forward(const struct vib_network *net, const double *w,
                           const struct reference_batch *batch, size_t row, size_t l,
                           const double *in, double *out) {
    const struct vib_layer *layer = &net->layer[l];
    layer_forward(layer, w, in, out);
    for (size_t j = 0; j < layer->out; j++) {
        out[j] = net->activation == VIB_RELU ? fmax(0.0, out[j]) : tanh(out[j]);
        if (batch->mask[l] != NULL)
            out[j] *= batch->mask[l][row * layer->out + j] != 0 ? 1.0 / batch->keep : 0.0;
    }
}

/* z = mu + L eps from the head; returns KL[N(mu, L L^T) || N(0, I)] in nats. */
static double sample(const struct vib_posterior *posterior, const double *head, const double *eps,
                     double *z) {
    const size_t K = posterior->K;
    double kl = 0.0;
    for (size_t k = 0, lower = 2 * K; k < K; k++) {
        z[k] = head[k];
        if (posterior->kind == VIB_POSTERIOR_POINT)
            continue;
        double s = softplus(head[K + k] - 5.0);
        z[k] += s * eps[k];
        kl += 0.5 * (head[k] * head[k] + s * s - 1.0) - log(s);
        for (size_t j = 0; posterior->kind == VIB_POSTERIOR_FULL && j < k; j++, lower++) {
            z[k] += 0.01 * head[lower] * eps[j];
            kl += 0.5 * 1e-4 * head[lower] * head[lower];
        }
    }
    return kl;
}

/* Cross-entropy to the smoothed label, less penalty times the entropy, in nats. */
static double loss_of(const struct vib_loss *loss, const double *logits, size_t label,
                      size_t classes) {
    double sum = 0.0, total = 0.0;
    for (size_t c = 0; c < classes; c++)
        sum += exp(logits[c]);
    for (size_t c = 0; c < classes; c++) {
        double p = exp(logits[c]) / sum;
        double target =
            (c == label ? 1.0 - loss->smoothing : 0.0) + loss->smoothing / (double)classes;
        total += -target * log(p) + loss->penalty * p * log(p);
    }
    return total;
}

/* Loss + weight KL of one example, nats. */
static double example_objective(const struct vib_network *net, const double *w,
                                const struct reference_batch *batch, size_t row) {
    double in[256], out[256], z[64];
    memcpy(in, batch->x + row * net->dim, net->dim * sizeof *in);
    for (size_t l = 0; l < net->n_hidden; l++) {
        hidden_forward(net, w, batch, row, l, in, out);
        memcpy(in, out, net->layer[l].out * sizeof *in);
    }
    layer_forward(&net->layer[net->n_hidden], w, in, out);
    double kl = sample(&net->posterior, out, batch->eps + row * net->K, z);
    layer_forward(&net->layer[net->n_hidden + 1], w, z, out);
    return loss_of(&batch->objective->loss, out, batch->labels[row], net->classes) +
           batch->objective->u.weight * kl;
}

double reference_objective(const struct vib_network *net, const double *w,
                           const struct reference_batch *batch) {
    double total = 0.0;
    for (size_t row = 0; row < batch->rows; row++)
        total += example_objective(net, w, batch, row);
    return total / ((double)batch->rows * log(2.0));
}
