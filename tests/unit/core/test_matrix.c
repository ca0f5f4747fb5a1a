/* Where matrices lie, against plain loops, their buffers between pages that may not be touched. */
#include "core/elementwise.h"
#include "core/matrix.h"
#include "core/random.h"
#include "core/simd.h"
#include "tests/unit/core/guarded.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void draw(float *out, size_t n) {
    const struct vib_stream stream = {11, VIB_STREAM_TRUTH, 0, 0};
    vib_random_normal(&stream, 0, n, out);
}

static size_t even(size_t n) {
    return n + n % 2;
}

/* Where element (i, j) of W [in][out] belongs, by the words of core/matrix.h. */
static size_t place(size_t in, size_t out, size_t i, size_t j) {
    size_t offset = 0, left = out;
    for (; j >= VIB_BLOCK; j -= VIB_BLOCK, left -= VIB_BLOCK)
        offset += even(in) * VIB_BLOCK;
    const size_t columns = left < VIB_BLOCK ? (left + 15) / 16 * 16 : VIB_BLOCK;
    return offset + i * columns + j;
}

/* W whole, and where it should lie among gaps of NaN. */
struct weights {
    size_t in, out, size;
    float *plain;
    struct guarded blocks;
    float *want; /* [size] */
};

static void weights_init(struct weights *w, size_t in, size_t out) {
    *w = (struct weights){.in = in, .out = out, .size = vib_blocks_size(in, out)};
    w->plain = malloc(in * out * sizeof *w->plain);
    w->want = malloc(w->size * sizeof *w->want);
    assert_true(w->plain != NULL && w->want != NULL);
    guarded_init(&w->blocks, w->size * sizeof(float), GUARD_AFTER);
    draw(w->plain, in * out);
    for (size_t i = 0; i < w->size; i++)
        ((float *)w->blocks.data)[i] = w->want[i] = NAN;
}

static void weights_release(struct weights *w) {
    free(w->plain);
    free(w->want);
    guarded_release(&w->blocks);
}

static void check_sizes(size_t in, size_t out) {
    const size_t blocks = vib_blocks(out);
    size_t size = 0;
    for (size_t block = 0; block < blocks; block++) {
        assert_int_equal(vib_block_offset(in, block), size);
        assert_int_equal(vib_block_offset(in, block), place(in, out, 0, block * VIB_BLOCK));
        assert_int_equal(vib_block_columns(out, block) % 16, 0);
        size += even(in) * vib_block_columns(out, block);
    }
    assert_int_equal(vib_blocks_size(in, out), size);
}

/* Loads elements first .. first + count alone; all others are left as they were. */
static void check_load(struct weights *w, size_t first, size_t count) {
    vib_blocks_load(w->in, w->out, first, count, w->plain + first, w->blocks.data);
    for (size_t e = first; e < first + count; e++)
        w->want[place(w->in, w->out, e / w->out, e % w->out)] = w->plain[e];
    assert_memory_equal(w->blocks.data, w->want, w->size * sizeof *w->want);
}

static void check_store(const struct weights *w, size_t first, size_t count) {
    struct guarded plain;
    guarded_init(&plain, count * sizeof(float), GUARD_AFTER);
    vib_blocks_store(w->in, w->out, first, count, w->blocks.data, plain.data);
    assert_memory_equal(plain.data, w->plain + first, count * sizeof(float));
    guarded_release(&plain);
}

static void test_blocks(void **state) {
    (void)state;
    static const size_t ins[] = {1, 2, 7, 64, 785}, outs[] = {1, 10, 16, 63, 64, 65, 130, 1000};
    for (size_t i = 0; i < sizeof ins / sizeof *ins; i++)
        for (size_t j = 0; j < sizeof outs / sizeof *outs; j++) {
            struct weights w;
            const size_t n = ins[i] * outs[j], odd = n / 3 | 1;
            weights_init(&w, ins[i], outs[j]);
            check_sizes(w.in, w.out);
            check_load(&w, n / 2, 0);
            check_load(&w, n / 2, n - n / 2 < odd ? n - n / 2 : odd);
            check_load(&w, 0, odd < n ? odd : n);
            check_load(&w, n - 1, 1);
            check_load(&w, 0, n);
            check_store(&w, 0, n);
            check_store(&w, n / 2, n - n / 2 < odd ? n - n / 2 : odd);
            check_store(&w, n - 1, 1);
            weights_release(&w);
        }
}

