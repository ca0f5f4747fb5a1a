#include "core/random.h"

#include "core/simd.h"

#include <assert.h>
#include <math.h>

/* Philox4x32-10's multipliers and Weyl increments (Salmon et al. 2011, section 3.3). */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u

enum { PHILOX_ROUNDS = 10, LANES = 16 };

VIB_INLINE void philox_block(uint32_t x[4], uint32_t k0, uint32_t k1) {
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t p0 = (uint64_t)PHILOX_M0 * x[0];
        uint64_t p1 = (uint64_t)PHILOX_M1 * x[2];
        x[0] = (uint32_t)(p1 >> 32) ^ x[1] ^ k0;
        x[2] = (uint32_t)(p0 >> 32) ^ x[3] ^ k1;
        x[1] = (uint32_t)p1;
        x[3] = (uint32_t)p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
}

void vib_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    memcpy(out, counter, 4 * sizeof *out);
    philox_block(out, key[0], key[1]);
}

/* LANES consecutive blocks at once, word-major: out[word][lane]. */
VIB_INLINE void philox_lanes(const struct vib_stream *stream, uint32_t first_block,
                             uint32_t out[4][LANES]) {
    for (uint32_t lane = 0; lane < LANES; lane++) {
        uint32_t x[4] = {first_block + lane, stream->a, stream->b, (uint32_t)stream->purpose};
        philox_block(x, (uint32_t)stream->seed, (uint32_t)(stream->seed >> 32));
        out[0][lane] = x[0];
        out[1][lane] = x[1];
        out[2][lane] = x[2];
        out[3][lane] = x[3];
    }
}

/* (word + 1/2) / 2^32; near 1 the sum rounds to 1, never above. */
VIB_INLINE float unit_float(uint32_t word) {
    return ((float)word + 0.5f) * 0x1p-32f;
}

/* Box-Muller: two words to two normals. */
VIB_INLINE void normal_pair(uint32_t w0, uint32_t w1, float *n0, float *n1) {
    float sine, cosine;
    float radius = sqrtf(-2.0f * vib_logf(unit_float(w0)));
    vib_sincos_turn(unit_float(w1), &sine, &cosine);
    *n0 = radius * cosine;
    *n1 = radius * sine;
}

/* 4 * LANES elements from the block first / 4 on, in order. */
VIB_MULTIVERSION
static void bits_group(const struct vib_stream *stream, uint32_t first_block,
                       uint32_t out[4 * LANES]) {
    uint32_t words[4][LANES];
    philox_lanes(stream, first_block, words);
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t word = 0; word < 4; word++)
            out[4 * lane + word] = words[word][lane];
}

VIB_MULTIVERSION
static void normal_group(const struct vib_stream *stream, uint32_t first_block,
                         float out[4 * LANES]) {
    uint32_t words[4][LANES];
    float normals[4][LANES];
    philox_lanes(stream, first_block, words);
    for (size_t lane = 0; lane < LANES; lane++) {
        normal_pair(words[0][lane], words[1][lane], &normals[0][lane], &normals[1][lane]);
        normal_pair(words[2][lane], words[3][lane], &normals[2][lane], &normals[3][lane]);
    }
    for (size_t lane = 0; lane < LANES; lane++)
        for (size_t word = 0; word < 4; word++)
            out[4 * lane + word] = normals[word][lane];
}

void vib_random_bits(const struct vib_stream *stream, size_t first, size_t count, uint32_t *out) {
    uint32_t group[4 * LANES];
    assert(first % 4 == 0);
    for (size_t done = 0; done < count; done += 4 * LANES) {
        size_t n = count - done < 4 * LANES ? count - done : 4 * LANES;
        bits_group(stream, (uint32_t)((first + done) / 4), group);
        memcpy(out + done, group, n * sizeof *out);
    }
}

void vib_random_uniform(const struct vib_stream *stream, size_t first, size_t count, double *out) {
    uint32_t group[4 * LANES];
    assert(first % 4 == 0);
    for (size_t done = 0; done < count; done += 4 * LANES) {
        size_t n = count - done < 4 * LANES ? count - done : 4 * LANES;
        bits_group(stream, (uint32_t)((first + done) / 4), group);
        for (size_t i = 0; i < n; i++)
            out[done + i] = ((double)group[i] + 0.5) * 0x1p-32;
    }
}

void vib_random_bernoulli(const struct vib_stream *stream, size_t first, size_t count, double p,
                          uint8_t *out) {
    uint32_t group[4 * LANES];
    const uint64_t below = (uint64_t)(p * 0x1p32);
    assert(first % 4 == 0);
    for (size_t done = 0; done < count; done += 4 * LANES) {
        size_t n = count - done < 4 * LANES ? count - done : 4 * LANES;
        bits_group(stream, (uint32_t)((first + done) / 4), group);
        for (size_t i = 0; i < n; i++)
            out[done + i] = group[i] < below;
    }
}

void vib_random_normal(const struct vib_stream *stream, size_t first, size_t count, float *out) {
    float group[4 * LANES];
    assert(first % 4 == 0);
    for (size_t done = 0; done < count; done += 4 * LANES) {
        size_t n = count - done < 4 * LANES ? count - done : 4 * LANES;
        normal_group(stream, (uint32_t)((first + done) / 4), group);
        memcpy(out + done, group, n * sizeof *out);
    }
}

void vib_random_permutation(const struct vib_stream *stream, size_t n, uint32_t *out) {
    uint32_t words[4 * LANES];
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)i;
    for (size_t i = 0; i + 1 < n; i++) {
        if (i % (4 * LANES) == 0)
            vib_random_bits(stream, i, 4 * LANES, words);
        /* A 32-bit word scaled to 0..n-i: the bias is below (n - i) / 2^32. */
        size_t j = i + (size_t)(((uint64_t)words[i % (4 * LANES)] * (n - i)) >> 32);
        uint32_t swap = out[i];
        out[i] = out[j];
        out[j] = swap;
    }
}
