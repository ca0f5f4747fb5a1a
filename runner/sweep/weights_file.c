/* Layout: header_bytes:u64, little-endian; the header, padded with spaces to a multiple of 8; the
 * tensors, little-endian, in the header's order and without gaps. The parameter vector has gaps
 * (core/network.h), so that tensors are copied one by one. */
#include "runner/sweep/weights_file.h"
#include "runner/sweep/weights_internal.h"

#include "runner/base/atomic_file.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TENSORS = 2 + 2 * VIB_MAX_LAYERS + VIB_OWN_PARTS,
    NAME_SIZE = WEIGHTS_LAYER_NAME + sizeof ".weight",
    HEADER_ALIGNMENT = 8
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(float) == 4,
               "numbers are written as they lie in memory");

static const char temporary_suffix[] = ".tmp";

struct tensor {
    char name[NAME_SIZE];
    size_t rows, columns; /* rows is 0 for a vector */
    size_t n;
    const float *values;
};

char *weights_path(const char *database, const char *identity) {
    char *path = NULL;
    return asprintf(&path, "%s.weights/%s.safetensors", database, identity) < 0 ? NULL : path;
}

const char *weights_name(const char *path) {
    const char *name = strrchr(path, '/');
    assert(name != NULL);
    while (name > path && name[-1] != '/')
        name--;
    return name;
}

/* What the objective has learned beside the layers. */
static size_t list_own(const struct vib_network *net, const float *values, struct tensor *out) {
    for (size_t i = 0; i < net->objective.n_parts; i++) {
        const struct vib_own_part *part = &net->objective.part[i];
        out[i] = (struct tensor){"", part->rows, part->columns, part->rows * part->columns, values};
        snprintf(out[i].name, NAME_SIZE, "%s", part->name);
        values += out[i].n;
    }
    return net->objective.n_parts;
}

/* Returns how many there are. */
static size_t list_tensors(const struct weights *weights, struct tensor out[MAX_TENSORS]) {
    const struct vib_network *net = weights->net;
    const struct vib_dataset *data = weights->data;
    size_t n = 0;
    if (data->scale == VIB_SCALE_STANDARDIZE) {
        out[n++] = (struct tensor){"input.mean", 0, data->dim, data->dim, data->mean};
        out[n++] = (struct tensor){"input.deviation", 0, data->dim, data->dim, data->deviation};
    }
    for (size_t l = 0; l < net->n_layers; l++) {
        const struct vib_layer *layer = &net->layer[l];
        const float *weight = weights->values + layer->weight,
                    *bias = weights->values + layer->bias;
        char name[WEIGHTS_LAYER_NAME];
        weights_layer_name(net, l, name);
        out[n] = (struct tensor){"", layer->in, layer->out, layer->in * layer->out, weight};
        snprintf(out[n++].name, NAME_SIZE, "%s.weight", name);
        out[n] = (struct tensor){"", 0, layer->out, layer->out, bias};
        snprintf(out[n++].name, NAME_SIZE, "%s.bias", name);
    }
    return n + list_own(net, weights->values + net->own, out + n);
}

/* `first` is its place among the tensors' bytes. */
static void put_description(FILE *out, const struct tensor *tensor, size_t first) {
    fprintf(out, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", tensor->name);
    if (tensor->rows > 0)
        fprintf(out, "%zu,", tensor->rows);
    fprintf(out, "%zu],\"data_offsets\":[%zu,%zu]}", tensor->columns, first,
            first + tensor->n * sizeof(float));
}

static int make_header(const struct weights *weights, const struct tensor *tensors, size_t n,
                       char **header, size_t *size) {
    FILE *out = open_memstream(header, size);
    size_t first = 0;
    if (out == NULL)
        return VIB_ENOMEM;
    fputs("{\"__metadata__\":", out);
    int rc = weights_put_metadata(out, weights);
    for (size_t i = 0; i < n; i++) {
        put_description(out, &tensors[i], first);
        first += tensors[i].n * sizeof(float);
    }
    fputc('}', out);
    for (long at = ftell(out); at % HEADER_ALIGNMENT != 0; at++)
        fputc(' ', out);
    if (ferror(out))
        rc = VIB_ENOMEM;
    if (fclose(out) != 0)
        rc = VIB_ENOMEM;
    if (rc == VIB_OK)
        return VIB_OK;
    free(*header);
    *header = NULL;
    return rc;
}

/* 0, or the errno of the first write that failed. */
static int put_all(FILE *out, const char *header, size_t size, const struct tensor *tensors,
                   size_t n) {
    const uint64_t header_bytes = size;
    errno = EIO;
    bool written = fwrite(&header_bytes, sizeof header_bytes, 1, out) == 1 &&
                   fwrite(header, 1, size, out) == size;
    for (size_t i = 0; i < n && written; i++)
        written = fwrite(tensors[i].values, sizeof(float), tensors[i].n, out) == tensors[i].n;
    return written ? 0 : errno;
}

static int write_file(const char *path, const char *header, size_t size,
                      const struct tensor *tensors, size_t n, struct vib_error *err) {
    struct atomic_file file;
    int rc = atomic_file_make_folder(path, err);
    if (rc == 0)
        rc = atomic_file_open_anew(&file, path, temporary_suffix, err);
    if (rc != 0)
        return rc;
    const int reason = put_all(file.stream, header, size, tensors, n);
    if (reason != 0) {
        atomic_file_discard(&file);
        return vib_error_set(err, VIB_EIO, "cannot write %s: %s", path, strerror(reason));
    }
    return atomic_file_commit(&file, err);
}

int weights_write(const char *path, const struct weights *weights, struct vib_error *err) {
    struct tensor tensors[MAX_TENSORS];
    const size_t n = list_tensors(weights, tensors);
    char *header = NULL;
    size_t size = 0;
    int rc = make_header(weights, tensors, n, &header, &size);
    if (rc != 0)
        return vib_error_set(err, rc, "%s: out of memory", path);
    rc = write_file(path, header, size, tensors, n, err);
    free(header);
    return rc;
}
