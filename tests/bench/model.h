/* A model whose training is measured, and the data that it is trained on. */
#ifndef BENCH_MODEL_H
#define BENCH_MODEL_H

#include "core/dataset.h"
#include "core/network.h"
#include "core/params.h"

#include <stddef.h>
#include <stdio.h>

struct model {
    struct vib_params params;
    struct vib_network net;
    const struct vib_dataset *data; /* borrowed */
};

/* The defaults, but for K and precision. */
void model_init(struct model *model, const struct vib_params *defaults, size_t K,
                enum vib_type precision, const struct vib_dataset *data);

/* "float32" or "bfloat16". */
const char *type_name(enum vib_type type);

/* Writes the fields `dataset`, `precision` and `K` of a record, by which a model is known. */
void model_describe(const struct model *model, FILE *out);

/* FLOP of the products of a whole step. */
double model_step_flops(const struct model *model);

#endif
