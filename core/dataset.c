#include "core/dataset.h"

#include "core/random.h"
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
        if (data->base == NULL) {
            free(data->split[s].bytes);
            free(data->split[s].values);
        }
        free(data->split[s].rows);
        free(data->split[s].labels);
    }
    for (size_t c = 0; data->base == NULL && data->class_names != NULL && c < data->classes; c++)
        free(data->class_names[c]);
    if (data->base == NULL)
        free(data->class_names);
    free(data->mean);
    free(data->deviation);
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

int vib_dataset_measure(struct vib_dataset *data, struct vib_error *err) {
    int rc = 0;
    for (enum vib_split_id id = 0; rc == 0 && id < VIB_SPLITS; id++)
        if (vib_dataset_has(data, id))
            rc = measure_labels(data, id, err);
    return rc;
}

int vib_dataset_finish(struct vib_dataset *data, struct vib_error *err) {
    const int rc = vib_dataset_measure(data, err);
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++)
        if (data->split[id].values != NULL)
            data->scale = VIB_SCALE_NONE;
    if (rc == 0)
        compute_digest(data);
    return rc;
}

/* --- what a model sees --- */

static void widen(const uint8_t *restrict x, size_t dim, float *restrict out) {
    for (size_t k = 0; k < dim; k++)
        out[k] = (float)x[k];
}

static void make_symmetric(const uint8_t *restrict x, size_t dim, float *restrict out) {
    for (size_t k = 0; k < dim; k++)
        out[k] = 2.0f * (float)x[k] / 255.0f - 1.0f;
}

static void make_unit(const uint8_t *restrict x, size_t dim, float *restrict out) {
    for (size_t k = 0; k < dim; k++)
        out[k] = (float)x[k] / 255.0f;
}

static void standardize(const float *restrict mean, const float *restrict deviation, size_t dim,
                        float *restrict out) {
    for (size_t k = 0; k < dim; k++)
        out[k] = deviation[k] > 0.0f ? (out[k] - mean[k]) / deviation[k] : 0.0f;
}

static void add_noise(const struct vib_dataset *data, size_t row, float *out) {
    enum { CHUNK = 256 };
    const struct vib_stream stream = {data->noise_seed, VIB_STREAM_INPUT_NOISE, (uint32_t)row, 0};
    const float deviation = (float)data->input_noise;
    float noise[CHUNK];
    for (size_t first = 0; first < data->dim; first += CHUNK) {
        const size_t n = data->dim - first < CHUNK ? data->dim - first : CHUNK;
        vib_random_normal(&stream, first, n, noise);
        for (size_t k = 0; k < n; k++)
            out[first + k] += deviation * noise[k];
    }
}

static void scale_row(const struct vib_dataset *data, const struct vib_split *from, size_t row,
                      float *out) {
    const size_t dim = data->dim;
    if (from->values != NULL)
        memcpy(out, from->values + row * dim, dim * sizeof *out);
    else if (data->scale == VIB_SCALE_SYMMETRIC)
        make_symmetric(from->bytes + row * dim, dim, out);
    else if (data->scale == VIB_SCALE_UNIT)
        make_unit(from->bytes + row * dim, dim, out);
    else
        widen(from->bytes + row * dim, dim, out);
    if (data->scale == VIB_SCALE_STANDARDIZE)
        standardize(data->mean, data->deviation, dim, out);
}

void vib_dataset_gather(const struct vib_dataset *data, enum vib_split_id split,
                        const uint32_t *index, size_t first, size_t count, float *out, size_t ld) {
    const struct vib_split *from = &data->split[split];
    const bool noisy = split == VIB_TRAIN && data->input_noise > 0.0;

    for (size_t i = 0; i < count; i++) {
        const size_t example = index != NULL ? index[i] : first + i;
        assert(example < from->n);
        const size_t row = from->rows != NULL ? from->rows[example] : example;
        scale_row(data, from, row, out + i * ld);
        if (noisy)
            add_noise(data, row, out + i * ld);
    }
}
