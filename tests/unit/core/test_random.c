/* Philox against the published vectors of Random123; streams, normals, permutations. */
#include "core/random.h"

#include <math.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void test_published_vectors(void **state) {
    (void)state;
    /* Random123's kat_vectors for philox4x32 with 10 rounds: counter, key, result. */
    static const uint32_t rows[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    for (size_t i = 0; i < 3; i++) {
        uint32_t out[4];
        vib_philox(rows[i], rows[i] + 4, out);
        assert_memory_equal(out, rows[i] + 6, sizeof out);
    }
}

static void test_stream_is_philox_of_its_name(void **state) {
    (void)state;
    const struct vib_stream stream = {0x123456789abcdef0u, VIB_STREAM_LATENT, 77, 5};
    uint32_t words[400];
    vib_random_bits(&stream, 0, 400, words);
    for (uint32_t block = 0; block < 100; block++) {
        const uint32_t counter[4] = {block, 77, 5, VIB_STREAM_LATENT};
        const uint32_t key[2] = {0x9abcdef0u, 0x12345678u};
        uint32_t out[4];
        vib_philox(counter, key, out);
        assert_memory_equal(out, words + 4 * block, sizeof out);
    }
}

/* Any part of a stream is the same as that part of the whole. */
static void test_streams_are_indexable(void **state) {
    (void)state;
    const struct vib_stream stream = {7, VIB_STREAM_EVAL, 1, 2};
    float all[1000], part[1000];
    vib_random_normal(&stream, 0, 1000, all);
    for (size_t first = 0; first < 300; first += 4) {
        vib_random_normal(&stream, first, 137, part);
        assert_memory_equal(part, all + first, 137 * sizeof *part);
    }
}

static void test_streams_differ(void **state) {
    (void)state;
    const struct vib_stream streams[] = {
        {7, VIB_STREAM_EVAL, 1, 2},   {8, VIB_STREAM_EVAL, 1, 2},
        {7, VIB_STREAM_LATENT, 1, 2}, {7, VIB_STREAM_EVAL, 2, 2},
        {7, VIB_STREAM_EVAL, 1, 3},   {7 + (1ull << 32), VIB_STREAM_EVAL, 1, 2},
    };
    const size_t n = sizeof streams / sizeof streams[0];
    uint32_t first[6][4];
    for (size_t i = 0; i < n; i++) {
        vib_random_bits(&streams[i], 0, 4, first[i]);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(first[i], first[j], sizeof first[i]);
    }
}

static void test_normals(void **state) {
    (void)state;
    enum { N = 1 << 20 };
    static float x[N];
    const struct vib_stream stream = {1, VIB_STREAM_LATENT, 0, 0};
    double moment[5] = {0}, below = 0.0, neighbours = 0.0;
    vib_random_normal(&stream, 0, N, x);
    for (size_t i = 0; i < N; i++) {
        for (int p = 1; p <= 4; p++)
            moment[p] += pow((double)x[i], p) / N;
        below += x[i] < -1.0f ? 1.0 / N : 0.0;
        neighbours += (double)(x[i] * x[(i + 1) % N]) / N;
    }
    /* Five standard errors of each. */
    assert_true(fabs(moment[1]) <= 5.0 / 1024);
    assert_true(fabs(moment[2] - 1.0) <= 5.0 * sqrt(2.0) / 1024);
    assert_true(fabs(moment[3]) <= 5.0 * sqrt(15.0) / 1024);
    assert_true(fabs(moment[4] - 3.0) <= 5.0 * sqrt(96.0) / 1024);
    assert_true(fabs(below - 0.158655) <= 5.0 * 0.365 / 1024);
    assert_true(fabs(neighbours) <= 5.0 / 1024);
}

static void test_permutation(void **state) {
    (void)state;
    enum { N = 1000, DRAWS = 2000 };
    static uint32_t order[N];
    static unsigned char seen[N];
    double first = 0.0, moved = 0.0;
    for (uint32_t draw = 0; draw < DRAWS; draw++) {
        const struct vib_stream stream = {5, VIB_STREAM_SHUFFLE, draw, 0};
        vib_random_permutation(&stream, N, order);
        memset(seen, 0, sizeof seen);
        for (size_t i = 0; i < N; i++) {
            assert_true(order[i] < N);
            seen[order[i]]++;
        }
        for (size_t i = 0; i < N; i++)
            assert_int_equal(seen[i], 1);
        first += (double)order[0] / DRAWS;
        moved += (double)order[N - 1] / DRAWS;
    }
    double se = N / sqrt(12.0 * DRAWS);
    assert_true(fabs(first - (N - 1) / 2.0) <= 5.0 * se);
    assert_true(fabs(moved - (N - 1) / 2.0) <= 5.0 * se);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_stream_is_philox_of_its_name),
        cmocka_unit_test(test_streams_are_indexable),
        cmocka_unit_test(test_streams_differ),
        cmocka_unit_test(test_normals),
        cmocka_unit_test(test_permutation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
