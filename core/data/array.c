#include "core/data/array.h"

#include <inttypes.h>

static const struct {
    const char *name;
    size_t size;
} elements[] = {
#define ELEMENT_ROW(id, name, size) [id] = {name, size},
    VIB_ELEMENT_MAP(ELEMENT_ROW)
#undef ELEMENT_ROW
};

const char *vib_element_name(enum vib_element element) {
    return elements[element].name;
}

size_t vib_array_width(const struct vib_array *array) {
    return elements[array->element].size * array->length;
}

int vib_array_size(const struct vib_array *array, const struct vib_input *input, uint64_t *size,
                   struct vib_error *err) {
    const char *name = vib_input_name(input);
    uint64_t bytes = vib_array_width(array);
    if (array->n_axes == 0)
        return vib_error_set(err, VIB_EDATA, "%s: holds a single value, expected an array", name);
    if (bytes == 0)
        return vib_error_set(err, VIB_EDATA, "%s: holds nothing: its texts have no characters",
                             name);
    for (size_t i = 0; i < array->n_axes; i++) {
        if (array->shape[i] == 0)
            return vib_error_set(err, VIB_EDATA, "%s: holds nothing: dimension %zu is 0", name,
                                 i + 1);
        if (array->shape[i] > SIZE_MAX / 2 / bytes)
            return vib_error_set(err, VIB_EDATA,
                                 "%s: impossible dimensions: more elements than any file holds",
                                 name);
        bytes *= array->shape[i];
    }
    *size = bytes;
    return vib_input_expect(input, bytes, err);
}

int vib_check_memory(const char *name, enum vib_split_id id, double bytes, double most,
                     struct vib_error *err) {
    const double gib = 0x1p30;
    if (most <= 0 || bytes <= most)
        return 0;
    return vib_error_set(err, VIB_EDATA,
                         "%s: the %s inputs take %.1f GiB of memory, of which %.1f are free; "
                         "dataset.n_train and dataset.n_test load fewer examples",
                         name, vib_split_name(id), bytes / gib, most / gib);
}

int vib_check_limit(const char *name, enum vib_split_id id, size_t n, size_t limit,
                    struct vib_error *err) {
    if (limit <= n)
        return 0;
    return vib_error_set(err, VIB_EDATA, "%s: %zu %s examples are asked for, the file has %zu",
                         name, limit, vib_split_name(id), n);
}
