#include "core/data/elements.h"

#include <float.h>
#include <math.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static const bool big_endian_machine = true;
#else
static const bool big_endian_machine = false;
#endif

void vib_elements_order(const struct vib_array *array, uint8_t *bytes, size_t n) {
    const size_t width = vib_array_width(array) / array->length;
    if (width == 1 || array->big_endian == big_endian_machine)
        return;
    for (size_t i = 0; i < n * array->length; i++)
        for (size_t k = 0; k < width / 2; k++) {
            const uint8_t first = bytes[i * width + k];
            bytes[i * width + k] = bytes[i * width + width - 1 - k];
            bytes[i * width + width - 1 - k] = first;
        }
}

/* IEEE 754's 16 bits: sign, 5 of the exponent, 10 of the fraction. */
static float half(uint16_t bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float size = exponent == 31  ? (fraction != 0 ? NAN : INFINITY)
                       : exponent == 0 ? ldexpf((float)fraction, -24)
                                       : ldexpf((float)(1024 + fraction), exponent - 25);
    return bits & 0x8000 ? -size : size;
}

/* Double to float of what float32 cannot hold is undefined in C; infinite by IEEE 754. */
#define CONVERT(name, type, expression)                                                            \
    static void name(const uint8_t *bytes, size_t n, float *out) {                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            type x;                                                                                \
            memcpy(&x, bytes + i * sizeof x, sizeof x);                                            \
            out[i] = (expression);                                                                 \
        }                                                                                          \
    }
CONVERT(convert_u1, uint8_t, (float)x)
CONVERT(convert_i1, int8_t, (float)x)
CONVERT(convert_u2, uint16_t, (float)x)
CONVERT(convert_i2, int16_t, (float)x)
CONVERT(convert_u4, uint32_t, (float)x)
CONVERT(convert_i4, int32_t, (float)x)
CONVERT(convert_u8, uint64_t, (float)x)
CONVERT(convert_i8, int64_t, (float)x)
CONVERT(convert_f2, uint16_t, half(x))
CONVERT(convert_f4, float, x)
CONVERT(convert_f8, double, (float)x)
#undef CONVERT

static void (*const converters[])(const uint8_t *, size_t, float *) = {
    [VIB_U1] = convert_u1, [VIB_I1] = convert_i1, [VIB_U2] = convert_u2, [VIB_I2] = convert_i2,
    [VIB_U4] = convert_u4, [VIB_I4] = convert_i4, [VIB_U8] = convert_u8, [VIB_I8] = convert_i8,
    [VIB_F2] = convert_f2, [VIB_F4] = convert_f4, [VIB_F8] = convert_f8};

bool vib_elements_floats(enum vib_element element, const uint8_t *bytes, size_t n, float *out) {
    int finite = 1;
    converters[element](bytes, n, out);
    for (size_t i = 0; i < n; i++)
        finite &= fabsf(out[i]) <= FLT_MAX;
    return finite != 0;
}

/* READ(type): the i-th element, which need not be aligned. */
#define READ(type)                                                                                 \
    static type read_##type(const uint8_t *bytes, size_t i) {                                      \
        type x;                                                                                    \
        memcpy(&x, bytes + i * sizeof x, sizeof x);                                                \
        return x;                                                                                  \
    }
READ(int8_t)
READ(uint16_t)
READ(int16_t)
READ(uint32_t)
READ(int32_t)
READ(uint64_t)
READ(int64_t)
READ(float)
READ(double)
#undef READ

double vib_element_real(enum vib_element element, const uint8_t *bytes, size_t i) {
    int64_t number = 0;
    switch (element) {
    case VIB_F2:
        return (double)half(read_uint16_t(bytes, i));
    case VIB_F4:
        return (double)read_float(bytes, i);
    case VIB_F8:
        return read_double(bytes, i);
    case VIB_U8:
        return (double)read_uint64_t(bytes, i);
    default:
        (void)vib_element_whole(element, bytes, i, &number);
        return (double)number;
    }
}

static bool whole_real(double x, int64_t *number) {
    if (!(fabs(x) <= 0x1p53) || floor(x) < x)
        return false;
    *number = (int64_t)x;
    return true;
}

bool vib_element_whole(enum vib_element element, const uint8_t *bytes, size_t i, int64_t *number) {
    switch (element) {
    case VIB_U1:
        *number = bytes[i];
        return true;
    case VIB_I1:
        *number = read_int8_t(bytes, i);
        return true;
    case VIB_U2:
        *number = read_uint16_t(bytes, i);
        return true;
    case VIB_I2:
        *number = read_int16_t(bytes, i);
        return true;
    case VIB_U4:
        *number = read_uint32_t(bytes, i);
        return true;
    case VIB_I4:
        *number = read_int32_t(bytes, i);
        return true;
    case VIB_U8:
        *number = (int64_t)read_uint64_t(bytes, i);
        return *number >= 0;
    case VIB_I8:
        *number = read_int64_t(bytes, i);
        return true;
    case VIB_F2:
    case VIB_F4:
    case VIB_F8:
        return whole_real(vib_element_real(element, bytes, i), number);
    case VIB_TEXT1:
    case VIB_TEXT4:
        break;
    }
    return false;
}
