/* Kernels of both engines against sums in double, between pages that may not be touched: what they
 * run is generated or a library's, where sanitizers see nothing. */
#include "core/elementwise.h"
#include "core/engine.h"
#include "core/kernel.h"
#include "core/random.h"
#include "core/simd.h"
#include "tests/unit/core/guarded.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_ROWS = 128, MAX_DEPTH = 1024 };

/* What a product is made of, and what comes out: in [rows][MAX_DEPTH], block [depth][VIB_BLOCK];
 * what is accumulated to, the sum, and the sum of magnitudes are [rows][VIB_BLOCK]. */
static float in_of[MAX_ROWS * MAX_DEPTH], block_of[MAX_DEPTH * VIB_BLOCK];
static float before[MAX_ROWS * VIB_BLOCK];
static double product[MAX_ROWS * VIB_BLOCK], magnitude[MAX_ROWS * VIB_BLOCK];

/* How kernels are made: by the engine that is chosen, or by one engine directly. */
typedef bool (*make_fn)(struct vib_kernel *kernel, const struct vib_kernel_shape *shape);

static bool make_chosen(struct vib_kernel *kernel, const struct vib_kernel_shape *shape) {
    struct vib_error err;
    return vib_kernel_init(kernel, shape, &err) == VIB_OK;
}

static const struct vib_engine *openblas;

static bool make_openblas(struct vib_kernel *kernel, const struct vib_kernel_shape *shape) {
    *kernel = (struct vib_kernel){.shape = *shape};
    return openblas->prepare(kernel) == VIB_OK;
}

static int fill(void **state) {
    (void)state;
    struct vib_stream stream = {7, VIB_STREAM_TRUTH, 0, 0};
    vib_random_normal(&stream, 0, sizeof in_of / sizeof *in_of, in_of);
    stream.a = 1;
    vib_random_normal(&stream, 0, sizeof block_of / sizeof *block_of, block_of);
    stream.a = 2;
    vib_random_normal(&stream, 0, sizeof before / sizeof *before, before);
    return 0;
}

static double operand(enum vib_type type, float x) {
    return (double)(type == VIB_BF16 ? vib_widen(vib_narrow(x)) : x);
}

static void multiply(enum vib_type type, size_t rows, size_t columns, size_t depth) {
    for (size_t r = 0; r < rows; r++) {
        double *sum = product + r * VIB_BLOCK, *size = magnitude + r * VIB_BLOCK;
        memset(sum, 0, columns * sizeof *sum);
        memset(size, 0, columns * sizeof *size);
        for (size_t d = 0; d < depth; d++) {
            const double a = operand(type, in_of[r * MAX_DEPTH + d]);
            for (size_t c = 0; c < columns; c++) {
                const double term = a * operand(type, block_of[d * VIB_BLOCK + c]);
                sum[c] += term;
                size[c] += fabs(term);
            }
        }
    }
}

/* The matrices of one call, each from its first element to its last one. Between its rows stands
 * NaN. */
struct call {
    struct guarded in, block, out;
    size_t in_size, block_size, out_size; /* elements */
};

static void put(enum vib_type type, void *elements, size_t at, float x) {
    if (type == VIB_BF16)
        ((uint16_t *)elements)[at] = vib_narrow(x);
    else
        ((float *)elements)[at] = x;
}

static size_t in_at(const struct vib_kernel_shape *s, size_t r, size_t d) {
    return s->in_transposed ? d * s->ld_in + r : r * s->ld_in + d;
}

static size_t block_at(const struct vib_kernel_shape *s, size_t d, size_t c) {
    return s->type == VIB_BF16 ? d / 2 * 2 * s->ld_block + 2 * c + d % 2 : d * s->ld_block + c;
}

static void call_init(struct call *call, const struct vib_kernel_shape *s, enum guard_side side) {
    call->in_size = in_at(s, s->rows - 1, s->depth - 1) + 1;
    call->block_size = block_at(s, s->depth - 1, s->columns - 1) + 1;
    call->out_size = (s->rows - 1) * s->ld_out + s->columns;
    guarded_init(&call->in, call->in_size * vib_type_size(s->type), side);
    guarded_init(&call->block, call->block_size * vib_type_size(s->type), side);
    guarded_init(&call->out, call->out_size * sizeof(float), side);
    for (size_t i = 0; i < call->in_size; i++)
        put(s->type, call->in.data, i, NAN);
    for (size_t i = 0; i < call->block_size; i++)
        put(s->type, call->block.data, i, NAN);
    for (size_t i = 0; i < call->out_size; i++)
        put(VIB_F32, call->out.data, i, NAN);
    for (size_t d = 0; d < s->depth; d++) {
        for (size_t r = 0; r < s->rows; r++)
            put(s->type, call->in.data, in_at(s, r, d), in_of[r * MAX_DEPTH + d]);
        for (size_t c = 0; c < s->columns; c++)
            put(s->type, call->block.data, block_at(s, d, c), block_of[d * VIB_BLOCK + c]);
    }
    for (size_t r = 0; r < s->rows && s->accumulate; r++)
        memcpy((float *)call->out.data + r * s->ld_out, before + r * VIB_BLOCK,
               s->columns * sizeof *before);
}

