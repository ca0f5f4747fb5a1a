/* IDX, the format of MNIST: two zero bytes, the element type (0x08 unsigned byte, 0x09 byte, 0x0B,
 * 0x0C integers of 2 and 4 bytes, 0x0D, 0x0E floating point of 4 and 8), the number of dimensions,
 * each as a number of 32 bits, then the elements in row-major order; all big-endian. */
#ifndef VIB_CORE_DATA_IDX_H
#define VIB_CORE_DATA_IDX_H

#include "core/data/array.h"
#include "core/data/input.h"
#include "core/error.h"

#include <stdbool.h>

bool vib_idx_begins(const uint8_t *head, size_t n);

/* Reads the header; the input then stands at the first element. Errors: VIB_EDATA, VIB_ENOMEM. */
int vib_idx_header(struct vib_input *input, struct vib_array *array, struct vib_error *err);

#endif
