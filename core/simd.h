/* Elementary functions as branch-free float32 code that compilers vectorise, and the attribute that
 * compiles a loop for several instruction sets, chosen at run time.
 *
 * Errors, largest over dense samples of the stated domain (tests/unit/core/test_simd.c): vib_expf 2
 * ulp on [-87, 88]; vib_logf 2 ulp; vib_log1pf 2 ulp on [0, 1]; vib_tanhf 2 ulp; vib_sincos_turn
 * 2e-7 absolute. NaN goes in and comes out. Coefficients: Chebyshev fits made for this file. */
#ifndef VIB_CORE_SIMD_H
#define VIB_CORE_SIMD_H

#include <stdint.h>
#include <string.h>

/* VIB_MULTIVERSION is for static functions: clang 14 gives others names that nobody else finds.
 * Their names must be unique in the program all the same, because it makes their resolvers global.
 * Sanitizers instrument the resolvers that pick a version, which run before their runtime is up. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VIB_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VIB_SANITIZED 1
#endif

#if defined(__x86_64__) && !defined(VIB_SANITIZED) && (defined(__clang__) || __GNUC__ < 12)
/* clang 14's resolver never chooses an arch=, gcc 11 has no dispatcher for one. */
#define VIB_MULTIVERSION __attribute__((target_clones("avx512f", "avx2", "default")))
#elif defined(__x86_64__) && defined(__GNUC__) && !defined(VIB_SANITIZED)
#define VIB_MULTIVERSION                                                                           \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VIB_MULTIVERSION
#endif

#define VIB_INLINE static inline __attribute__((always_inline, unused))

VIB_INLINE uint32_t vib_float_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

VIB_INLINE float vib_bits_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The value of a bfloat16, and a value rounded to one: to the nearest, even when halfway; NaN stays
 * NaN. */
VIB_INLINE float vib_widen(uint16_t x) {
    return vib_bits_float((uint32_t)x << 16);
}

VIB_INLINE uint16_t vib_narrow(float x) {
    uint32_t bits = vib_float_bits(x);
    uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    uint32_t quiet = (bits >> 16) | 0x40u;
    return (uint16_t)(x != x ? quiet : rounded);
}

/* e^x; below -87 as e^-87, above 88 as e^88, so that the result is always a normal number. */
VIB_INLINE float vib_expf(float x) {
    const float round_magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    float shifted = x * 1.44269504f + round_magic;
    float n = shifted - round_magic;
    /* ln 2 in two parts, the first exact in 15 bits, so that n * ln 2 is exact enough. */
    float r = x - n * 0.693145752f - n * 1.42860677e-6f;
    float p = 1.392692661e-3f;
    p = p * r + 8.363773874e-3f;
    p = p * r + 4.166655011e-2f;
    p = p * r + 1.666657338e-1f;
    p = p * r + 0.5f;
    p = (p * r) * r + r;
    float scale =
        vib_bits_float((vib_float_bits(shifted) - vib_float_bits(round_magic) + 127u) << 23);
    return p * scale + scale;
}

/* atanh(s) / s - 1 for s^2 = t in [0, 1/9]. */
VIB_INLINE float vib_atanh_tail(float t) {
    float p = 1.161216461e-1f;
    p = p * t + 1.08532879e-1f;
    p = p * t + 1.4296179e-1f;
    p = p * t + 1.999985317e-1f;
    p = p * t + 3.333333366e-1f;
    return p * t;
}

/* ln(x) for positive normal x. */
VIB_INLINE float vib_logf(float x) {
    uint32_t bits = vib_float_bits(x);
    /* Exponent such that the rest lies in [sqrt(1/2), sqrt(2)). */
    uint32_t shifted = bits - 0x3f3504f3u;
    int32_t exponent = (int32_t)shifted >> 23;
    float m = vib_bits_float((shifted & 0x007fffffu) + 0x3f3504f3u);
    float e = (float)exponent;
    float f = m - 1.0f;
    float s = f / (m + 1.0f);
    float half_square = 0.5f * f * f;
    /* ln m = 2 atanh s = f - f^2/2 + s (f^2/2 + 2 tail), arranged to keep f's low bits. */
    float tail = 2.0f * vib_atanh_tail(s * s);
    float result = f - (half_square - (s * (half_square + tail) + e * 1.42860677e-6f));
    return result + e * 0.693145752f + (x - x); /* x - x carries a NaN or infinity through */
}

/* ln(1 + y) for y in [0, 1], accurate relative to the result. */
VIB_INLINE float vib_log1pf(float y) {
    float s = y / (2.0f + y);
    float d = 2.0f * s;
    return d + d * vib_atanh_tail(s * s);
}

/* softplus(t) = ln(1 + e^t). */
VIB_INLINE float vib_softplusf(float t) {
    float magnitude = t < 0.0f ? -t : t;
    return (t > 0.0f ? t : 0.0f) + vib_log1pf(vib_expf(-magnitude)) + (t - t);
}

/* The derivative of softplus: 1 / (1 + e^-t). */
VIB_INLINE float vib_sigmoidf(float t) {
    float e = vib_expf(t < 0.0f ? t : -t);
    return (t < 0.0f ? e : 1.0f) / (1.0f + e);
}

/* tanh(x); NaN of an infinity, which here is a sum that overflowed. */
VIB_INLINE float vib_tanhf(float x) {
    float magnitude = x < 0.0f ? -x : x;
    float e = vib_expf(-2.0f * magnitude);
    float large = (1.0f - e) / (1.0f + e);
    float t = x * x;
    float p = -6.096714163e-3f;
    p = p * t + 2.0997179e-2f;
    p = p * t - 5.385090958e-2f;
    p = p * t + 1.333276974e-1f;
    p = p * t - 3.333332894e-1f;
    float small = magnitude + magnitude * (p * t); /* for |x| <= 5/8 */
    float result = magnitude > 0.625f ? large : small;
    return (x < 0.0f ? -result : result) + (x - x);
}

/* Sine and cosine of v whole turns, v in [0, 1]. */
VIB_INLINE void vib_sincos_turn(float v, float *sine, float *cosine) {
    const float round_magic = 12582912.0f;
    float shifted = v * 4.0f + round_magic;
    uint32_t quadrant = vib_float_bits(shifted);
    float f = v - (shifted - round_magic) * 0.25f; /* |f| <= 1/8, exact */
    float t = f * f;
    float s = -75.4016127f;
    s = s * t + 81.59254287f;
    s = s * t - 41.34166257f;
    s = (s * t + 6.283185288f) * f;
    float c = 59.42410598f;
    c = c * t - 85.44882009f;
    c = c * t + 64.93936905f;
    c = c * t - 19.73920879f;
    c = c * t + 1.0f;
    uint32_t swap = quadrant & 1u;
    float a = swap ? c : s;
    float b = swap ? s : c;
    *sine = vib_bits_float(vib_float_bits(a) ^ ((quadrant & 2u) << 30));
    *cosine = vib_bits_float(vib_float_bits(b) ^ (((quadrant + 1u) & 2u) << 30));
}

#endif