/* A block of weights, its rows an even number, the last of them 0 if `rows` is odd. */
static void draw_block(struct guarded *block, size_t rows, size_t columns) {
    guarded_init(block, even(rows) * columns * sizeof(float), GUARD_AFTER);
    draw(block->data, rows * columns);
}

/* What a block of bfloat16 holds at a row and column. */
static uint16_t pair_at(const uint16_t *pairs, size_t ld, size_t row, size_t column) {
    return pairs[(row / 2 * ld + column) * 2 + row % 2];
}

/* With an odd number of rows the one after them becomes 0, since a block has an even number. */
static void check_narrow(size_t rows, size_t columns) {
    struct guarded block, narrow;
    const size_t size = even(rows) * columns * sizeof(uint16_t);
    draw_block(&block, rows, columns);
    guarded_init(&narrow, size, GUARD_AFTER);
    memset(narrow.data, 0xff, size);
    vib_block_narrow(block.data, rows, columns, narrow.data);
    for (size_t r = 0; r < even(rows); r++)
        for (size_t c = 0; c < columns; c++)
            assert_int_equal(pair_at(narrow.data, columns, r, c),
                             vib_narrow(((float *)block.data)[r * columns + c]));
    guarded_release(&block);
    guarded_release(&narrow);
}

static void test_narrow(void **state) {
    (void)state;
    static const size_t all_rows[] = {1, 2, 7, 8, 63, 64, 785};
    for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++)
        for (size_t columns = 16; columns <= VIB_BLOCK; columns += 16)
            check_narrow(all_rows[i], columns);
}

/* Rows first .. first + rows of a block, which are its last ones. */
static void check_transpose(enum vib_type type, size_t first, size_t rows, size_t columns) {
    struct guarded block, narrow, panel;
    const size_t size = vib_type_size(type), of_block = even(first + rows) * columns;
    draw_block(&block, first + rows, columns);
    guarded_init(&narrow, of_block * sizeof(uint16_t), GUARD_AFTER);
    guarded_init(&panel, columns * VIB_BLOCK * size, GUARD_AFTER);
    memset(panel.data, 0xff, columns * VIB_BLOCK * size);
    vib_block_narrow(block.data, first + rows, columns, narrow.data);
    vib_block_transpose(type, type == VIB_F32 ? block.data : narrow.data, columns, first, rows,
                        panel.data);
    const size_t whole = type == VIB_F32 ? rows : even(rows); /* pairs are */
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < whole; r++) {
            const float x = r < rows ? ((float *)block.data)[(first + r) * columns + c] : 0.0f;
            if (type == VIB_F32)
                assert_int_equal(vib_float_bits(((float *)panel.data)[c * VIB_BLOCK + r]),
                                 vib_float_bits(x));
            else
                assert_int_equal(pair_at(panel.data, VIB_BLOCK, c, r), vib_narrow(x));
        }
    guarded_release(&block);
    guarded_release(&narrow);
    guarded_release(&panel);
}

static void test_transpose(void **state) {
    (void)state;
    static const size_t firsts[] = {0, 2, 64, 130};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        for (size_t rows = 1; rows <= VIB_BLOCK; rows++)
            for (size_t columns = 16; columns <= VIB_BLOCK; columns += 16) {
                check_transpose(VIB_F32, firsts[i], rows, columns);
                check_transpose(VIB_BF16, firsts[i], rows, columns);
            }
}

/* A matrix in all its forms, zeros at first. */
struct forms {
    struct vib_matrix m;
    enum vib_type type;
    size_t rows;
    struct guarded values, pairs, turned;
};

static void forms_init(struct forms *f, enum vib_type type, size_t rows, size_t columns) {
    const size_t size = vib_type_size(type);
    f->type = type;
    f->rows = rows;
    f->m = (struct vib_matrix){.columns = columns,
                               .ld = vib_matrix_ld(type, columns),
                               .ld_turned = vib_matrix_ld_turned(rows)};
    guarded_init(&f->values, rows * f->m.ld * size, GUARD_AFTER);
    guarded_init(&f->pairs, even(rows) * f->m.ld * size, GUARD_AFTER);
    guarded_init(&f->turned, columns * f->m.ld_turned * size, GUARD_AFTER);
    f->m.values = f->values.data;
    f->m.pairs = type == VIB_BF16 ? f->pairs.data : NULL;
    f->m.turned = type == VIB_BF16 ? f->turned.data : NULL;
}

