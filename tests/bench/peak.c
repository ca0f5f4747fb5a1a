#include "tests/bench/peak.h"

#include "tests/bench/model.h"
#include "tests/bench/record.h"

#include <stdlib.h>

/* Chains: enough to hide the latency of two units, few enough for 16 registers. */
enum { CHAINS = 12, LENGTH = 1 << 18 };

/* Each chain x <- x a + b stays at 1: neither infinite nor denormal. Volatile, so that no compiler
 * finds that out. */
static volatile float A = 0.875f, B = 0.125f, ONE = 1.0f;

#if defined(__x86_64__)
#include <immintrin.h>

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

__attribute__((target("avx2,fma"))) static float run_avx2(void) {
    const __m256 a = _mm256_set1_ps(A), b = _mm256_set1_ps(B);
    __m256 x[CHAINS];
    for (int c = 0; c < CHAINS; c++)
        x[c] = _mm256_set1_ps(ONE);
    for (int i = 0; i < LENGTH; i++)
        for (int c = 0; c < CHAINS; c++)
            x[c] = _mm256_fmadd_ps(x[c], a, b);
    for (int c = 1; c < CHAINS; c++)
        x[0] = _mm256_add_ps(x[0], x[c]);
    return _mm256_cvtss_f32(x[0]);
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f");
}

__attribute__((target("avx512f"))) static float run_avx512(void) {
    const __m512 a = _mm512_set1_ps(A), b = _mm512_set1_ps(B);
    __m512 x[CHAINS];
    for (int c = 0; c < CHAINS; c++)
        x[c] = _mm512_set1_ps(ONE);
    for (int i = 0; i < LENGTH; i++)
        for (int c = 0; c < CHAINS; c++)
            x[c] = _mm512_fmadd_ps(x[c], a, b);
    for (int c = 1; c < CHAINS; c++)
        x[0] = _mm512_add_ps(x[0], x[c]);
    return _mm512_cvtss_f32(x[0]);
}

static bool has_avx512_bf16(void) {
    return __builtin_cpu_supports("avx512bf16");
}

/* x += a0 b0 + a1 b1 in each of 16 lanes; here 0, so that x stays at 1. */
__attribute__((target("avx512f,avx512bf16"))) static float run_avx512_bf16(void) {
    const __m512bh a = (__m512bh)_mm512_set1_epi32(0x3f803f80); /* 1, 1 */
    const __m512bh b = (__m512bh)_mm512_set1_epi32(0x3f80bf80); /* -1, 1 */
    __m512 x[CHAINS];
    for (int c = 0; c < CHAINS; c++)
        x[c] = _mm512_set1_ps(ONE);
    for (int i = 0; i < LENGTH; i++)
        for (int c = 0; c < CHAINS; c++)
            x[c] = _mm512_dpbf16_ps(x[c], a, b);
    for (int c = 1; c < CHAINS; c++)
        x[0] = _mm512_add_ps(x[0], x[c]);
    return _mm512_cvtss_f32(x[0]);
}

static bool has_nothing_better(void) {
    return !has_avx2() && !has_avx512();
}
#else
static bool has_nothing_better(void) {
    return true;
}
#endif

enum { PLAIN_LANES = 64 };

static float run_plain(void) {
    const float a = A, b = B;
    float x[PLAIN_LANES];
    for (int c = 0; c < PLAIN_LANES; c++)
        x[c] = ONE;
    for (int i = 0; i < LENGTH; i++)
        for (int c = 0; c < PLAIN_LANES; c++)
            x[c] = x[c] * a + b;
    for (int c = 1; c < PLAIN_LANES; c++)
        x[0] += x[c];
    return x[0];
}

#define FLOPS(lanes) (2.0 * LENGTH * (lanes))

const struct peak peaks[] = {
#if defined(__x86_64__)
    {"float32, AVX2 FMA", VIB_F32, has_avx2, run_avx2, FLOPS(CHAINS * 8)},
    {"float32, AVX-512 FMA", VIB_F32, has_avx512, run_avx512, FLOPS(CHAINS * 16)},
    {"bfloat16, AVX512_BF16 dot", VIB_BF16, has_avx512_bf16, run_avx512_bf16, FLOPS(CHAINS * 32)},
#endif
    {"float32, plain C", VIB_F32, has_nothing_better, run_plain, FLOPS(PLAIN_LANES)},
};
const size_t n_peaks = sizeof peaks / sizeof peaks[0];

struct chains {
    const struct peak *peak;
    volatile float sink;
};

static int start(const void *context, const struct worker *worker, void **state,
                 struct vib_error *err) {
    (void)worker;
    struct chains *chains = malloc(sizeof *chains);
    if (chains == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    chains->peak = context;
    chains->sink = chains->peak->run();
    *state = chains;
    return VIB_OK;
}

static int run(void *state, double *work, struct vib_error *err) {
    (void)err;
    struct chains *chains = state;
    chains->sink = chains->peak->run();
    *work = chains->peak->flops;
    return VIB_OK;
}

static void describe(const void *context, FILE *out) {
    const struct peak *peak = context;
    record_text(out, "name", peak->name);
    record_text(out, "operands", type_name(peak->operands));
}

struct workload peak_workload(const struct peak *peak) {
    return (struct workload){"peak", {"flop_per_s"}, describe, start, run, free, peak};
}
