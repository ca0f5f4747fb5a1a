#include "core/data/idx.h"

#include <string.h>

static const struct idx_type {
    uint8_t code;
    enum vib_element element;
} types[] = {{0x08, VIB_U1}, {0x09, VIB_I1}, {0x0b, VIB_I2},
             {0x0c, VIB_I4}, {0x0d, VIB_F4}, {0x0e, VIB_F8}};

static const struct idx_type *find_type(uint8_t code) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].code == code)
            return &types[i];
    return NULL;
}

/* Also of a type that there is not, which the header's reader tells. */
bool vib_idx_begins(const uint8_t *head, size_t n) {
    return n >= 2 && head[0] == 0 && head[1] == 0;
}

static size_t big_endian(const uint8_t byte[4]) {
    return (size_t)byte[0] << 24 | (size_t)byte[1] << 16 | (size_t)byte[2] << 8 | byte[3];
}

static int read_exactly(struct vib_input *input, uint8_t *out, size_t size, size_t header,
                        struct vib_error *err) {
    size_t got = 0;
    const int rc = vib_input_read(input, out, size, &got, err);
    if (rc == 0 && got < size)
        return vib_error_set(err, VIB_EDATA,
                             "%s: truncated: expected a header of %zu bytes, found %zu",
                             vib_input_name(input), header, header - size + got);
    return rc;
}

int vib_idx_header(struct vib_input *input, struct vib_array *array, struct vib_error *err) {
    uint8_t magic[4], bytes[4 * VIB_MAX_AXES];
    *array = (struct vib_array){.length = 1, .big_endian = true};
    int rc = read_exactly(input, magic, sizeof magic, sizeof magic, err);
    if (rc != 0)
        return rc;
    const struct idx_type *type = find_type(magic[2]);
    if (type == NULL)
        return vib_error_set(err, VIB_EDATA,
                             "%s: wrong element type of IDX: expected one of 0x08, 0x09, 0x0b, "
                             "0x0c, 0x0d and 0x0e, found 0x%02x",
                             vib_input_name(input), magic[2]);
    if (magic[3] < 1 || magic[3] > VIB_MAX_AXES)
        return vib_error_set(err, VIB_EDATA,
                             "%s: wrong number of dimensions: expected 1 to %d, found %d",
                             vib_input_name(input), VIB_MAX_AXES, magic[3]);
    array->element = type->element;
    array->n_axes = magic[3];
    const size_t size = 4 * array->n_axes;
    rc = read_exactly(input, bytes, size, sizeof magic + size, err);
    for (size_t i = 0; rc == 0 && i < array->n_axes; i++)
        array->shape[i] = big_endian(bytes + 4 * i);
    return rc;
}
