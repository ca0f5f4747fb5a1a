/* Reading an array as labels. Declared in array.h. */
#include "core/data/array.h"

#include "core/data/elements.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16, MAX_WIDTH = 1 << 14 /* bytes of one label */ };

static bool is_zero(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* UTF-8 of a character; what is none becomes a byte that no text has. Returns the bytes. */
static size_t write_character(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        out[0] = (char)0xff;
        return 1;
    }
    const size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> n & 0xff) | c);
    return n;
}

/* Texts are filled up with zeros. */
static int add_text(const struct vib_array *array, const uint8_t *bytes, struct vib_labels *labels,
                    struct vib_error *err) {
    char text[MAX_WIDTH];
    const size_t width = vib_array_width(array), size = width / array->length;
    size_t characters = array->length, n = 0;
    while (characters > 0 && is_zero(bytes + (characters - 1) * size, size))
        characters--;
    for (size_t i = 0; i < characters; i++) {
        uint32_t c = bytes[i];
        if (size == sizeof c)
            memcpy(&c, bytes + i * size, size);
        if (size == sizeof c)
            n += write_character(c, text + n);
        else
            text[n++] = (char)c;
    }
    return vib_labels_add_text(labels, text, n, err);
}

static int add_number(const struct vib_array *array, const uint8_t *bytes, size_t i,
                      uint64_t example, const char *name, struct vib_labels *labels,
                      struct vib_error *err) {
    int64_t number = 0;
    if (!vib_element_whole(array->element, bytes, i, &number))
        return vib_error_set(err, VIB_EDATA,
                             "%s: the label of example %" PRIu64
                             " (counted from 0), %g, is no "
                             "whole number: labels are whole numbers or names",
                             name, example, vib_element_real(array->element, bytes, i));
    return vib_labels_add_number(labels, number, err);
}

static int add_block(const struct vib_array *array, uint8_t *bytes, size_t n, uint64_t first,
                     const char *name, struct vib_labels *labels, struct vib_error *err) {
    const size_t width = vib_array_width(array);
    int rc = 0;
    vib_elements_order(array, bytes, n);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = array->element >= VIB_TEXT1
                 ? add_text(array, bytes + i * width, labels, err)
                 : add_number(array, bytes, i, first + i, name, labels, err);
    return rc;
}

static int check_shape(const struct vib_array *array, const char *name, struct vib_error *err) {
    for (size_t a = 1; a < array->n_axes; a++)
        if (array->shape[a] != 1)
            return vib_error_set(err, VIB_EDATA,
                                 "%s: expected one label for each example, found %zu dimensions "
                                 "of which one is %zu; of one-hot labels argmax is one",
                                 name, array->n_axes, array->shape[a]);
    if (vib_array_width(array) > MAX_WIDTH)
        return vib_error_set(err, VIB_EDATA, "%s: labels of %zu bytes, expected at most %d", name,
                             vib_array_width(array), MAX_WIDTH);
    return 0;
}

int vib_array_read_labels(const struct vib_array *array, struct vib_input *input,
                          struct vib_labels *labels, struct vib_error *err) {
    const char *name = vib_input_name(input);
    const size_t width = vib_array_width(array);
    uint8_t bytes[BLOCK];
    uint64_t size = 0, done = 0;
    int rc = vib_array_size(array, input, &size, err);
    if (rc == 0)
        rc = check_shape(array, name, err);
    while (rc == 0 && done < size) {
        const size_t block = BLOCK / width * width;
        const size_t want = size - done < block ? (size_t)(size - done) : block;
        size_t got = 0;
        rc = vib_input_read(input, bytes, want, &got, err);
        if (rc == 0 && got < want)
            rc = vib_error_set(err, VIB_EDATA,
                               "%s: truncated: expected %" PRIu64 " bytes of data, found %" PRIu64,
                               name, size, done + got);
        if (rc == 0)
            rc = add_block(array, bytes, want / width, done / width, name, labels, err);
        done += got;
    }
    return rc != 0 ? rc : vib_input_end(input, size, err);
}
