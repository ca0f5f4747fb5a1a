#include "core/matrix.h"

#include "core/elementwise.h"
#include "core/simd.h"

#include <string.h>

enum { COLUMN_MULTIPLE = 16, CACHE_LINE = 64, TILE = 8 };

static size_t round_up(size_t n, size_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

static size_t even(size_t n) {
    return n + n % 2;
}

size_t vib_blocks(size_t out) {
    return (out + VIB_BLOCK - 1) / VIB_BLOCK;
}

size_t vib_block_columns(size_t out, size_t block) {
    const size_t left = out - block * VIB_BLOCK;
    return left < VIB_BLOCK ? round_up(left, COLUMN_MULTIPLE) : VIB_BLOCK;
}

size_t vib_block_offset(size_t in, size_t block) {
    return block * VIB_BLOCK * even(in);
}

size_t vib_blocks_size(size_t in, size_t out) {
    return even(in) * round_up(out, COLUMN_MULTIPLE);
}

/* Runs of elements of a row of W that stand side by side in a block, too. */
struct run {
    size_t plain, blocks, count; /* offsets among the elements asked for and among the blocks */
};

/* The run that begins with element first + done of W. */
static struct run run_at(size_t in, size_t out, size_t first, size_t count, size_t done) {
    const size_t row = (first + done) / out, column = (first + done) % out;
    const size_t block = column / VIB_BLOCK, from = column % VIB_BLOCK;
    const size_t columns = vib_block_columns(out, block);
    size_t length = VIB_BLOCK - from;
    length = out - column < length ? out - column : length;
    length = count - done < length ? count - done : length;
    return (struct run){done, vib_block_offset(in, block) + row * columns + from, length};
}

void vib_blocks_load(size_t in, size_t out, size_t first, size_t count, const float *plain,
                     float *blocks) {
    for (size_t done = 0; done < count;) {
        const struct run run = run_at(in, out, first, count, done);
        memcpy(blocks + run.blocks, plain + run.plain, run.count * sizeof *blocks);
        done += run.count;
    }
}

void vib_blocks_store(size_t in, size_t out, size_t first, size_t count, const float *blocks,
                      float *plain) {
    for (size_t done = 0; done < count;) {
        const struct run run = run_at(in, out, first, count, done);
        memcpy(plain + run.plain, blocks + run.blocks, run.count * sizeof *plain);
        done += run.count;
    }
}

/* Two rows as pairs; below NULL counts as zeros. */
VIB_INLINE void pair_rows(const float *restrict row, const float *restrict below, size_t columns,
                          uint32_t *restrict out) {
    if (below != NULL)
        for (size_t c = 0; c < columns; c++)
            out[c] = (uint32_t)vib_narrow(row[c]) | (uint32_t)vib_narrow(below[c]) << 16;
    else
        for (size_t c = 0; c < columns; c++)
            out[c] = vib_narrow(row[c]);
}

VIB_MULTIVERSION
static void narrow_pairs(const float *in, size_t ld, size_t rows, size_t columns, uint32_t *out,
                         size_t ld_out) {
    for (size_t r = 0; r < rows; r += 2)
        pair_rows(in + r * ld, r + 1 < rows ? in + (r + 1) * ld : NULL, columns,
                  out + r / 2 * ld_out);
}

void vib_block_narrow(const float *block, size_t rows, size_t columns, uint16_t *narrow) {
    narrow_pairs(block, columns, rows, columns, (uint32_t *)(void *)narrow, columns);
}

/* Eight numbers of 32 bits. Compilers split operations on it where the CPU has shorter vectors. */
typedef uint32_t words __attribute__((vector_size(32), aligned(4), may_alias));

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (words){__VA_ARGS__})
#endif

/* out [8][ld_out] = the transpose of in [8][ld_in]: pairs of rows are merged by one word, then by
 * two, then by four. */
