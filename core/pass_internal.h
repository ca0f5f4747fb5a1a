/* Between forward.c and backward.c. */
#ifndef VIB_CORE_PASS_INTERNAL_H
#define VIB_CORE_PASS_INTERNAL_H

#include "core/pass.h"

/* What the tiles of a hidden layer's products are finished with. */
struct vib_hidden {
    struct vib_pass *pass;
    size_t l;
};

/* The weights of layer l, as its products read them. */
const void *vib_pass_weight(const struct vib_pass *pass, size_t l, const struct vib_weights *w);

/* matrix = dense [n][columns], rows ld elements apart, rounded to the matrix's type. */
void vib_pass_round(const struct vib_pass *pass, size_t n, const float *dense, size_t ld,
                    enum vib_type type, struct vib_matrix *matrix);

/* A vib_tile_fn for what stands without gaps. */
struct vib_dense {
    float *values; /* [rows][ld] */
    size_t ld;
};

void vib_pass_keep(void *dense, size_t row, size_t rows, size_t column, size_t columns,
                   float *tile);

#endif
