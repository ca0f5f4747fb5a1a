/* Counter-based random numbers: every number is a function of (seed, purpose, where), so a job
 * draws the same numbers whatever ran before it or beside it.
 *
 * Generator: Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC11).
 * Thread rule: all functions are pure. */
#ifndef VIB_CORE_RANDOM_H
#define VIB_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* One Philox4x32-10 block: out = bijection_key(counter). */
void vib_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

enum vib_purpose {
    VIB_STREAM_INIT = 1,         /* initial weights; a = tensor */
    VIB_STREAM_SHUFFLE = 2,      /* order of the examples; a = epoch */
    VIB_STREAM_LATENT = 3,       /* eps of z = mu + sigma eps in training; a = step */
    VIB_STREAM_EVAL = 4,         /* the same in evaluation; a = example, b = sample and split */
    VIB_STREAM_MIXTURE = 5,      /* the built-in data set; a = what */
    VIB_STREAM_TRUTH = 6,        /* Monte Carlo estimates of true values; a = what */
    VIB_STREAM_DROPOUT = 7,      /* hidden units dropped; a = step */
    VIB_STREAM_CODES = 8,        /* eps of the codes behind the bounds; a = example, b = split */
    VIB_STREAM_SUBSET = 9,       /* the examples behind the bounds; a = split */
    VIB_STREAM_VIEW = 10,        /* what a view takes of its data set; a = what */
    VIB_STREAM_LABEL_NOISE = 11, /* wrong labels; a = row */
    VIB_STREAM_INPUT_NOISE = 12, /* noise on inputs; a = row */
    VIB_STREAM_MARGINAL = 13,    /* where a learned marginal begins */
    VIB_STREAM_BOOTSTRAP = 14,   /* examples drawn anew; a = repeat */
    VIB_STREAM_ORDER = 15        /* order of the examples in evaluation; a = split */
};

/* A stream: an indexable, endless sequence of random numbers named by seed, purpose, a and b. */
struct vib_stream {
    uint64_t seed;
    enum vib_purpose purpose;
    uint32_t a, b;
};

/* Each fills out[0..count) with elements first, first + 1, ... of the stream; `first` must be a
 * multiple of 4 (one Philox block gives 4 numbers). The block's counter is
 * (element / 4, a, b, purpose), its key the seed. */

/* Uniform 32-bit words. */
void vib_random_bits(const struct vib_stream *stream, size_t first, size_t count, uint32_t *out);

/* Uniform on (0, 1): (word + 1/2) / 2^32, in double. */
void vib_random_uniform(const struct vib_stream *stream, size_t first, size_t count, double *out);

/* 1 with probability p (to 2^-32), else 0. */
void vib_random_bernoulli(const struct vib_stream *stream, size_t first, size_t count, double p,
                          uint8_t *out);

/* Standard normals by the Box-Muller transform of pairs of words, float32, |x| < 6.8. */
void vib_random_normal(const struct vib_stream *stream, size_t first, size_t count, float *out);

/* A uniformly random permutation of 0..n (Fisher-Yates; n < 2^32). */
void vib_random_permutation(const struct vib_stream *stream, size_t n, uint32_t *out);

#endif