static void forms_release(struct forms *f) {
    guarded_release(&f->values);
    guarded_release(&f->pairs);
    guarded_release(&f->turned);
}

/* All elements, tile by tile of tile_rows, the last tile first. What of a tile does not belong to
 * the matrix is NaN. */
static void store_all(struct forms *f, const float *dense, size_t tile_rows) {
    float tile[VIB_BLOCK * VIB_BLOCK];
    const size_t columns = f->m.columns, across = vib_blocks(columns);
    const size_t down = (f->rows + tile_rows - 1) / tile_rows;
    for (size_t t = across * down; t-- > 0;) {
        const size_t row = t / across * tile_rows, column = t % across * VIB_BLOCK;
        const size_t rows = f->rows - row < tile_rows ? f->rows - row : tile_rows;
        const size_t here = columns - column < VIB_BLOCK ? columns - column : VIB_BLOCK;
        for (size_t i = 0; i < VIB_BLOCK * VIB_BLOCK; i++)
            tile[i] = NAN;
        for (size_t r = 0; r < rows; r++)
            memcpy(tile + r * VIB_BLOCK, dense + (row + r) * columns + column, here * sizeof *tile);
        vib_matrix_store(&f->m, f->type, row, rows, column, here, tile);
    }
}

static void check_forms(const struct forms *f, const float *dense) {
    const size_t columns = f->m.columns, ld = f->m.ld;
    for (size_t r = 0; r < even(f->rows); r++)
        for (size_t c = 0; c < ld; c++) {
            const float x = r < f->rows && c < columns ? dense[r * columns + c] : 0.0f;
            if (f->type == VIB_F32 && r < f->rows)
                assert_int_equal(vib_float_bits(((float *)f->m.values)[r * ld + c]),
                                 vib_float_bits(x));
            if (f->type == VIB_BF16 && r < f->rows)
                assert_int_equal(((uint16_t *)f->m.values)[r * ld + c], vib_narrow(x));
            if (f->type == VIB_BF16)
                assert_int_equal(pair_at(f->m.pairs, ld, r, c), vib_narrow(x));
        }
    for (size_t c = 0; c < columns && f->type == VIB_BF16; c++)
        for (size_t r = 0; r < f->m.ld_turned; r++)
            assert_int_equal(f->m.turned[c * f->m.ld_turned + r],
                             r < f->rows ? vib_narrow(dense[r * columns + c]) : 0);
}

static void check_store_of(enum vib_type type, size_t rows, size_t columns) {
    static const size_t tile_rows[] = {16, VIB_BLOCK};
    float *dense = malloc(rows * columns * sizeof *dense);
    assert_non_null(dense);
    draw(dense, rows * columns);
    for (size_t i = 0; i < 2; i++) {
        struct forms f;
        forms_init(&f, type, rows, columns);
        for (int again = 0; again < 2; again++)
            store_all(&f, dense, tile_rows[i]);
        check_forms(&f, dense);
        forms_release(&f);
    }
    free(dense);
}

static void test_store(void **state) {
    (void)state;
    static const size_t all_rows[] = {1, 2, 15, 16, 17, 33, 100, 129};
    static const size_t columns[] = {1, 2, 7, 8, 10, 16, 63, 64, 65, 77, 130, 785};
    for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++)
        for (size_t j = 0; j < sizeof columns / sizeof *columns; j++) {
            check_store_of(VIB_F32, all_rows[i], columns[j]);
            check_store_of(VIB_BF16, all_rows[i], columns[j]);
        }
}

/* Rows a multiple of a cache line, an odd number of them, with room for what kernels read. */
static void test_rows(void **state) {
    (void)state;
    for (size_t columns = 1; columns < 2000; columns++)
        for (enum vib_type type = VIB_F32; type <= VIB_BF16; type++) {
            const size_t ld = vib_matrix_ld(type, columns), bytes = ld * vib_type_size(type);
            assert_true(ld >= (columns + 15) / 16 * 16);
            assert_int_equal(bytes % 128, 64);
            assert_true(vib_matrix_ld_turned(columns) >= even(columns));
            assert_int_equal(vib_matrix_ld_turned(columns) % 16, 0);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),    cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_transpose), cmocka_unit_test(test_store),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
