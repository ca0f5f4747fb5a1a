/* Elementwise kernels between the matrix products, for float32 and bfloat16 operands.
 * Thread rule: pure functions. */
#ifndef VIB_CORE_ELEMENTWISE_H
#define VIB_CORE_ELEMENTWISE_H

#include "core/params.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t vib_type_size(enum vib_type type); /* bytes per element */

/* out[i] = bfloat16(in[i]), rounded to nearest even; NaN stays NaN. */
void vib_to_bf16(const float *in, size_t n, uint16_t *out);

/* Whether none of x[0..n) is NaN or infinite. */
bool vib_all_finite(const float *x, size_t n);

/* delta[i] *= activation'(.), written in terms of the activation's output, which is scale h[i].
 * Both of `type`. */
void vib_activation_backward(enum vib_activation activation, enum vib_type type, const void *h,
                             float scale, size_t n, void *delta);

/* Dropout, of activations and of their gradients: values[i] = mask[i] ? scale values[i] : 0, for
 * values of `type`. */
void vib_dropout(enum vib_type type, const uint8_t *mask, float scale, size_t n, void *values);

/* sums[j] = sum_i m[i][j] for m [rows][columns] of `type`. */
void vib_column_sums(enum vib_type type, const void *m, size_t rows, size_t columns, float *sums);

#endif
