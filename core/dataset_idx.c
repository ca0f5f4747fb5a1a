#include "core/dataset.h"
#include "core/idx.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *images, *labels;
} file_names[VIB_SPLITS] = {
    [VIB_TRAIN] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
    [VIB_TEST] = {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
};

static int check_labels(const struct vib_idx *labels, size_t classes, struct vib_error *err) {
    for (size_t i = 0; i < labels->dims[0]; i++)
        if (labels->bytes[i] >= classes)
            return vib_error_set(err, VIB_EDATA,
                                 "%s: label out of range: expected one below %zu "
                                 "(dataset.classes), found %d at example %zu (counted from 0)",
                                 labels->path, classes, labels->bytes[i], i);
    return 0;
}

/* How many classes all the labels of the file ask for, `classes` at least: a part of a data set is
 * of the same classes as the whole. */
static size_t count_classes(const struct vib_idx *labels, size_t classes) {
    for (size_t i = 0; i < labels->dims[0]; i++)
        if (labels->bytes[i] >= classes)
            classes = (size_t)labels->bytes[i] + 1;
    return classes;
}

static int check_split(const struct vib_idx *images, const struct vib_idx *labels, size_t classes,
                       enum vib_split_id id, size_t limit, struct vib_error *err) {
    size_t n = images->dims[0];
    if (labels->dims[0] != n)
        return vib_error_set(err, VIB_EDATA,
                             "%s: images and labels differ in number: expected %zu labels for the "
                             "images of %s, found %zu",
                             labels->path, n, images->path, labels->dims[0]);
    if (limit > n)
        return vib_error_set(err, VIB_EDATA, "%s: %zu %s examples are asked for, the file has %zu",
                             images->path, limit, vib_split_name(id), n);
    return classes == 0 ? 0 : check_labels(labels, classes, err);
}

/* The first n labels in the width of struct vib_split; NULL when out of memory. */
static uint16_t *widen(const uint8_t *bytes, size_t n) {
    uint16_t *labels = malloc(n * sizeof *labels);
    for (size_t i = 0; labels != NULL && i < n; i++)
        labels[i] = bytes[i];
    return labels;
}

/* Drops the rows from n on. When the library cannot shrink a block, the larger one serves too. */
static uint8_t *keep_rows(uint8_t *bytes, size_t n, size_t width) {
    uint8_t *fewer = realloc(bytes, n * width);
    return fewer != NULL ? fewer : bytes;
}

/* What is to be loaded: so many classes, 0 for what the labels ask for, and so many examples of
 * each split, 0 for all. */
struct request {
    size_t classes, limit[VIB_SPLITS];
};

/* Loads one split and moves it into *data; the first split loaded gives data->dim. */
static int load_split(struct vib_dataset *data, enum vib_split_id id, const char *dir,
                      const struct request *request, size_t shape[2], struct vib_error *err) {
    const size_t limit = request->limit[id];
    struct vib_idx images = {0}, labels = {0};
    int rc = vib_idx_read(&images, dir, file_names[id].images, 3, err);
    if (rc == 0)
        rc = vib_idx_read(&labels, dir, file_names[id].labels, 1, err);
    if (rc == 0)
        rc = check_split(&images, &labels, request->classes, id, limit, err);
    if (rc != 0)
        goto out;
    if (data->dim != 0 && (images.dims[1] != shape[0] || images.dims[2] != shape[1])) {
        rc = vib_error_set(err, VIB_EDATA,
                           "%s: training and test images differ in shape: expected %zu x %zu, "
                           "found %zu x %zu",
                           images.path, shape[0], shape[1], images.dims[1], images.dims[2]);
        goto out;
    }
    shape[0] = images.dims[1];
    shape[1] = images.dims[2];
    data->dim = shape[0] * shape[1];
    if (request->classes == 0)
        data->classes = count_classes(&labels, data->classes);
    size_t n = limit != 0 ? limit : images.dims[0];
    uint16_t *wide = widen(labels.bytes, n);
    if (wide == NULL) {
        rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", labels.path);
        goto out;
    }
    data->split[id] =
        (struct vib_split){.n = n, .bytes = keep_rows(images.bytes, n, data->dim), .labels = wide};
    images.bytes = NULL;
out:
    vib_idx_release(&labels);
    vib_idx_release(&images);
    return rc;
}

int vib_dataset_load_idx(struct vib_dataset *data, const char *name, const char *dir,
                         size_t classes, size_t n_train, size_t n_test, struct vib_error *err) {
    struct vib_dataset loaded = {
        .classes = classes == 0 ? 2 : classes, .ixy = (double)NAN, .ixy_se = (double)NAN};
    const struct request request = {classes, {[VIB_TRAIN] = n_train, [VIB_TEST] = n_test}};
    size_t shape[2] = {0, 0};
    int rc = 0;

    *data = (struct vib_dataset){0};
    if (classes == 1 || classes > VIB_MAX_CLASSES)
        return vib_error_set(err, VIB_EINVAL, "%s: %zu classes, expected 2 to %d, or 0", name,
                             classes, VIB_MAX_CLASSES);
    if (strlen(name) >= sizeof loaded.name)
        return vib_error_set(err, VIB_EINVAL, "%s: a data set's name has at most %zu bytes", name,
                             sizeof loaded.name - 1);
    snprintf(loaded.name, sizeof loaded.name, "%s", name);
    for (enum vib_split_id id = 0; rc == 0 && id < VIB_SPLITS; id++)
        if (file_names[id].images != NULL)
            rc = load_split(&loaded, id, dir, &request, shape, err);
    if (rc == 0)
        rc = vib_dataset_finish(&loaded, err);
    if (rc != 0) {
        vib_dataset_release(&loaded);
        return rc;
    }
    *data = loaded;
    return 0;
}
