/* The three products of a layer out = in W + b, W [in][out] in blocks (core/matrix.h), at one batch
 * size B and with delta the gradient of out:
 *
 *   forward    out [B][out] = in W + b
 *   backward   din [B][in]  = delta W^T
 *              dW [in][out] = in^T delta, db = column sums of delta
 *
 * They are cut into parts by the shapes alone, and every sum has its order by the shapes alone, so
 * that a team of any size gives the same bits. Results are handed over tile by tile while they are
 * in the cache; memory that is needed next is asked for while products run, since it is memory that
 * a training step waits for.
 * Thread rule: a product is read-only once made; whoever calls brings the memory. A part keeps up
 * to 160 KiB on its stack. */
#ifndef VIB_CORE_PRODUCT_H
#define VIB_CORE_PRODUCT_H

#include "core/error.h"
#include "core/kernel.h"
#include "core/matrix.h"
#include "core/team.h"

#include <stdbool.h>
#include <stddef.h>

/* n things in `count` pieces of `size`, but for the last one, of `last`. */
struct vib_pieces {
    size_t count, size, last;
};

/* Kernels by whether these are the last piece: rows, columns, depth; and by accumulate. */
enum { VIB_LAST = 2 };

struct vib_product {
    size_t in, out, batch;
    enum vib_type type;                                 /* of in, W and delta */
    struct vib_pieces rows;                             /* of the batch, in tiles of out, din */
    struct vib_pieces in_depth, out_depth, batch_depth; /* of the sums */
    struct vib_pieces in_strip, batch_strip;            /* of the rows of dW; of those of din */
    struct vib_kernel forward[VIB_LAST][VIB_LAST][VIB_LAST][2];
    struct vib_kernel input[VIB_LAST][VIB_LAST][VIB_LAST][2];
    struct vib_kernel weight[VIB_LAST][VIB_LAST][VIB_LAST][2];
};

/* Prepares forward and, where they are asked for, `input`: din, and `weight`: dW and db. Errors:
 * VIB_ENOMEM, VIB_EBACKEND. */
int vib_product_init(struct vib_product *product, size_t in, size_t out, size_t batch,
                     enum vib_type type, bool input, bool weight, struct vib_error *err);

/* Receives tile [rows][VIB_BLOCK] of out or din, whose first element is that at (row, column): row
 * is a multiple of 16. The tile is the receiver's to change. Tiles come from any thread. */
typedef void (*vib_tile_fn)(void *context, size_t row, size_t rows, size_t column, size_t columns,
                            float *tile);

/* weight points to W in blocks, of the product's type; bias [out] is float32. */
void vib_product_forward(const struct vib_product *product, struct vib_team *team,
                         const struct vib_matrix *in, const void *weight, const float *bias,
                         vib_tile_fn receive, void *context);

/* A piece of the gradient of the parameters: values [rows][columns] without gaps, of the parameters
 * from `offset` on, which lie like that. */
struct vib_gradient {
    size_t offset, rows, columns;
    bool in_blocks; /* weights, which may have a copy in bfloat16 pairs; else biases and the like */
    const float *values;
};

/* Who uses gradients. Calls come from any thread; every parameter comes once. Values live as long
 * as the call. */
struct vib_gradient_sink {
    void (*apply)(void *context, const struct vib_gradient *gradient);
    /* Says that the gradient of parameters [offset, offset + count) comes soon; may be NULL. */
    void (*expect)(void *context, size_t offset, size_t count);
    void *context;
};

/* What backward reads, and what becomes of its results. */
struct vib_backward {
    const struct vib_matrix *in, *delta;
    const void *weight;
    size_t weight_offset, bias_offset;    /* of the layer's parameters, for gradients */
    vib_tile_fn receive;                  /* of din; NULL: it is not made */
    void *context;                        /* of receive */
    const struct vib_gradient_sink *sink; /* NULL: dW and db are not made, and `in` is not read */
};

/* A row of W is not read any more once its gradient is handed out: its elements may be updated at
 * once. */
void vib_product_backward(const struct vib_product *product, struct vib_team *team,
                          const struct vib_backward *backward);

#endif
