/* Elementwise kernels between the matrix products.
 * Thread rule: pure functions. */
#ifndef VIB_CORE_ELEMENTWISE_H
#define VIB_CORE_ELEMENTWISE_H

#include "core/params.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t vib_type_size(enum vib_type type); /* bytes per element */

/* Whether none of x[0..n) is NaN or infinite. */
bool vib_all_finite(const float *x, size_t n);

/* values[i] = activation(values[i]); a NaN stays one. */
void vib_activation(enum vib_activation activation, size_t n, float *values);

/* delta [rows][ld_delta] *= activation'(.) element by element, written in terms of the activation's
 * output, which is scale h, h [rows][ld_h] of `type`; columns of either count. */
void vib_activation_backward(enum vib_activation activation, enum vib_type type, const void *h,
                             size_t ld_h, float scale, size_t rows, size_t columns, float *delta,
                             size_t ld_delta);

/* Dropout, of activations and of their gradients: values[i] = mask[i] ? scale values[i] : 0. */
void vib_dropout(const uint8_t *mask, float scale, size_t n, float *values);

/* sums[j] = sum_i m[i][j] for m [rows][columns] of `type`, its rows ld elements apart. */
void vib_column_sums(enum vib_type type, const void *m, size_t ld, size_t rows, size_t columns,
                     float *sums);

#endif
