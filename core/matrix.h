/* How matrices lie in memory for the products.
 *
 * Weights W [in][out] stand in blocks of VIB_BLOCK columns, block after block, each [in][columns]:
 * a block of weights is what one product reads from end to end. The last block has its columns
 * rounded up to a multiple of 16, and every block its rows to an even number; what is there beyond
 * W is 0 and stays 0 in training. A bfloat16 copy has the same size, with rows in pairs:
 * [in / 2][columns][2].
 *
 * Activations and gradients of a batch are [rows][ld]: every row is an odd number of cache lines,
 * since rows that lie a large power of two apart share few sets of the cache. What is beyond their
 * columns is 0.
 * Thread rule: pure functions on memory of the caller's. */
#ifndef VIB_CORE_MATRIX_H
#define VIB_CORE_MATRIX_H

#include "core/kernel.h"
#include "core/params.h"

#include <stddef.h>
#include <stdint.h>

/* Of W [in][out] in blocks: how many there are, the columns of one as stored, the offset of its
 * first element, and the number of elements of all. */
size_t vib_blocks(size_t out);
size_t vib_block_columns(size_t out, size_t block);
size_t vib_block_offset(size_t in, size_t block);
size_t vib_blocks_size(size_t in, size_t out);

/* Copies elements first .. first + count of W [in][out], row-major, which lie at plain, to where
 * they belong among blocks, or from there. */
void vib_blocks_load(size_t in, size_t out, size_t first, size_t count, const float *plain,
                     float *blocks);
void vib_blocks_store(size_t in, size_t out, size_t first, size_t count, const float *blocks,
                      float *plain);

/* The bfloat16 copy of `rows` rows of a block of that many columns. `narrow` is where the first of
 * them, which is an even one, belongs. */
void vib_block_narrow(const float *block, size_t rows, size_t columns, uint16_t *narrow);

/* panel [columns of the block][VIB_BLOCK] = the transpose of rows first .. first + rows of a block,
 * at most VIB_BLOCK of them, `first` even; in bfloat16 in pairs, [columns / 2][VIB_BLOCK][2]. */
void vib_block_transpose(enum vib_type type, const void *block, size_t columns, size_t first,
                         size_t rows, void *panel);

struct vib_matrix {
    size_t columns, ld;
    void *values;     /* [rows][ld] */
    uint16_t *pairs;  /* rows in pairs, [rows / 2][ld][2]; bfloat16 gradients, else NULL */
    uint16_t *turned; /* [columns][ld_turned], transposed; bfloat16 activations in training, else
                         NULL */
    size_t ld_turned;
};

/* Elements from row to row of a matrix of so many columns; and of one turned over. */
size_t vib_matrix_ld(enum vib_type type, size_t columns);
size_t vib_matrix_ld_turned(size_t rows);

/* Rounds tile [rows][VIB_BLOCK] to the matrix's type and stores it in all the matrix's forms, its
 * first element at (row, column), row a multiple of 16. An odd last row is followed by zeros. */
void vib_matrix_store(struct vib_matrix *matrix, enum vib_type type, size_t row, size_t rows,
                      size_t column, size_t columns, const float *tile);

#endif
