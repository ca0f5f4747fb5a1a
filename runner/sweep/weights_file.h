/* The final weights of a job as a safetensors file: a JSON header of names, shapes and facts about
 * the job, then the numbers (https://huggingface.co/docs/safetensors).
 *
 * Tensors, float32, in this order; each layer computes out = in W + b:
 *
 *   input.mean [dim], input.deviation [dim]               of standardized inputs alone
 *   encoder.<i>.weight [in, out], encoder.<i>.bias [out]  hidden layer i, from 0
 *   encoder.head.weight [in, H], encoder.head.bias [H]    mu, rho, o: see core/posterior.h
 *   decoder.weight [K, classes], decoder.bias [classes]
 *   objective [n]                                         its own parameters, where it has any
 *
 * Metadata, all text: format ("vib-sweep 1": the names above), version (of the program), identity,
 * epochs (completed), dataset.digest, every key that matters to the job's method, by its dotted
 * name, and what a prediction takes that is none of these:
 *
 *   input        how an input follows from an example x of the data, and input.shape, JSON: x's,
 *                flattened with the last index fastest
 *   layers       JSON, in their order: name, in, out, activation; and layer, their equation
 *   posterior    "point", "diagonal" or "full"; and code, how z follows from the last encoder layer
 *   decoder      q(y|z), and prediction, the class that error_mc counts
 *   class_names  JSON, the labels that classes 0, 1, ... stand for
 *   units        of J, its terms, and dataset.input_noise */
#ifndef RUNNER_SWEEP_WEIGHTS_FILE_H
#define RUNNER_SWEEP_WEIGHTS_FILE_H

#include "core/dataset.h"
#include "core/error.h"
#include "core/network.h"
#include "runner/config/keys.h"

#include <stddef.h>

/* All borrowed. */
struct weights {
    const struct vib_network *net;
    const float *values; /* [net->n_params] */
    const struct settings *settings;
    const char *identity;
    const struct vib_dataset *data; /* that the job saw; its examples are not read */
    size_t epochs;
};

/* "<database>.weights/<identity>.safetensors"; allocated, or NULL when out of memory. */
char *weights_path(const char *database, const char *identity);

/* The end of such a path, which is its name relative to the database's folder. */
const char *weights_name(const char *path);

/* Writes the file, making its folder if needed: at any moment the file is absent, the old one or
 * the new one. Errors: VIB_ECREATE, VIB_EIO (disk full, ...) with the path, VIB_ENOMEM. Thread
 * rule: calls for different paths may run at once. */
int weights_write(const char *path, const struct weights *weights, struct vib_error *err);

#endif
