/* Reading an array as inputs. Declared in array.h. */
#include "core/data/array.h"

#include "core/data/elements.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 1 << 13,      /* elements read at a time */
    FIRST_BLOCK = 1 << 20 /* elements that memory is taken for before any has been seen */
};

/* An array on its way into a split. */
struct filling {
    const struct vib_array *array;
    struct vib_input *input;
    enum vib_split_id id;
    size_t n, dim;     /* examples in the file, elements of each */
    size_t kept, room; /* elements to be kept, and those that memory was taken for */
    bool bytes;        /* they stay bytes */
    void *out;         /* [room] */
    uint64_t size;     /* bytes of the array in the file */
    size_t place;      /* of the next element, in C order */
    size_t at[VIB_MAX_AXES], stride[VIB_MAX_AXES]; /* Fortran order: its index, and C's strides */
};

static size_t width_out(const struct filling *f) {
    return f->bytes ? sizeof(uint8_t) : sizeof(float);
}

/* A header's false claim of packed data costs no memory: that grows with what comes. */
static int make_room(struct filling *f, size_t elements, struct vib_error *err) {
    elements = elements < f->kept ? elements : f->kept;
    const bool at_once = vib_input_is_exact(f->input) || f->array->fortran;
    size_t room = at_once ? f->kept : f->room < FIRST_BLOCK ? FIRST_BLOCK : f->room;
    while (room < elements)
        room = room > f->kept / 2 ? f->kept : 2 * room;
    room = room > f->kept ? f->kept : room;
    if (room <= f->room)
        return 0;
    void *out = realloc(f->out, room * width_out(f));
    if (out == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", vib_input_name(f->input));
    f->out = out;
    f->room = room;
    return 0;
}

/* The place in C order of the element after the next in the file. */
static void advance(struct filling *f) {
    if (!f->array->fortran) {
        f->place++;
        return;
    }
    for (size_t a = 0; a < f->array->n_axes; a++) {
        f->place += f->stride[a];
        if (++f->at[a] < f->array->shape[a])
            return;
        f->place -= f->stride[a] * f->array->shape[a];
        f->at[a] = 0;
    }
}

static int not_finite(const struct filling *f, double value, struct vib_error *err) {
    const char *name = vib_input_name(f->input), *split = vib_split_name(f->id);
    const size_t row = f->place / f->dim, column = f->place % f->dim;
    if (isfinite(value))
        return vib_error_set(err, VIB_EDATA,
                             "%s: the %s split has %g in row %zu, column %zu (counted from 0), "
                             "which float32 cannot hold",
                             name, split, value, row, column);
    return vib_error_set(err, VIB_EDATA,
                         "%s: the %s split has %s in row %zu, column %zu (counted from 0): "
                         "inputs must be finite",
                         name, split, isnan(value) ? "NaN" : "an infinity", row, column);
}

/* Finds the number that is not finite, of n from f->place on; one that is not kept does not matter.
 */
static int find_fault(struct filling *f, const uint8_t *from, const float *values, size_t n,
                      struct vib_error *err) {
    for (size_t i = 0; i < n; i++, advance(f))
        if (f->place < f->kept && !isfinite(values[i]))
            return not_finite(f, vib_element_real(f->array->element, from, i), err);
    return 0;
}

/* C order: a block of them. */
static void put_block(struct filling *f, const void *values, size_t n) {
    const size_t width = width_out(f);
    const size_t left = f->place < f->kept ? f->kept - f->place : 0, take = n < left ? n : left;
    if (take > 0)
        memcpy((char *)f->out + f->place * width, values, take * width);
    f->place += n;
}

/* Fortran order: one by one. */
static void put_each(struct filling *f, const uint8_t *bytes, const float *values, size_t n) {
    for (size_t i = 0; i < n; i++, advance(f)) {
        if (f->place >= f->kept)
            continue;
        if (f->bytes)
            ((uint8_t *)f->out)[f->place] = bytes[i];
        else
            ((float *)f->out)[f->place] = values[i];
    }
}

/* Takes n elements into the split. */
static int put(struct filling *f, uint8_t *from, size_t n, struct vib_error *err) {
    float values[CHUNK];
    vib_elements_order(f->array, from, n);
    if (!f->bytes && !vib_elements_floats(f->array->element, from, n, values)) {
        struct filling look = *f;
        const int rc = find_fault(&look, from, values, n, err);
        if (rc != 0)
            return rc;
    }
    const int rc = make_room(f, f->array->fortran ? f->kept : f->place + n, err);
    if (rc != 0)
        return rc;
    if (f->array->fortran)
        put_each(f, from, values, n);
    else
        put_block(f, f->bytes ? (const void *)from : values, n);
    return 0;
}

static int fill(struct filling *f, struct vib_error *err) {
    uint8_t from[8 * CHUNK];
    const size_t width = vib_array_width(f->array);
    uint64_t done = 0;
    int rc = 0;
    while (rc == 0 && done < f->size) {
        const uint64_t left = f->size - done;
        const size_t want = left < CHUNK * width ? (size_t)left : CHUNK * width;
        size_t got = 0;
        rc = vib_input_read(f->input, from, want, &got, err);
        done += got;
        if (rc == 0 && got < want)
            rc = vib_error_set(err, VIB_EDATA,
                               "%s: truncated: expected %" PRIu64 " bytes of data, found %" PRIu64,
                               vib_input_name(f->input), f->size, done);
        if (rc == 0)
            rc = put(f, from, want / width, err);
    }
    return rc != 0 ? rc : vib_input_end(f->input, f->size, err);
}

int vib_array_read_inputs(const struct vib_array *array, struct vib_input *input,
                          enum vib_split_id id, size_t limit, double most_bytes,
                          struct vib_split *split, struct vib_error *err) {
    struct filling f = {.array = array, .input = input, .id = id, .dim = 1};
    if (array->element >= VIB_TEXT1)
        return vib_error_set(err, VIB_EDATA, "%s: holds texts, expected numbers as inputs",
                             vib_input_name(input));
    int rc = vib_array_size(array, input, &f.size, err);
    if (rc == 0)
        rc = vib_check_limit(vib_input_name(input), id, array->shape[0], limit, err);
    if (rc != 0)
        return rc;
    for (size_t a = array->n_axes; a-- > 0;) { /* no product overflows: all of it has a size */
        f.stride[a] = a + 1 == array->n_axes ? 1 : f.stride[a + 1] * array->shape[a + 1];
        f.dim = a > 0 ? f.dim * array->shape[a] : f.dim;
    }
    f.n = limit != 0 ? limit : array->shape[0];
    f.kept = f.n * f.dim;
    f.bytes = array->element == VIB_U1;
    rc = f.kept > SIZE_MAX / sizeof(float)
             ? vib_error_set(err, VIB_EDATA, "%s: impossible dimensions: more than memory holds",
                             vib_input_name(input))
             : vib_check_memory(vib_input_name(input), id, (double)f.kept * (double)width_out(&f),
                                most_bytes, err);
    if (rc == 0)
        rc = fill(&f, err);
    if (rc != 0) {
        free(f.out);
        return rc;
    }
    split->n = f.n;
    split->bytes = f.bytes ? f.out : NULL;
    split->values = f.bytes ? NULL : f.out;
    return 0;
}
