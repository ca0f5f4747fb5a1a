#include "core/data/load.h"

#include "core/data/archive.h"
#include "core/data/array.h"
#include "core/data/csv.h"
#include "core/data/idx.h"
#include "core/data/labels.h"
#include "core/data/members.h"
#include "core/data/npy.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A format of one array a file. A new one is a file of its own and a row here. */
static const struct array_format {
    bool (*begins)(const uint8_t *head, size_t n);
    int (*header)(struct vib_input *input, struct vib_array *array, struct vib_error *err);
} array_formats[] = {{vib_npy_begins, vib_npy_header}, {vib_idx_begins, vib_idx_header}};

/* A data set on its way. */
struct loading {
    const struct vib_load_request *request;
    struct vib_dataset data;
    struct vib_labels *labels;
    struct vib_csv_columns columns;
    size_t n_inputs[VIB_SPLITS]; /* examples in files of arrays, also those that are not kept */
    double bytes;                /* that inputs take so far */
};

static const struct array_format *format_of(const struct vib_input *input) {
    size_t n;
    const uint8_t *head = vib_input_head(input, &n);
    for (size_t i = 0; i < sizeof array_formats / sizeof array_formats[0]; i++)
        if (array_formats[i].begins(head, n))
            return &array_formats[i];
    return NULL;
}

static void write_shape(const size_t *shape, size_t n, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n && length < size; i++) {
        const int wrote =
            snprintf(text + length, size - length, "%s%zu", i > 0 ? " x " : "", shape[i]);
        length += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* The shape of an example is that of the first split, which this one may be; name is its file's. */
static int take_shape(struct loading *load, const size_t *shape, size_t n, const char *name,
                      struct vib_error *err) {
    struct vib_dataset *data = &load->data;
    char wanted[160], found[160];
    if (data->dim == 0) {
        data->n_axes = n;
        data->dim = 1;
        for (size_t i = 0; i < n; i++) {
            data->shape[i] = shape[i];
            data->dim *= shape[i];
        }
        return 0;
    }
    if (n == data->n_axes && memcmp(shape, data->shape, n * sizeof *shape) == 0)
        return 0;
    write_shape(data->shape, data->n_axes, wanted, sizeof wanted);
    write_shape(shape, n, found, sizeof found);
    return vib_error_set(err, VIB_EDATA,
                         "%s: examples differ in shape from those of the training split: expected "
                         "%s, found %s",
                         name, wanted, found);
}

/* Bytes and floats are not scaled alike. */
static int check_kind(const struct loading *load, const struct vib_split *split, const char *name,
                      struct vib_error *err) {
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        const struct vib_split *other = &load->data.split[s];
        if (other->n > 0 && (other->bytes != NULL) != (split->bytes != NULL))
            return vib_error_set(err, VIB_EDATA,
                                 "%s: the inputs are %s, but not those of the %s split: all "
                                 "splits must be of type u1, or none",
                                 name, split->bytes != NULL ? "bytes (u1)" : "no bytes (u1)",
                                 vib_split_name((enum vib_split_id)s));
    }
    return 0;
}

static int add_split(struct loading *load, enum vib_split_id id, struct vib_split *split,
                     const size_t *shape, size_t n_axes, const char *name, struct vib_error *err) {
    int rc = check_kind(load, split, name, err);
    if (rc == 0)
        rc = take_shape(load, shape, n_axes, name, err);
    if (rc != 0) {
        free(split->bytes);
        free(split->values);
        return rc;
    }
    load->data.split[id] = *split;
    load->bytes += (double)split->n * (double)load->data.dim * (split->bytes != NULL ? 1 : 4);
    return 0;
}

/* The bytes of memory that more inputs may take; 0: any. */
static int memory_left(const struct loading *load, const char *name, double *bytes,
                       struct vib_error *err) {
    const double most = load->request->most_bytes;
    if (most > 0 && most <= load->bytes)
        return vib_error_set(err, VIB_EDATA, "%s: no memory is left for it", name);
    *bytes = most > 0 ? most - load->bytes : 0;
    return 0;
}

