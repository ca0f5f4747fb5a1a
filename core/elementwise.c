#include "core/elementwise.h"

#include "core/simd.h"

size_t vib_type_size(enum vib_type type) {
    return type == VIB_BF16 ? sizeof(uint16_t) : sizeof(float);
}

VIB_INLINE float from_bf16(uint16_t x) {
    return vib_bits_float((uint32_t)x << 16);
}

VIB_INLINE uint16_t to_bf16(float x) {
    uint32_t bits = vib_float_bits(x);
    uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    uint32_t quiet = (bits >> 16) | 0x40u;
    return (uint16_t)(x != x ? quiet : rounded);
}

VIB_MULTIVERSION
static void narrow(const float *restrict in, size_t n, uint16_t *restrict out) {
    for (size_t i = 0; i < n; i++)
        out[i] = to_bf16(in[i]);
}

void vib_to_bf16(const float *in, size_t n, uint16_t *out) {
    narrow(in, n, out);
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
static void relu_backward_f32(const float *restrict h, size_t n, float *restrict delta) {
    for (size_t i = 0; i < n; i++)
        delta[i] = h[i] > 0.0f ? delta[i] : 0.0f;
}

VIB_MULTIVERSION
static void tanh_backward_f32(const float *restrict h, float scale, size_t n,
                              float *restrict delta) {
    for (size_t i = 0; i < n; i++) {
        float value = scale * h[i];
        delta[i] *= 1.0f - value * value;
    }
}

VIB_MULTIVERSION
static void relu_backward_bf16(const uint16_t *restrict h, size_t n, uint16_t *restrict delta) {
    /* ReLU's output is +0 or positive: as bits, zero or not. */
    for (size_t i = 0; i < n; i++)
        delta[i] = h[i] != 0 ? delta[i] : 0;
}

VIB_MULTIVERSION
static void tanh_backward_bf16(const uint16_t *restrict h, float scale, size_t n,
                               uint16_t *restrict delta) {
    for (size_t i = 0; i < n; i++) {
        float value = scale * from_bf16(h[i]);
        delta[i] = to_bf16(from_bf16(delta[i]) * (1.0f - value * value));
    }
}

void vib_activation_backward(enum vib_activation activation, enum vib_type type, const void *h,
                             float scale, size_t n, void *delta) {
    if (activation == VIB_RELU && type == VIB_F32)
        relu_backward_f32(h, n, delta);
    else if (activation == VIB_RELU)
        relu_backward_bf16(h, n, delta);
    else if (type == VIB_F32)
        tanh_backward_f32(h, scale, n, delta);
    else
        tanh_backward_bf16(h, scale, n, delta);
}

VIB_MULTIVERSION
static void dropout_f32(const uint8_t *restrict mask, float scale, size_t n,
                        float *restrict values) {
    for (size_t i = 0; i < n; i++)
        values[i] = mask[i] != 0 ? scale * values[i] : 0.0f;
}

VIB_MULTIVERSION
static void dropout_bf16(const uint8_t *restrict mask, float scale, size_t n,
                         uint16_t *restrict values) {
    for (size_t i = 0; i < n; i++)
        values[i] = mask[i] != 0 ? to_bf16(scale * from_bf16(values[i])) : 0;
}

void vib_dropout(enum vib_type type, const uint8_t *mask, float scale, size_t n, void *values) {
    if (type == VIB_F32)
        dropout_f32(mask, scale, n, values);
    else
        dropout_bf16(mask, scale, n, values);
}

VIB_MULTIVERSION
static void add_row_f32(const float *restrict row, size_t n, float *restrict sums) {
    for (size_t j = 0; j < n; j++)
        sums[j] += row[j];
}

VIB_MULTIVERSION
static void add_row_bf16(const uint16_t *restrict row, size_t n, float *restrict sums) {
    for (size_t j = 0; j < n; j++)
        sums[j] += from_bf16(row[j]);
}

void vib_column_sums(enum vib_type type, const void *m, size_t rows, size_t columns, float *sums) {
    memset(sums, 0, columns * sizeof *sums);
    for (size_t i = 0; i < rows; i++)
        if (type == VIB_F32)
            add_row_f32((const float *)m + i * columns, columns, sums);
        else
            add_row_bf16((const uint16_t *)m + i * columns, columns, sums);
}
