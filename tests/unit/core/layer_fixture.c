#include "tests/unit/core/layer_fixture.h"

#include "core/elementwise.h"
#include "core/random.h"
#include "core/simd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A first and a last few of the vector of gradients are not the layer's. */
enum { BEFORE = 48, BETWEEN = 32, BEHIND = 16 };

static float *drawn(enum vib_type type, uint32_t what, size_t n) {
    const struct vib_stream stream = {5, VIB_STREAM_TRUTH, what, 0};
    float *values = malloc(n * sizeof *values);
    assert_non_null(values);
    vib_random_normal(&stream, 0, n, values);
    for (size_t i = 0; i < n && type == VIB_BF16; i++)
        values[i] = vib_widen(vib_narrow(values[i]));
    return values;
}

/* A matrix of dense [rows][columns], in all forms that its memory is there for. */
static void put_matrix(struct vib_matrix *m, enum vib_type type, size_t rows, const float *dense) {
    float tile[16 * VIB_BLOCK];
    for (size_t row = 0; row < rows; row += 16)
        for (size_t column = 0; column < m->columns; column += VIB_BLOCK) {
            const size_t here = rows - row < 16 ? rows - row : 16, left = m->columns - column;
            const size_t columns = left < VIB_BLOCK ? left : VIB_BLOCK;
            for (size_t r = 0; r < here; r++)
                memcpy(tile + r * VIB_BLOCK, dense + (row + r) * m->columns + column,
                       columns * sizeof *tile);
            vib_matrix_store(m, type, row, here, column, columns, tile);
        }
}

static struct vib_matrix matrix_of(enum vib_type type, size_t rows, size_t columns,
                                   struct guarded *values) {
    const struct vib_matrix m = {.columns = columns,
                                 .ld = vib_matrix_ld(type, columns),
                                 .ld_turned = vib_matrix_ld_turned(rows)};
    guarded_init(values, rows * m.ld * vib_type_size(type), GUARD_AFTER);
    return m;
}

static void make_matrices(struct layer *l) {
    const size_t size = vib_type_size(l->type), batch = l->batch;
    l->in_m = matrix_of(l->type, batch, l->in, &l->values[0]);
    l->delta_m = matrix_of(l->type, batch, l->out, &l->values[1]);
    guarded_init(&l->turned, l->in * l->in_m.ld_turned * size, GUARD_AFTER);
    guarded_init(&l->pairs, (batch + batch % 2) * l->delta_m.ld * size, GUARD_AFTER);
    l->in_m.values = l->values[0].data;
    l->delta_m.values = l->values[1].data;
    if (l->type == VIB_BF16) {
        l->in_m.turned = l->turned.data;
        l->delta_m.pairs = l->pairs.data;
    }
    put_matrix(&l->in_m, l->type, batch, l->x);
    put_matrix(&l->delta_m, l->type, batch, l->delta);
}

static void make_bias(struct layer *l) {
    float *bias = drawn(VIB_F32, 2, l->out);
    guarded_init(&l->bias, l->out * sizeof *bias, GUARD_AFTER);
    memcpy(l->bias.data, bias, l->out * sizeof *bias);
    free(bias);
}

static void make_operand(struct layer *l) {
    const size_t size = vib_blocks_size(l->in, l->out), whole = l->in + l->in % 2;
    float *blocks = calloc(size, sizeof *blocks);
    assert_non_null(blocks);
    guarded_init(&l->operand, size * vib_type_size(l->type), GUARD_AFTER);
    vib_blocks_load(l->in, l->out, 0, l->in * l->out, l->w, blocks);
    if (l->type == VIB_F32)
        memcpy(l->operand.data, blocks, size * sizeof *blocks);
    for (size_t block = 0; l->type == VIB_BF16 && block < vib_blocks(l->out); block++) {
        const size_t at = vib_block_offset(l->in, block);
        vib_block_narrow(blocks + at, whole, vib_block_columns(l->out, block),
                         (uint16_t *)l->operand.data + at);
    }
    free(blocks);
}

void layer_init(struct layer *l, size_t in, size_t out, size_t batch, enum vib_type type) {
    struct vib_error err;
    *l = (struct layer){.in = in, .out = out, .batch = batch, .type = type};
    l->x = drawn(type, 0, batch * in);
    l->w = drawn(type, 1, in * out);
    l->delta = drawn(type, 3, batch * out);
    l->weight_offset = BEFORE;
    l->bias_offset = BEFORE + vib_blocks_size(in, out) + BETWEEN;
    l->n_parameters = l->bias_offset + out + BEHIND;
    make_matrices(l);
    make_operand(l);
    make_bias(l);
    assert_int_equal(vib_product_init(&l->product, in, out, batch, type, true, true, &err), VIB_OK);
}

void layer_release(struct layer *l) {
    free(l->x);
    free(l->w);
    free(l->delta);
    guarded_release(&l->operand);
    guarded_release(&l->bias);
    guarded_release(&l->values[0]);
    guarded_release(&l->values[1]);
    guarded_release(&l->pairs);
    guarded_release(&l->turned);
}