VIB_INLINE void transpose_tile(const uint32_t *in, size_t ld_in, uint32_t *out, size_t ld_out) {
    words a[TILE], b[TILE];
    for (size_t r = 0; r < TILE; r++)
        a[r] = *(const words *)(const void *)(in + r * ld_in);
    for (size_t r = 0; r < TILE; r += 2) {
        b[r] = SHUFFLE(a[r], a[r + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        b[r + 1] = SHUFFLE(a[r], a[r + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (size_t half = 0; half < TILE; half += 4)
        for (size_t r = half; r < half + 2; r++) {
            a[half + 2 * (r - half)] = SHUFFLE(b[r], b[r + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            a[half + 2 * (r - half) + 1] = SHUFFLE(b[r], b[r + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (size_t c = 0; c < TILE / 2; c++) {
        *(words *)(void *)(out + c * ld_out) = SHUFFLE(a[c], a[c + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        *(words *)(void *)(out + (c + 4) * ld_out) =
            SHUFFLE(a[c], a[c + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* out [columns][ld_out] = the transpose of in [rows][ld_in]. */
VIB_MULTIVERSION
static void transpose_words(const uint32_t *in, size_t ld_in, size_t rows, size_t columns,
                            uint32_t *out, size_t ld_out) {
    const size_t whole_rows = rows / TILE * TILE, whole_columns = columns / TILE * TILE;
    for (size_t r = 0; r < whole_rows; r += TILE)
        for (size_t c = 0; c < whole_columns; c += TILE)
            transpose_tile(in + r * ld_in + c, ld_in, out + c * ld_out + r, ld_out);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = r < whole_rows ? whole_columns : 0; c < columns; c++)
            out[c * ld_out + r] = in[r * ld_in + c];
}

/* From pairs of rows [rows / 2][ld][2] to the rows themselves, [rows][columns]. */
VIB_MULTIVERSION
static void split_pairs(const uint32_t *restrict pairs, size_t rows, size_t columns, size_t ld,
                        uint32_t *restrict out) {
    const size_t words_per_row = columns / 2;
    for (size_t p = 0; p < rows / 2; p++) {
        const uint32_t *in = pairs + p * ld;
        uint32_t *even_row = out + 2 * p * words_per_row, *odd_row = even_row + words_per_row;
        for (size_t q = 0; q < words_per_row; q++) {
            even_row[q] = (in[2 * q] & 0xffffu) | in[2 * q + 1] << 16;
            odd_row[q] = in[2 * q] >> 16 | (in[2 * q + 1] & 0xffff0000u);
        }
    }
}

void vib_block_transpose(enum vib_type type, const void *block, size_t columns, size_t first,
                         size_t rows, void *panel) {
    const uint32_t *words_of = block;
    if (type == VIB_F32) {
        transpose_words(words_of + first * columns, columns, rows, columns, panel, VIB_BLOCK);
    } else {
        uint32_t split[VIB_BLOCK * VIB_BLOCK / 2];
        const size_t whole = even(rows);
        split_pairs(words_of + first / 2 * columns, whole, columns, columns, split);
        transpose_words(split, columns / 2, whole, columns / 2, panel, VIB_BLOCK);
    }
}

size_t vib_matrix_ld(enum vib_type type, size_t columns) {
    const size_t size = vib_type_size(type);
    const size_t lines =
        round_up(round_up(columns, COLUMN_MULTIPLE) * size, CACHE_LINE) / CACHE_LINE;
    return (lines | 1) * CACHE_LINE / size;
}

size_t vib_matrix_ld_turned(size_t rows) {
    return round_up(rows, 2 * TILE);
}

VIB_MULTIVERSION
static void copy_rows(const float *restrict tile, size_t rows, size_t columns, float *restrict out,
                      size_t ld_out) {
    for (size_t r = 0; r < rows; r++)
        if (columns == VIB_BLOCK)
            memcpy(out + r * ld_out, tile + r * VIB_BLOCK, VIB_BLOCK * sizeof *out);
        else
            for (size_t c = 0; c < columns; c++)
                out[r * ld_out + c] = tile[r * VIB_BLOCK + c];
}

VIB_MULTIVERSION
static void narrow_rows(const float *tile, size_t rows, size_t columns, uint16_t *out,
                        size_t ld_out) {
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            out[r * ld_out + c] = vib_narrow(tile[r * VIB_BLOCK + c]);
}

/* By 2 TILE rows, so that what is turned over begins and ends with whole tiles. */
static void store_turned(struct vib_matrix *m, size_t row, size_t rows, size_t column,
                         size_t columns, const float *tile) {
    for (size_t r = 0; r < rows; r += 2 * TILE) {
        uint32_t pairs[TILE * VIB_BLOCK] = {0};
        const size_t here = rows - r < 2 * TILE ? rows - r : 2 * TILE;
        uint16_t *out = m->turned + column * m->ld_turned + row + r;
        narrow_pairs(tile + r * VIB_BLOCK, VIB_BLOCK, here, columns, pairs, VIB_BLOCK);
        transpose_words(pairs, VIB_BLOCK, TILE, columns, (uint32_t *)(void *)out, m->ld_turned / 2);
    }
}

void vib_matrix_store(struct vib_matrix *m, enum vib_type type, size_t row, size_t rows,
                      size_t column, size_t columns, const float *tile) {
    if (type == VIB_F32) {
        copy_rows(tile, rows, columns, (float *)m->values + row * m->ld + column, m->ld);
        return;
    }
    narrow_rows(tile, rows, columns, (uint16_t *)m->values + row * m->ld + column, m->ld);
    if (m->pairs != NULL)
        narrow_pairs(tile, VIB_BLOCK, rows, columns,
                     (uint32_t *)(void *)m->pairs + row / 2 * m->ld + column, m->ld);
    if (m->turned != NULL)
        store_turned(m, row, rows, column, columns, tile);
}
