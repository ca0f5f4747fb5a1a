/* One layer and a batch for its products, and what becomes of them. */
#ifndef TESTS_CORE_LAYER_FIXTURE_H
#define TESTS_CORE_LAYER_FIXTURE_H

#include "core/product.h"
#include "tests/unit/core/guarded.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Random numbers, rounded to the type already. */
struct layer {
    size_t in, out, batch;
    enum vib_type type;
    float *x, *w, *delta;            /* plain: [batch][in], [in][out], [batch][out] */
    struct vib_product product;      /* with all three prepared */
    struct vib_matrix in_m, delta_m; /* x and delta, as products read them */
    struct guarded operand, bias;    /* W in blocks, of the type; [out] */
    struct guarded values[2], pairs, turned;
    size_t n_parameters, weight_offset, bias_offset; /* of the vector of gradients */
};

void layer_init(struct layer *layer, size_t in, size_t out, size_t batch, enum vib_type type);
void layer_release(struct layer *layer);

/* The element of W that stands at `at` among its blocks; false for what only fills them up, of
 * which *row is told all the same. */
bool layer_element(const struct layer *layer, size_t at, size_t *row, size_t *column);

/* What products gave; NaN where nothing came. */
struct layer_result {
    float *out, *din;  /* [batch][out], [batch][in] */
    float *gradient;   /* [n_parameters] */
    uint8_t *expected; /* [n_parameters] how often a gradient was said to come */
    /* Elements that came more than once, gradients that were said to come twice or when they had
     * come, and what came for places that are none. */
    atomic_size_t twice, late, stray;
};

void layer_result_init(struct layer_result *result, const struct layer *layer);
void layer_result_release(struct layer_result *result);

enum layer_wish { LAYER_DIN = 1, LAYER_GRADIENT = 2, LAYER_UPDATE = 4 };

void layer_forward(const struct layer *layer, struct vib_team *team, struct layer_result *result);

/* Makes what is wished for, a set of enum layer_wish; with LAYER_UPDATE weights become NaN as soon
 * as their gradient is handed out, and are what they were in the end. */
void layer_backward(const struct layer *layer, struct vib_team *team, unsigned wishes,
                    struct layer_result *result);

#endif
