/* What weights_file.c and weights_metadata.c share. */
#ifndef RUNNER_SWEEP_WEIGHTS_INTERNAL_H
#define RUNNER_SWEEP_WEIGHTS_INTERNAL_H

#include "core/network.h"
#include "runner/sweep/weights_file.h"

#include <stddef.h>
#include <stdio.h>

enum { WEIGHTS_LAYER_NAME = 32 };

/* "encoder.0", ..., "encoder.head", "decoder" */
void weights_layer_name(const struct vib_network *net, size_t layer, char name[WEIGHTS_LAYER_NAME]);

/* Writes the metadata as a JSON object of texts. Write errors stay in the stream. Errors:
 * VIB_ENOMEM. */
int weights_put_metadata(FILE *out, const struct weights *weights);

#endif
