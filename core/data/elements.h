/* Elements of arrays as numbers. Thread rule: pure functions. */
#ifndef VIB_CORE_DATA_ELEMENTS_H
#define VIB_CORE_DATA_ELEMENTS_H

#include "core/data/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reverses the bytes of n elements in place, where their order is not this machine's. */
void vib_elements_order(const struct vib_array *array, uint8_t *bytes, size_t n);

/* n elements, in this machine's order, that are no texts, as float32, rounded once. Returns whether
 * all are finite. */
bool vib_elements_floats(enum vib_element element, const uint8_t *bytes, size_t n, float *out);

/* The i-th element as a double; of 8 bytes and whole, rounded. */
double vib_element_real(enum vib_element element, const uint8_t *bytes, size_t i);

/* The i-th element as a whole number; false when it is none, or none that int64_t holds. */
bool vib_element_whole(enum vib_element element, const uint8_t *bytes, size_t i, int64_t *number);

#endif
