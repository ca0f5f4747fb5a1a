/* The facts that a file of weights tells: the job, and what else a prediction takes. */
#include "runner/sweep/weights_internal.h"

#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/base/version.h"

#include <assert.h>
#include <stdlib.h>

enum { FACT_SIZE = 512 };

void weights_layer_name(const struct vib_network *net, size_t layer,
                        char name[WEIGHTS_LAYER_NAME]) {
    if (layer < net->n_hidden)
        snprintf(name, WEIGHTS_LAYER_NAME, "encoder.%zu", layer);
    else
        snprintf(name, WEIGHTS_LAYER_NAME, "%s",
                 layer == net->n_hidden ? "encoder.head" : "decoder");
}

static void put_fact(FILE *out, const char *name, const char *value) {
    fputc(',', out);
    json_string(out, name);
    fputc(':', out);
    json_string(out, value);
}

static void put_key(FILE *out, const struct weights *weights, const struct key *key) {
    char text[FACT_SIZE];
    const int length = key_format(weights->settings, key, text, sizeof text);
    assert(length >= 0 && (size_t)length < sizeof text); /* a longer one has no identity */
    (void)length;
    put_fact(out, key->name, text);
}

static void put_job(FILE *out, const struct weights *weights) {
    char epochs[32];
    snprintf(epochs, sizeof epochs, "%zu", weights->epochs);
    put_fact(out, "version", version_program());
    put_fact(out, "identity", weights->identity);
    put_fact(out, "epochs", epochs);
    put_fact(out, "dataset.digest", weights->data->digest);
    for (size_t i = 0; i < n_keys; i++)
        if (!(keys[i].flags & KEY_SWEEP) && key_matters(&keys[i], settings_kind(weights->settings)))
            put_key(out, weights, &keys[i]);
}

/* --- JSON in texts, of struct weights --- */

static void write_shape(FILE *out, const void *context) {
    const struct weights *weights = context;
    const struct vib_dataset *data = weights->data;
    fprintf(out, "[%zu", data->n_axes > 0 ? data->shape[0] : data->dim);
    for (size_t i = 1; i < data->n_axes; i++)
        fprintf(out, ", %zu", data->shape[i]);
    fputc(']', out);
}

static void write_layers(FILE *out, const void *context) {
    const struct weights *weights = context;
    const struct vib_network *net = weights->net;
    char hidden[FACT_SIZE];
    (void)key_format(weights->settings, key_find("model.activation"), hidden, sizeof hidden);
    for (size_t l = 0; l < net->n_layers; l++) {
        char name[WEIGHTS_LAYER_NAME];
        weights_layer_name(net, l, name);
        fputs(l == 0 ? "[" : ", ", out);
        fprintf(out, "{\"name\": \"%s\", \"in\": %zu, \"out\": %zu, \"activation\": \"%s\"}", name,
                net->layer[l].in, net->layer[l].out, l < net->n_hidden ? hidden : "linear");
    }
    fputc(']', out);
}

static void write_class_names(FILE *out, const void *context) {
    const struct weights *weights = context;
    const struct vib_dataset *data = weights->data;
    for (size_t c = 0; c < data->classes; c++) {
        fputs(c == 0 ? "[" : ", ", out);
        if (data->class_names != NULL)
            json_string(out, data->class_names[c]);
        else
            fprintf(out, "\"%zu\"", c);
    }
    fputc(']', out);
}

static int put_json(FILE *out, const char *name, void (*write)(FILE *out, const void *context),
                    const struct weights *weights) {
    char *text = text_make(write, weights);
    if (text == NULL)
        return VIB_ENOMEM;
    put_fact(out, name, text);
    free(text);
    return VIB_OK;
}

/* --- what a prediction takes --- */

static const char *input_equation(const struct vib_dataset *data) {
    switch (data->scale) {
    case VIB_SCALE_SYMMETRIC:
        return "2 * x / 255 - 1";
    case VIB_SCALE_UNIT:
        return "x / 255";
    case VIB_SCALE_STANDARDIZE:
        return "(x - input.mean) / input.deviation, 0 where input.deviation is 0";
    case VIB_SCALE_NONE:
    case VIB_SCALE_AUTO:
        break;
    }
    return "x";
}

static int put_model(FILE *out, const struct weights *weights) {
    const struct vib_posterior *posterior = &weights->net->posterior;
    const bool sampled = posterior->kind != VIB_POSTERIOR_POINT;
    put_fact(out, "input", input_equation(weights->data));
    int rc = put_json(out, "input.shape", write_shape, weights);
    if (rc == VIB_OK)
        rc = put_json(out, "layers", write_layers, weights);
    put_fact(out, "layer", "activation(in @ NAME.weight + NAME.bias); relu(a) = max(0, a)");
    put_fact(out, "posterior", vib_posterior_name(posterior));
    put_fact(out, "code", vib_posterior_equation(posterior));
    put_fact(out, "decoder", "q(y|z) = softmax(z @ decoder.weight + decoder.bias)");
    if (weights->net->objective.compression->equation != NULL)
        put_fact(out, "compression", weights->net->objective.compression->equation);
    put_fact(out, "prediction",
             sampled ? "argmax of the mean of q(y|z) over evaluate.samples samples of z"
                     : "argmax of q(y|z)");
    if (rc == VIB_OK)
        rc = put_json(out, "class_names", write_class_names, weights);
    put_fact(out, "units",
             "J, CE and rate in bits per example; dataset.input_noise in those of input");
    return rc;
}

int weights_put_metadata(FILE *out, const struct weights *weights) {
    fputs("{\"format\":\"vib-sweep 1\"", out);
    put_job(out, weights);
    const int rc = put_model(out, weights);
    fputc('}', out);
    return rc;
}