/* Numbers, one for each example, are examples of one input. */
static int add_array(struct loading *load, enum vib_split_id id, const struct vib_array *array,
                     struct vib_input *input, struct vib_error *err) {
    static const size_t single[] = {1};
    struct vib_split split = {0};
    double most = 0;
    int rc = memory_left(load, vib_input_name(input), &most, err);
    if (rc == 0)
        rc = vib_array_read_inputs(array, input, id, load->request->limit[id], most, &split, err);
    if (rc != 0)
        return rc;
    load->n_inputs[id] = array->shape[0];
    return array->n_axes > 1 ? add_split(load, id, &split, array->shape + 1, array->n_axes - 1,
                                         vib_input_name(input), err)
                             : add_split(load, id, &split, single, 1, vib_input_name(input), err);
}

static int no_array(const struct vib_input *input, struct vib_error *err) {
    return vib_error_set(err, VIB_EDATA,
                         "%s: of no known format: expected it to begin as IDX or .npy files do",
                         vib_input_name(input));
}

static int read_inputs(struct loading *load, enum vib_split_id id, struct vib_input *input,
                       struct vib_error *err) {
    struct vib_array array;
    const struct array_format *format = format_of(input);
    if (format == NULL)
        return no_array(input, err);
    const int rc = format->header(input, &array, err);
    return rc != 0 ? rc : add_array(load, id, &array, input, err);
}

/* Before any is read: labels without inputs may be many. */
static int check_labels(const struct loading *load, enum vib_split_id id,
                        const struct vib_array *array, const char *name, struct vib_error *err) {
    if (array->n_axes == 0 || array->shape[0] == load->n_inputs[id])
        return 0;
    return vib_error_set(err, VIB_EDATA,
                         "%s: inputs and labels differ in number: expected %zu labels for the "
                         "inputs of the %s split, found %zu",
                         name, load->n_inputs[id], vib_split_name(id), array->shape[0]);
}

static int read_labels(struct loading *load, enum vib_split_id id, struct vib_input *input,
                       struct vib_error *err) {
    struct vib_array array;
    const struct array_format *format = format_of(input);
    if (format == NULL)
        return no_array(input, err);
    int rc = format->header(input, &array, err);
    if (rc == 0)
        rc = check_labels(load, id, &array, vib_input_name(input), err);
    if (rc == 0)
        rc = vib_labels_begin(load->labels, id, vib_input_name(input), load->request->limit[id],
                              err);
    return rc != 0 ? rc : vib_array_read_labels(&array, input, load->labels, err);
}

/* --- archives --- */

static int read_member(struct loading *load, enum vib_split_id id, struct vib_archive *archive,
                       const char *name, bool labels, struct vib_error *err) {
    struct vib_input *input = NULL;
    int rc = vib_archive_member(archive, name, &input, err);
    if (rc == 0)
        rc = labels ? read_labels(load, id, input, err) : read_inputs(load, id, input, err);
    vib_input_close(input);
    return rc;
}

/* An archive that is named for one split gives that its x and y, one without a name all it has. */
static int read_archive(struct loading *load, enum vib_split_id id, bool alone,
                        struct vib_archive *archive, const char *path, struct vib_error *err) {
    struct vib_members members;
    int rc = vib_members_find(&members, archive, path, err);
    if (rc == 0 && !alone && !members.one_piece)
        rc = vib_error_set(err, VIB_EDATA, "%s: has several splits: it is to be named alone", path);
    for (enum vib_split_id s = 0; rc == 0 && s < VIB_SPLITS; s++) {
        const enum vib_split_id to = members.one_piece ? id : s;
        if (members.inputs[s] == NULL)
            continue;
        rc = read_member(load, to, archive, members.inputs[s], false, err);
        if (rc == 0)
            rc = read_member(load, to, archive, members.labels[s], true, err);
    }
    return rc;
}

/* --- files --- */