bool layer_element(const struct layer *l, size_t at, size_t *row, size_t *column) {
    size_t block = vib_blocks(l->out) - 1;
    while (vib_block_offset(l->in, block) > at)
        block--;
    const size_t columns = vib_block_columns(l->out, block);
    *row = (at - vib_block_offset(l->in, block)) / columns;
    *column = block * VIB_BLOCK + (at - vib_block_offset(l->in, block)) % columns;
    return *row < l->in && *column < l->out;
}

static float *nans(size_t n) {
    float *values = malloc(n * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++)
        values[i] = NAN;
    return values;
}

void layer_result_init(struct layer_result *r, const struct layer *l) {
    r->out = nans(l->batch * l->out);
    r->din = nans(l->batch * l->in);
    r->gradient = nans(l->n_parameters);
    r->expected = calloc(l->n_parameters, sizeof *r->expected);
    assert_non_null(r->expected);
    atomic_init(&r->twice, 0);
    atomic_init(&r->late, 0);
    atomic_init(&r->stray, 0);
}

void layer_result_release(struct layer_result *r) {
    free(r->out);
    free(r->din);
    free(r->gradient);
    free(r->expected);
}

/* What is called from the threads of a team: it counts faults, for cmocka's own thread to find. */
struct receiver {
    const struct layer *layer;
    struct layer_result *result;
    float *dense; /* [batch][columns] */
    size_t columns;
    bool update;
};

static void put(struct receiver *to, float *at, float value) {
    if (!isnan(*at))
        atomic_fetch_add(&to->result->twice, 1);
    *at = value;
}

static void receive(void *context, size_t row, size_t rows, size_t column, size_t columns,
                    float *tile) {
    struct receiver *to = context;
    if (row % 16 != 0 || row + rows > to->layer->batch || columns > VIB_BLOCK ||
        column + columns > to->columns) {
        atomic_fetch_add(&to->result->stray, 1);
        return;
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) {
            float *at = to->dense + (row + r) * to->columns + column + c;
            put(to, at, tile[r * VIB_BLOCK + c]);
        }
    memset(tile, 0xff, rows * VIB_BLOCK * sizeof *tile); /* it is the receiver's */
}

static void apply(void *context, const struct vib_gradient *made) {
    struct receiver *to = context;
    const struct layer *l = to->layer;
    const size_t from = made->in_blocks ? l->weight_offset : l->bias_offset;
    const size_t size = made->in_blocks ? vib_blocks_size(l->in, l->out) : l->out;
    const size_t count = made->rows * made->columns;
    if (made->offset < from || made->offset + count > from + size) {
        atomic_fetch_add(&to->result->stray, 1);
        return;
    }
    for (size_t i = 0; i < count; i++)
        put(to, to->result->gradient + made->offset + i, made->values[i]);
    const size_t number = vib_type_size(l->type);
    const size_t odd = l->type == VIB_BF16 ? made->rows % 2 : 0;
    if (to->update && made->in_blocks)
        memset((unsigned char *)l->operand.data + (made->offset - from) * number, 0xff,
               (made->rows + odd) * made->columns * number);
}

static void expect(void *context, size_t offset, size_t count) {
    struct receiver *to = context;
    const size_t from = to->layer->weight_offset;
    const size_t size = vib_blocks_size(to->layer->in, to->layer->out);
    if (offset < from || offset + count > from + size) {
        atomic_fetch_add(&to->result->stray, 1);
        return;
    }
    for (size_t i = offset; i < offset + count; i++)
        if (!isnan(to->result->gradient[i]) || to->result->expected[i]++ > 0)
            atomic_fetch_add(&to->result->late, 1);
}

void layer_forward(const struct layer *l, struct vib_team *team, struct layer_result *result) {
    struct receiver to = {l, result, result->out, l->out, false};
    vib_product_forward(&l->product, team, &l->in_m, l->operand.data, l->bias.data, receive, &to);
}

void layer_backward(const struct layer *l, struct vib_team *team, unsigned wishes,
                    struct layer_result *result) {
    struct receiver to = {l, result, result->din, l->in, (wishes & LAYER_UPDATE) != 0};
    const struct vib_gradient_sink sink = {apply, expect, &to};
    const struct vib_backward backward = {.in = &l->in_m,
                                          .delta = &l->delta_m,
                                          .weight = l->operand.data,
                                          .weight_offset = l->weight_offset,
                                          .bias_offset = l->bias_offset,
                                          .receive = (wishes & LAYER_DIN) != 0 ? receive : NULL,
                                          .context = &to,
                                          .sink = (wishes & LAYER_GRADIENT) != 0 ? &sink : NULL};
    const size_t size = vib_blocks_size(l->in, l->out) * vib_type_size(l->type);
    void *kept = malloc(size);
    assert_non_null(kept);
    memcpy(kept, l->operand.data, size);
    vib_product_backward(&l->product, team, &backward);
    memcpy(l->operand.data, kept, size);
    free(kept);
}
