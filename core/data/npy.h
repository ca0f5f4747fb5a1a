/* NumPy's format of one array, .npy, versions 1 to 3: a magic number, a version, and a dictionary
 * as Python writes it, of type, order and shape. Objects, which are pickles that run code, and
 * records are refused. */
#ifndef VIB_CORE_DATA_NPY_H
#define VIB_CORE_DATA_NPY_H

#include "core/data/array.h"
#include "core/data/input.h"
#include "core/error.h"

#include <stdbool.h>

bool vib_npy_begins(const uint8_t *head, size_t n);

/* Reads the header; the input then stands at the first element. Errors: VIB_EDATA, VIB_ENOMEM. */
int vib_npy_header(struct vib_input *input, struct vib_array *array, struct vib_error *err);

#endif
