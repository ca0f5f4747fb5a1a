#include "core/elementwise.h"

#include "core/simd.h"

size_t vib_type_size(enum vib_type type) {
    return type == VIB_BF16 ? sizeof(uint16_t) : sizeof(float);
}

VIB_MULTIVERSION
static uint32_t not_finite(const float *x, size_t n) {
    uint32_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= (vib_float_bits(x[i]) & 0x7f800000u) == 0x7f800000u ? 1u : 0u;
    return found;
}

bool vib_all_finite(const float *x, size_t n) {
    return not_finite(x, n) == 0;
}

VIB_MULTIVERSION
static void relu(size_t n, float *values) {
    for (size_t i = 0; i < n; i++)
        values[i] = values[i] < 0.0f ? 0.0f : values[i];
}

VIB_MULTIVERSION
static void hyperbolic_tangent(size_t n, float *values) {
    for (size_t i = 0; i < n; i++)
        values[i] = vib_tanhf(values[i]);
}

void vib_activation(enum vib_activation activation, size_t n, float *values) {
    if (activation == VIB_RELU)
        relu(n, values);
    else
        hyperbolic_tangent(n, values);
}

VIB_MULTIVERSION
static void relu_backward_f32(const float *restrict h, size_t ld_h, size_t rows, size_t columns,
                              float *restrict delta, size_t ld) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            delta[i * ld + j] = h[i * ld_h + j] > 0.0f ? delta[i * ld + j] : 0.0f;
}

VIB_MULTIVERSION
static void tanh_backward_f32(const float *restrict h, size_t ld_h, float scale, size_t rows,
                              size_t columns, float *restrict delta, size_t ld) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float value = scale * h[i * ld_h + j];
            delta[i * ld + j] *= 1.0f - value * value;
        }
}

VIB_MULTIVERSION
static void relu_backward_bf16(const uint16_t *restrict h, size_t ld_h, size_t rows, size_t columns,
                               float *restrict delta, size_t ld) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            delta[i * ld + j] = vib_widen(h[i * ld_h + j]) > 0.0f ? delta[i * ld + j] : 0.0f;
}

VIB_MULTIVERSION
static void tanh_backward_bf16(const uint16_t *restrict h, size_t ld_h, float scale, size_t rows,
                               size_t columns, float *restrict delta, size_t ld) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float value = scale * vib_widen(h[i * ld_h + j]);
            delta[i * ld + j] *= 1.0f - value * value;
        }
}

void vib_activation_backward(enum vib_activation activation, enum vib_type type, const void *h,
                             size_t ld_h, float scale, size_t rows, size_t columns, float *delta,
                             size_t ld_delta) {
    if (activation == VIB_RELU && type == VIB_F32)
        relu_backward_f32(h, ld_h, rows, columns, delta, ld_delta);
    else if (activation == VIB_RELU)
        relu_backward_bf16(h, ld_h, rows, columns, delta, ld_delta);
    else if (type == VIB_F32)
        tanh_backward_f32(h, ld_h, scale, rows, columns, delta, ld_delta);
    else
        tanh_backward_bf16(h, ld_h, scale, rows, columns, delta, ld_delta);
}

VIB_MULTIVERSION
static void drop(const uint8_t *restrict mask, float scale, size_t n, float *restrict values) {
    for (size_t i = 0; i < n; i++)
        values[i] = mask[i] != 0 ? scale * values[i] : 0.0f;
}

void vib_dropout(const uint8_t *mask, float scale, size_t n, float *values) {
    drop(mask, scale, n, values);
}

VIB_MULTIVERSION
static void add_row_f32(const float *restrict row, size_t n, float *restrict sums) {
    for (size_t j = 0; j < n; j++)
        sums[j] += row[j];
}

VIB_MULTIVERSION
static void add_row_bf16(const uint16_t *restrict row, size_t n, float *restrict sums) {
    for (size_t j = 0; j < n; j++)
        sums[j] += vib_widen(row[j]);
}

void vib_column_sums(enum vib_type type, const void *m, size_t ld, size_t rows, size_t columns,
                     float *sums) {
    memset(sums, 0, columns * sizeof *sums);
    for (size_t i = 0; i < rows; i++)
        if (type == VIB_F32)
            add_row_f32((const float *)m + i * ld, columns, sums);
        else
            add_row_bf16((const uint16_t *)m + i * ld, columns, sums);
}