static int read_whole(struct loading *load, enum vib_split_id id, struct vib_input *input,
                      struct vib_error *err) {
    const struct vib_load_request *request = load->request;
    struct vib_split split = {0};
    double most = 0;
    int rc = memory_left(load, vib_input_name(input), &most, err);
    if (rc == 0)
        rc = vib_labels_begin(load->labels, id, vib_input_name(input), request->limit[id], err);
    if (rc == 0)
        rc = vib_csv_read(input, request->label, id, request->limit[id], most, &load->columns,
                          &split, load->labels, err);
    if (rc != 0)
        return rc;
    const size_t dim = load->columns.n - 1;
    return add_split(load, id, &split, &dim, 1, vib_input_name(input), err);
}

/* Reads a file of inputs, or where there is none of labels, one that holds both. */
static int read_file(struct loading *load, enum vib_split_id id, const struct vib_sources *sources,
                     struct vib_error *err) {
    struct vib_input *input = NULL;
    struct vib_archive *archive = NULL;
    const char *path = sources->inputs[id], *labels = sources->labels[id];
    bool alone = true;
    size_t n;
    for (enum vib_split_id s = 0; s < VIB_SPLITS; s++)
        alone = alone && (s == id || sources->inputs[s] == NULL);
    int rc = vib_input_open(&input, path, err);
    if (rc != 0)
        return rc;
    const uint8_t *head = vib_input_head(input, &n);
    const bool packed = vib_archive_begins(head, n);
    if (labels != NULL)
        rc = read_inputs(load, id, input, err);
    else if (packed && vib_input_is_exact(input))
        rc = vib_archive_open(&archive, path, err);
    else if (format_of(input) != NULL)
        rc = vib_error_set(err, VIB_EDATA,
                           "%s: an array of inputs without labels: dataset.files names these, too",
                           vib_input_name(input));
    else
        rc = read_whole(load, id, input, err);
    vib_input_close(input);
    if (rc == 0 && archive != NULL)
        rc = read_archive(load, id, alone, archive, vib_input_shown(path), err);
    vib_archive_close(archive);
    return rc;
}

static int read_split(struct loading *load, enum vib_split_id id, const struct vib_sources *sources,
                      struct vib_error *err) {
    struct vib_input *input = NULL;
    int rc = read_file(load, id, sources, err);
    if (rc != 0 || sources->labels[id] == NULL)
        return rc;
    rc = vib_input_open(&input, sources->labels[id], err);
    if (rc == 0)
        rc = read_labels(load, id, input, err);
    vib_input_close(input);
    return rc;
}

static int check_request(const struct vib_load_request *request, struct vib_error *err) {
    if (request->classes == 1 || request->classes > VIB_MAX_CLASSES)
        return vib_error_set(err, VIB_EINVAL, "%s: %zu classes, expected 2 to %d, or 0",
                             request->name, request->classes, VIB_MAX_CLASSES);
    if (strlen(request->name) >= VIB_DATASET_NAME)
        return vib_error_set(err, VIB_EINVAL, "%s: a data set's name has at most %d bytes",
                             request->name, VIB_DATASET_NAME - 1);
    return 0;
}

static int load_splits(struct loading *load, const struct vib_sources *sources,
                       struct vib_error *err) {
    int rc = vib_labels_new(&load->labels, err);
    for (enum vib_split_id id = 0; rc == 0 && id < VIB_SPLITS; id++)
        if (sources->inputs[id] != NULL)
            rc = read_split(load, id, sources, err);
    if (rc == 0)
        rc = vib_labels_finish(load->labels, load->request->classes, &load->data, err);
    return rc != 0 ? rc : vib_dataset_finish(&load->data, err);
}

int vib_data_load(struct vib_dataset *data, const struct vib_load_request *request,
                  const struct vib_sources *sources, struct vib_error *err) {
    struct loading load = {.request = request, .data = {.ixy = (double)NAN, .ixy_se = (double)NAN}};
    *data = (struct vib_dataset){0};
    int rc = check_request(request, err);
    if (rc != 0)
        return rc;
    snprintf(load.data.name, sizeof load.data.name, "%s", request->name);
    rc = load_splits(&load, sources, err);
    vib_labels_free(load.labels);
    vib_csv_columns_release(&load.columns);
    if (rc != 0) {
        vib_dataset_release(&load.data);
        return rc;
    }
    *data = load.data;
    return 0;
}
