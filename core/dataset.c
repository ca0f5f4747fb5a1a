#include "core/dataset.h"

#include "core/sha256.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t place;
} splits[VIB_SPLITS] = {
    [VIB_TRAIN] = {"train", 0}, [VIB_VALIDATION] = {"validation", 1}, [VIB_TEST] = {"test", 2}};

const char *vib_split_name(enum vib_split_id split) {
    return splits[split].name;
}

enum vib_split_id vib_split_of(const char *name) {
    enum vib_split_id id = 0;
    while (id < VIB_SPLITS && strcmp(name, splits[id].name) != 0)
        id++;
    return id;
}

size_t vib_split_place(enum vib_split_id split) {
    return splits[split].place;
}

bool vib_dataset_has(const struct vib_dataset *data, enum vib_split_id split) {
    return data->split[split].n > 0;
}

void vib_dataset_release(struct vib_dataset *data) {
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        free(data->split[s].bytes);
        free(data->split[s].values);
        free(data->split[s].labels);
    }
    for (size_t c = 0; data->class_names != NULL && c < data->classes; c++)
        free(data->class_names[c]);
    free(data->class_names);
    *data = (struct vib_dataset){0};
}

static int no_memory(const struct vib_dataset *data, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", data->name);
}

/* Checks a split's labels, counts their classes and sets their empirical entropy in bits. */
static int measure_labels(struct vib_dataset *data, enum vib_split_id id, struct vib_error *err) {
    struct vib_split *split = &data->split[id];

    for (size_t i = 0; i < split->n; i++)
        if (split->labels[i] >= data->classes)
            return vib_error_set(
                err, VIB_EDATA, "%s: %s example %zu has label %d, expected one below %zu",
                data->name, vib_split_name(id), i, split->labels[i], data->classes);
    size_t *count = calloc(data->classes, sizeof *count);
    if (count == NULL)
        return no_memory(data, err);
    for (size_t i = 0; i < split->n; i++)
        count[split->labels[i]]++;
    split->h_y = 0;
    split->n_classes = 0;
    for (size_t c = 0; c < data->classes; c++) {
        double p = (double)count[c] / (double)split->n;
        split->n_classes += p > 0;
        if (p > 0)
            split->h_y -= p * log2(p);
    }
    free(count);
    return 0;
}

/* A label is a byte where the classes fit one, else two, the low one first: wider labels in memory
 * leave every digest what it was. */
static void hash_labels(struct vib_sha256 *hash, const struct vib_split *split, size_t classes) {
    enum { CHUNK = 4096 };
    unsigned char bytes[2 * CHUNK];
    const size_t width = classes <= 256 ? 1 : 2;
    for (size_t first = 0; first < split->n; first += CHUNK) {
        const size_t n = split->n - first < CHUNK ? split->n - first : CHUNK;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < width; k++)
                bytes[width * i + k] = (unsigned char)(split->labels[first + i] >> 8 * k & 0xff);
        vib_sha256_add(hash, bytes, width * n);
    }
}

static void hash_split(struct vib_sha256 *hash, const struct vib_dataset *data,
                       enum vib_split_id id) {
    const struct vib_split *split = &data->split[id];
    char shape[128];
    int length =
        snprintf(shape, sizeof shape, "%s %s n=%zu dim=%zu classes=%zu\n", vib_split_name(id),
                 split->bytes != NULL ? "uint8" : "float32", split->n, data->dim, data->classes);
    const void *inputs = split->bytes != NULL ? (const void *)split->bytes : split->values;
    size_t width = split->bytes != NULL ? sizeof *split->bytes : sizeof *split->values;

    vib_sha256_add(hash, shape, (size_t)length);
    vib_sha256_add(hash, inputs, split->n * data->dim * width);
    hash_labels(hash, split, data->classes);
}

static void compute_digest(struct vib_dataset *data) {
    struct vib_sha256 hash;
    _Static_assert(sizeof data->digest == VIB_SHA256_TEXT, "room for a digest");
    vib_sha256_init(&hash);
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++)
        if (vib_dataset_has(data, id))
            hash_split(&hash, data, id);
    vib_sha256_end(&hash, data->digest);
}

int vib_dataset_finish(struct vib_dataset *data, struct vib_error *err) {
    int rc = 0;
    for (enum vib_split_id id = 0; rc == 0 && id < VIB_SPLITS; id++)
        if (vib_dataset_has(data, id))
            rc = measure_labels(data, id, err);
    if (rc == 0)
        compute_digest(data);
    return rc;
}

static void convert_row(const uint8_t *restrict x, size_t dim, float *restrict out) {
    for (size_t k = 0; k < dim; k++)
        out[k] = 2.0f * (float)x[k] / 255.0f - 1.0f;
}

void vib_dataset_gather(const struct vib_dataset *data, enum vib_split_id split,
                        const uint32_t *index, size_t first, size_t count, float *out, size_t ld) {
    const struct vib_split *from = &data->split[split];
    size_t dim = data->dim;

    for (size_t i = 0; i < count; i++) {
        size_t row = index != NULL ? index[i] : first + i;
        assert(row < from->n);
        if (from->bytes != NULL)
            convert_row(from->bytes + row * dim, dim, out + i * ld);
        else
            memcpy(out + i * ld, from->values + row * dim, dim * sizeof *out);
    }
}