static void call_release(struct call *call) {
    guarded_release(&call->in);
    guarded_release(&call->block);
    guarded_release(&call->out);
}

static void refuse(const struct vib_kernel_shape *s, const char *what) {
    fail_msg("%s: rows %zu, columns %zu, depth %zu, ld %zu, %zu, %zu%s%s%s", what, s->rows,
             s->columns, s->depth, s->ld_in, s->ld_block, s->ld_out,
             s->type == VIB_BF16 ? ", bfloat16" : "", s->in_transposed ? ", transposed" : "",
             s->accumulate ? ", accumulate" : "");
}

/* A sum of n rounded terms is off by at most n u / (1 - n u) of their magnitudes, in any order. */
static void check_result(const struct vib_kernel_shape *s, const float *out) {
    const double u = 0x1p-24, n = (double)s->depth + 1.0, bound = n * u / (1.0 - n * u);
    for (size_t r = 0; r < s->rows; r++)
        for (size_t c = 0; c < s->columns; c++) {
            const size_t i = r * VIB_BLOCK + c;
            const double old = s->accumulate ? (double)before[i] : 0.0;
            const double error = fabs((double)out[r * s->ld_out + c] - (product[i] + old));
            if (!(error <= bound * (magnitude[i] + fabs(old))))
                refuse(s, "wrong");
        }
    for (size_t i = 0; i < (s->rows - 1) * s->ld_out; i++)
        if (i % s->ld_out >= s->columns && !isnan(out[i]))
            refuse(s, "writes between rows");
}

static sigjmp_buf outside;

static void leave(int signal_number) {
    siglongjmp(outside, signal_number);
}

static bool stays_inside(const struct vib_kernel *kernel, const struct call *call) {
    if (sigsetjmp(outside, 1) != 0)
        return false;
    vib_kernel_run(kernel, call->in.data, call->block.data, call->out.data);
    return true;
}

static void check_shape(make_fn make, const struct vib_kernel_shape *shape) {
    struct vib_kernel kernel;
    if (!make(&kernel, shape))
        refuse(shape, "refused");
    for (enum guard_side side = 0; side < GUARD_SIDES; side++) {
        struct call call;
        call_init(&call, shape, side);
        if (!stays_inside(&kernel, &call))
            refuse(shape, side == GUARD_AFTER ? "goes beyond the end" : "goes before the start");
        check_result(shape, call.out.data);
        call_release(&call);
    }
}

/* With rows as near as they can be, and further apart. */
static void check_layouts(make_fn make, struct vib_kernel_shape shape) {
    for (size_t gap = 0; gap <= 16; gap += 16)
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            shape.ld_in = (shape.in_transposed ? shape.rows : shape.depth) + gap;
            shape.ld_block = shape.columns + gap;
            shape.ld_out = shape.columns + gap;
            shape.accumulate = accumulate == 1;
            check_shape(make, &shape);
        }
}

static void check_kind(make_fn make, enum vib_type type, bool in_transposed) {
    static const size_t all_rows[] = {1, 3, 4, 64, 100, 128}, depths[] = {1, 2, 5, 100, 1024};
    signal(SIGSEGV, leave);
    for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++)
        for (size_t columns = 16; columns <= VIB_BLOCK; columns += 16)
            for (size_t j = 0; j < sizeof depths / sizeof *depths; j++) {
                const struct vib_kernel_shape shape = {
                    .rows = all_rows[i],
                    .columns = columns,
                    .depth = type == VIB_BF16 ? depths[j] + depths[j] % 2 : depths[j],
                    .in_transposed = in_transposed,
                    .type = type};
                multiply(type, shape.rows, columns, shape.depth);
                check_layouts(make, shape);
            }
}

static void test_float32(void **state) {
    (void)state;
    print_message("# %s\n", vib_kernel_engine());
    check_kind(make_chosen, VIB_F32, false);
}

static void test_float32_transposed(void **state) {
    (void)state;
    check_kind(make_chosen, VIB_F32, true);
}

static void test_bfloat16(void **state) {
    (void)state;
    if (vib_kernel_supports(VIB_BF16))
        check_kind(make_chosen, VIB_BF16, false);
    else
        print_message("# SKIPPED: bfloat16, not on this machine\n");
}

static void test_openblas(void **state) {
    (void)state;
    const char *why;
    openblas = vib_engine_openblas(&why);
    if (openblas == NULL) {
        print_message("# SKIPPED: OpenBLAS, which cannot be loaded\n");
        return;
    }
    print_message("# %s\n", openblas->name);
    check_kind(make_openblas, VIB_F32, false);
    check_kind(make_openblas, VIB_F32, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_float32),
        cmocka_unit_test(test_float32_transposed),
        cmocka_unit_test(test_bfloat16),
        cmocka_unit_test(test_openblas),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
