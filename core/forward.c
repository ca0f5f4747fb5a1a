/* The forward pass. B = batch, n_l = width of layer l. */
#include "core/elementwise.h"
#include "core/pass_internal.h"
#include "core/posterior.h"

#include <string.h>

const void *vib_pass_weight(const struct vib_pass *p, size_t l, const struct vib_weights *w) {
    const size_t offset = p->net->layer[l].blocks;
    if (p->product[l].type == VIB_F32)
        return w->f32 + offset;
    return (const unsigned char *)w->operand + offset * vib_type_size(p->type);
}

/* Rows to be rounded, in parts of VIB_PART_ROWS. */
struct rows {
    size_t n;
    const float *dense;
    size_t ld;
    enum vib_type type;
    struct vib_matrix *matrix;
};

/* How many of n rows belong to the part that begins with `first`. */
static size_t part_of(size_t n, size_t first) {
    return n - first < VIB_PART_ROWS ? n - first : VIB_PART_ROWS;
}

static size_t parts_of(size_t n) {
    return (n + VIB_PART_ROWS - 1) / VIB_PART_ROWS;
}

static void round_rows(const struct rows *r, size_t first, size_t rows) {
    float tile[VIB_PART_ROWS * VIB_BLOCK];
    for (size_t column = 0; column < r->matrix->columns; column += VIB_BLOCK) {
        const size_t left = r->matrix->columns - column;
        const size_t columns = left < VIB_BLOCK ? left : VIB_BLOCK;
        for (size_t i = 0; i < rows; i++)
            memcpy(tile + i * VIB_BLOCK, r->dense + (first + i) * r->ld + column,
                   columns * sizeof *tile);
        vib_matrix_store(r->matrix, r->type, first, rows, column, columns, tile);
    }
}

static void round_part(void *context, size_t part) {
    const struct rows *r = context;
    const size_t first = part * VIB_PART_ROWS;
    round_rows(r, first, part_of(r->n, first));
}

void vib_pass_round(const struct vib_pass *p, size_t n, const float *dense, size_t ld,
                    enum vib_type type, struct vib_matrix *matrix) {
    struct rows rows = {n, dense, ld, type, matrix};
    vib_team_run(p->team, parts_of(n), round_part, &rows);
}

void vib_pass_keep(void *context, size_t row, size_t rows, size_t column, size_t columns,
                   float *tile) {
    const struct vib_dense *dense = context;
    for (size_t i = 0; i < rows; i++)
        memcpy(dense->values + (row + i) * dense->ld + column, tile + i * VIB_BLOCK,
               columns * sizeof *tile);
}

/* h[l] [B][n_l] = act(in [B][n_{l-1}] W + b), of which dropout keeps some. */
static void finish_hidden(void *context, size_t row, size_t rows, size_t column, size_t columns,
                          float *tile) {
    const struct vib_hidden *hidden = context;
    struct vib_pass *p = hidden->pass;
    const size_t l = hidden->l, width = p->net->layer[l].out;
    vib_activation(p->net->activation, rows * VIB_BLOCK, tile);
    for (size_t i = 0; i < rows && p->mask[l] != NULL; i++)
        vib_dropout(p->mask[l] + (row + i) * width + column, 1.0f / p->keep, columns,
                    tile + i * VIB_BLOCK);
    vib_matrix_store(&p->h[l], p->type, row, rows, column, columns, tile);
}

static void factor_part(void *context, size_t part) {
    struct vib_pass *p = context;
    const struct vib_posterior *posterior = &p->net->posterior;
    const size_t F = vib_posterior_factor_size(posterior), H = vib_posterior_head_size(posterior);
    const size_t first = part * VIB_PART_ROWS;
    vib_posterior_factor(posterior, p->head + first * H, part_of(p->rows, first),
                         p->factor + first * F);
}

/* Behind the examples of the batch. */
static void put_pseudo_inputs(struct vib_pass *p, const struct vib_weights *w) {
    const float *own = w->f32 + p->net->own_memory;
    const size_t dim = p->net->dim;
    for (size_t k = 0; k < p->net->objective.n_pseudo; k++)
        memcpy(p->input + (p->batch + k) * p->input_ld, own + k * dim, dim * sizeof *own);
}

void vib_encode(struct vib_pass *p, const struct vib_weights *w) {
    const struct vib_network *net = p->net;
    const struct vib_matrix *in = &p->x;
    struct vib_dense head = {p->head, vib_network_head(net)->out};
    put_pseudo_inputs(p, w);
    if (p->type == VIB_BF16)
        vib_pass_round(p, p->rows, p->input, p->input_ld, VIB_BF16, &p->x);
    for (size_t l = 0; l < net->n_hidden; l++) {
        struct vib_hidden hidden = {p, l};
        vib_product_forward(&p->product[l], p->team, in, vib_pass_weight(p, l, w),
                            w->f32 + net->layer[l].bias_memory, finish_hidden, &hidden);
        in = &p->h[l];
    }
    vib_product_forward(&p->product[net->n_hidden], p->team, in,
                        vib_pass_weight(p, net->n_hidden, w),
                        w->f32 + vib_network_head(net)->bias_memory, vib_pass_keep, &head);
    vib_team_run(p->team, parts_of(p->rows), factor_part, p);
}

/* z, and z as the decoder reads it. */
static void sample_rows(struct vib_pass *p, size_t first, size_t rows) {
    const struct vib_posterior *posterior = &p->net->posterior;
    const size_t K = p->net->K, F = vib_posterior_factor_size(posterior);
    const size_t H = vib_posterior_head_size(posterior), S = p->samples;
    const struct rows code = {p->batch * S, p->z, K, VIB_F32, &p->code};
    vib_posterior_sample(posterior, p->head + first * H, p->factor + first * F,
                         p->eps + first * S * K, rows, S, p->z + first * S * K);
    for (size_t done = 0; done < rows * S; done += VIB_PART_ROWS)
        round_rows(&code, first * S + done, part_of(rows * S, done));
}

static void sample_part(void *context, size_t part) {
    struct vib_pass *p = context;
    sample_rows(p, part * VIB_PART_ROWS, part_of(p->batch, part * VIB_PART_ROWS));
}

/* logits [B][classes] = z [B][K] V + c */
static void decode(struct vib_pass *p, const struct vib_weights *w,
                   const struct vib_product *product, struct vib_team *team,
                   const struct vib_matrix *code, float *logits) {
    const size_t l = p->net->n_hidden + 1;
    struct vib_dense dense = {logits, p->net->classes};
    vib_product_forward(product, team, code, vib_pass_weight(p, l, w),
                        w->f32 + p->net->layer[l].bias_memory, vib_pass_keep, &dense);
}

void vib_decode(struct vib_pass *p, const struct vib_weights *w) {
    vib_team_run(p->team, vib_pass_row_parts(p), sample_part, p);
    decode(p, w, &p->product[p->net->n_hidden + 1], p->team, &p->code, p->logits);
}

void vib_decode_rows(struct vib_pass *p, const struct vib_weights *w,
                     const struct vib_product *decoder, size_t first, size_t rows) {
    struct vib_matrix code = p->code;
    code.values = (float *)p->code.values + first * p->code.ld;
    sample_rows(p, first, rows);
    decode(p, w, decoder, NULL, &code, p->logits + first * p->net->classes);
}
