#include "core/product.h"

#include "core/elementwise.h"
#include "core/simd.h"

#include <string.h>

/* ROWS of a batch make a tile of 32 KiB. DEPTH rows of a block are 128 KiB: with what else a kernel
 * reads they stay in the second-level cache. So do PANEL rows of transposed blocks. Where no din is
 * made, BLOCKS tiles of dW make one part. */
enum {
    ROWS = 128,
    DEPTH = 512,
    BATCH_DEPTH = 1024,
    PANEL = 256,
    BLOCKS = 8,
    MULTIPLE = 16,
    CACHE_LINE = 64
};

/* A sum over the depth is made in CHAINS sums of some pieces each, which are added at the end: the
 * error of one long sum would be greater by the square root of that. */
enum { CHAINS = 2 };

/* Pieces of nearly the same size, a multiple of `multiple` and at most `most`. */
static struct vib_pieces cut(size_t n, size_t most, size_t multiple) {
    struct vib_pieces pieces = {.count = (n + most - 1) / most};
    const size_t size = (n + pieces.count - 1) / pieces.count;
    pieces.size = (size + multiple - 1) / multiple * multiple;
    pieces.count = (n + pieces.size - 1) / pieces.size;
    pieces.last = n - (pieces.count - 1) * pieces.size;
    return pieces;
}

static size_t piece(const struct vib_pieces *pieces, size_t i) {
    return i + 1 < pieces->count ? pieces->size : pieces->last;
}

/* The index of a piece's kernel. */
static size_t last(const struct vib_pieces *pieces, size_t i) {
    return i + 1 < pieces->count ? 0 : 1;
}

static size_t depth_of(enum vib_type type, size_t n) {
    return type == VIB_BF16 ? n + n % 2 : n;
}

/* Whether there is a piece of that kind. */
static bool exists(const struct vib_pieces *pieces, size_t is_last) {
    return is_last == 1 || pieces->count > 1;
}

static size_t size_of(const struct vib_pieces *pieces, size_t is_last) {
    return is_last == 1 ? pieces->last : pieces->size;
}

static struct vib_pieces columns_of(size_t n) {
    const size_t blocks = vib_blocks(n);
    return (struct vib_pieces){blocks, VIB_BLOCK, vib_block_columns(n, blocks - 1)};
}

static int init_forward(struct vib_product *p, size_t r, size_t c, size_t d, bool accumulate,
                        struct vib_error *err) {
    const struct vib_pieces columns = columns_of(p->out);
    if (accumulate && p->in_depth.count <= CHAINS)
        return VIB_OK;
    if (!exists(&p->rows, r) || !exists(&columns, c) || !exists(&p->in_depth, d))
        return VIB_OK;
    const struct vib_kernel_shape shape = {.rows = size_of(&p->rows, r),
                                           .columns = size_of(&columns, c),
                                           .depth = size_of(&p->in_depth, d),
                                           .ld_in = vib_matrix_ld(p->type, p->in),
                                           .ld_block = size_of(&columns, c),
                                           .ld_out = VIB_BLOCK,
                                           .accumulate = accumulate,
                                           .type = p->type};
    return vib_kernel_init(&p->forward[r][c][d][accumulate], &shape, err);
}

static int init_input(struct vib_product *p, size_t r, size_t c, size_t d, bool accumulate,
                      struct vib_error *err) {
    if (accumulate && p->out_depth.count <= CHAINS)
        return VIB_OK;
    const struct vib_pieces columns = columns_of(p->in);
    if (!exists(&p->batch_strip, r) || !exists(&columns, c) || !exists(&p->out_depth, d))
        return VIB_OK;
    const struct vib_kernel_shape shape = {.rows = size_of(&p->batch_strip, r),
                                           .columns = size_of(&columns, c),
                                           .depth = size_of(&p->out_depth, d),
                                           .ld_in = vib_matrix_ld(p->type, p->out),
                                           .ld_block = VIB_BLOCK,
                                           .ld_out = VIB_BLOCK,
                                           .accumulate = accumulate,
                                           .type = p->type};
    return vib_kernel_init(&p->input[r][c][d][accumulate], &shape, err);
}

static int init_weight(struct vib_product *p, size_t r, size_t c, size_t d, bool accumulate,
                       struct vib_error *err) {
    const struct vib_pieces columns = columns_of(p->out);
    const bool narrow = p->type == VIB_BF16;
    /* Only depths after the first are added to what is there. */
    const bool used = accumulate ? p->batch_depth.count > 1 : d == 0 || p->batch_depth.count == 1;
    if (!used || !exists(&p->in_strip, r) || !exists(&columns, c) || !exists(&p->batch_depth, d))
        return VIB_OK;
    const struct vib_kernel_shape shape = {.rows = size_of(&p->in_strip, r),
                                           .columns = size_of(&columns, c),
                                           .depth = size_of(&p->batch_depth, d),
                                           .ld_in = narrow ? vib_matrix_ld_turned(p->batch)
                                                           : vib_matrix_ld(p->type, p->in),
                                           .ld_block = vib_matrix_ld(p->type, p->out),
                                           .ld_out = size_of(&columns, c),
                                           .in_transposed = !narrow,
                                           .accumulate = accumulate,
                                           .type = p->type};
    return vib_kernel_init(&p->weight[r][c][d][accumulate], &shape, err);
}

int vib_product_init(struct vib_product *p, size_t in, size_t out, size_t batch, enum vib_type type,
                     bool input, bool weight, struct vib_error *err) {
    const size_t strip = vib_kernel_strip();
    int rc = VIB_OK;
    *p = (struct vib_product){.in = in, .out = out, .batch = batch, .type = type};
    p->rows = cut(batch, ROWS, VIB_BLOCK);
    p->in_depth = cut(depth_of(type, in), DEPTH, MULTIPLE);
    p->out_depth = cut(depth_of(type, out), PANEL, VIB_BLOCK);
    p->batch_depth = cut(depth_of(type, batch), BATCH_DEPTH, MULTIPLE);
    /* Tiles are of VIB_BLOCK rows or more, so of whole strips, but for the last one. */
    p->in_strip = (struct vib_pieces){(in + strip - 1) / strip, strip, (in - 1) % strip + 1};
    p->batch_strip =
        (struct vib_pieces){(batch + strip - 1) / strip, strip, (batch - 1) % strip + 1};
    for (size_t i = 0; i < VIB_LAST * VIB_LAST * VIB_LAST * 2 && rc == VIB_OK; i++) {
        const size_t r = i / 8, c = i / 4 % 2, d = i / 2 % 2;
        const bool accumulate = i % 2 == 1;
        rc = init_forward(p, r, c, d, accumulate, err);
        if (rc == VIB_OK && input)
            rc = init_input(p, r, c, d, accumulate, err);
        if (rc == VIB_OK && weight)
            rc = init_weight(p, r, c, d, accumulate, err);
    }
    return rc;
}

static const void *at(enum vib_type type, const void *elements, size_t offset) {
    return (const unsigned char *)elements + offset * vib_type_size(type);
}

/* The chain of a piece, and whether it is the first one there. */
static size_t chain_of(const struct vib_pieces *depth, size_t d) {
    return d < (depth->count + 1) / CHAINS ? 0 : 1;
}

static bool begins_chain(const struct vib_pieces *depth, size_t d) {
    return d == 0 || chain_of(depth, d) != chain_of(depth, d - 1);
}

/* tile = the sum of the chains, and of bias in every row. */
VIB_MULTIVERSION
static void add_chains(float *restrict tile, const float *restrict second, size_t rows,
                       const float *restrict bias) {
    for (size_t r = 0; r < rows; r++, tile += VIB_BLOCK, second += VIB_BLOCK)
        for (size_t c = 0; c < VIB_BLOCK; c++)
            tile[c] = tile[c] + second[c] + bias[c];
}

VIB_MULTIVERSION
static void add_bias(float *restrict tile, size_t rows, const float *restrict bias) {
    for (size_t r = 0; r < rows; r++, tile += VIB_BLOCK)
        for (size_t c = 0; c < VIB_BLOCK; c++)
            tile[c] += bias[c];
}

static void add_up(const struct vib_pieces *depth, float tile[CHAINS][ROWS * VIB_BLOCK],
                   size_t rows, const float bias[VIB_BLOCK]) {
    if (depth->count > 1)
        add_chains(tile[0], tile[1], rows, bias);
    else
        add_bias(tile[0], rows, bias);
}

static size_t columns_here(size_t n, size_t block) {
    const size_t left = n - block * VIB_BLOCK;
    return left < VIB_BLOCK ? left : VIB_BLOCK;
}

static size_t is_last(size_t blocks, size_t block) {
    return block + 1 < blocks ? 0 : 1;
}

struct forward {
    const struct vib_product *product;
    const struct vib_matrix *in;
    const void *weight;
    const float *bias;
    vib_tile_fn receive;
    void *context;
};

static void forward_part(void *context, size_t part) {
    const struct forward *f = context;
    const struct vib_product *p = f->product;
    const size_t blocks = vib_blocks(p->out), block = part % blocks, rows_at = part / blocks;
    const size_t first = rows_at * p->rows.size, rows = piece(&p->rows, rows_at);
    const size_t columns = columns_here(p->out, block), ld = vib_block_columns(p->out, block);
    const size_t offset = vib_block_offset(p->in, block);
    _Alignas(CACHE_LINE) float tile[CHAINS][ROWS * VIB_BLOCK];
    float bias[VIB_BLOCK] = {0};
    for (size_t d = 0; d < p->in_depth.count; d++) {
        const size_t depth = d * p->in_depth.size;
        const struct vib_kernel *kernel =
            &p->forward[last(&p->rows, rows_at)][is_last(blocks, block)][last(&p->in_depth, d)]
                       [!begins_chain(&p->in_depth, d)];
        vib_kernel_run(kernel, at(p->type, f->in->values, first * f->in->ld + depth),
                       at(p->type, f->weight, offset + depth * ld),
                       tile[chain_of(&p->in_depth, d)]);
    }
    memcpy(bias, f->bias + block * VIB_BLOCK, columns * sizeof *bias);
    add_up(&p->in_depth, tile, rows, bias);
    f->receive(f->context, first, rows, block * VIB_BLOCK, columns, tile[0]);
}

void vib_product_forward(const struct vib_product *p, struct vib_team *team,
                         const struct vib_matrix *in, const void *weight, const float *bias,
                         vib_tile_fn receive, void *context) {
    struct forward forward = {p, in, weight, bias, receive, context};
    vib_team_run(team, vib_blocks(p->out) * p->rows.count, forward_part, &forward);
}

struct backward {
    const struct vib_product *product;
    const struct vib_backward *b;
    size_t spans; /* pieces of the blocks of W, each a part of its own */
};

/* Rows row .. row + rows of a block of W. */
static const void *weights_at(const struct backward *w, size_t block, size_t row) {
    const struct vib_product *p = w->product;
    const size_t columns = vib_block_columns(p->out, block);
    return at(p->type, w->b->weight, vib_block_offset(p->in, block) + row * columns);
}

/* The blocks of W in piece d of the depth of din. */
static size_t first_block(const struct vib_product *p, size_t d) {
    return d * p->out_depth.size / VIB_BLOCK;
}

/* panel [depth][VIB_BLOCK] = the transpose of rows row .. row + rows of W over piece d. */
static void make_panel(const struct backward *w, size_t d, size_t row, size_t rows, void *panel) {
    const struct vib_product *p = w->product;
    const size_t from = first_block(p, d), to = from + vib_blocks(piece(&p->out_depth, d));
    unsigned char *out = panel;
    for (size_t block = from; block < to; block++) {
        vib_block_transpose(p->type, weights_at(w, block, 0), vib_block_columns(p->out, block), row,
                            rows, out);
        out += VIB_BLOCK * VIB_BLOCK * vib_type_size(p->type);
    }
}

/* Asks for a share, `strip` of `strips`, of what the panel after piece d is made of. */
static void fetch_panel(const struct backward *w, size_t d, size_t row, size_t rows, size_t strip,
                        size_t strips) {
    const struct vib_product *p = w->product;
    if (d + 1 == p->out_depth.count)
        return;
    const size_t from = first_block(p, d + 1), blocks = vib_blocks(piece(&p->out_depth, d + 1));
    const size_t lines = rows * VIB_BLOCK * vib_type_size(p->type) / CACHE_LINE;
    size_t line = lines * blocks * strip / strips;
    for (const size_t end = lines * blocks * (strip + 1) / strips; line < end;) {
        const size_t block = line / lines,
                     stop = (block + 1) * lines < end ? (block + 1) * lines : end;
        const unsigned char *tile = weights_at(w, from + block, row);
        for (; line < stop; line++)
            __builtin_prefetch(tile + (line - block * lines) * CACHE_LINE, 0, 2);
    }
}

/* din [rows of one piece][VIB_BLOCK] = delta W^T for rows row .. row + columns of W. */
static void input_tile(const struct backward *w, size_t rows_at, size_t row, size_t columns) {
    const struct vib_product *p = w->product;
    const struct vib_matrix *delta = w->b->delta;
    const size_t first = rows_at * p->rows.size, rows = piece(&p->rows, rows_at);
    const size_t strip = p->batch_strip.size, strips = (rows + strip - 1) / strip;
    const size_t kind = is_last(vib_blocks(p->in), row / VIB_BLOCK);
    static const float no_bias[VIB_BLOCK];
    _Alignas(CACHE_LINE) float tile[CHAINS][ROWS * VIB_BLOCK];
    _Alignas(CACHE_LINE) unsigned char panel[PANEL * VIB_BLOCK * sizeof(float)];
    if (columns % MULTIPLE != 0) /* kernels read more of it than is filled */
        memset(panel, 0, sizeof panel);
    for (size_t d = 0; d < p->out_depth.count; d++) {
        make_panel(w, d, row, columns, panel);
        for (size_t s = 0; s < strips; s++) {
            const size_t r = first + s * strip, depth = d * p->out_depth.size;
            const struct vib_kernel *kernel =
                &p->input[last(&p->batch_strip, r / strip)][kind][last(&p->out_depth, d)]
                         [!begins_chain(&p->out_depth, d)];
            fetch_panel(w, d, row, columns, s, strips);
            vib_kernel_run(kernel, at(p->type, delta->values, r * delta->ld + depth), panel,
                           tile[chain_of(&p->out_depth, d)] + s * strip * VIB_BLOCK);
        }
    }
    add_up(&p->out_depth, tile, rows, no_bias);
    w->b->receive(w->b->context, first, rows, row, columns, tile[0]);
}

/* Rows row.. of the transpose of `in`, over piece d of the batch. */
static const void *turned_row(const struct backward *w, size_t row, size_t d) {
    const struct vib_matrix *in = w->b->in;
    const size_t depth = d * w->product->batch_depth.size;
    if (w->product->type == VIB_F32)
        return (const float *)in->values + depth * in->ld + row;
    return in->turned + row * in->ld_turned + depth;
}

/* A block of delta, over piece d of the batch. */
static const void *delta_block(const struct backward *w, size_t block, size_t d) {
    const struct vib_matrix *delta = w->b->delta;
    const size_t depth = d * w->product->batch_depth.size;
    if (w->product->type == VIB_F32)
        return (const float *)delta->values + depth * delta->ld + block * VIB_BLOCK;
    return delta->pairs + depth * delta->ld + 2 * block * VIB_BLOCK;
}

/* Says that rows row .. row + rows of a block will have a gradient. */
static void expect(const struct backward *w, size_t block, size_t row, size_t rows) {
    const struct vib_product *p = w->product;
    const struct vib_gradient_sink *sink = w->b->sink;
    const size_t columns = vib_block_columns(p->out, block);
    if (sink->expect != NULL)
        sink->expect(sink->context,
                     w->b->weight_offset + vib_block_offset(p->in, block) + row * columns,
                     rows * columns);
}

/* The gradient of rows row .. row + rows of a block of W, strip by strip. With every strip the same
 * rows of the next block are expected, unless this is the last one of the part. */
static void weight_tile(const struct backward *w, size_t block, bool more, size_t row,
                        size_t rows) {
    const struct vib_product *p = w->product;
    const size_t columns = vib_block_columns(p->out, block), strip = p->in_strip.size;
    const size_t kind = is_last(vib_blocks(p->out), block);
    _Alignas(CACHE_LINE) float gradient[VIB_BLOCK * VIB_BLOCK];
    for (size_t r = 0; r < rows; r += strip) {
        const size_t of_strip = last(&p->in_strip, (row + r) / strip);
        if (more)
            expect(w, block + 1, row + r, rows - r < strip ? rows - r : strip);
        for (size_t d = 0; d < p->batch_depth.count; d++)
            vib_kernel_run(&p->weight[of_strip][kind][last(&p->batch_depth, d)][d > 0],
                           turned_row(w, row + r, d), delta_block(w, block, d),
                           gradient + r * columns);
    }
    const struct vib_gradient made = {.offset = w->b->weight_offset +
                                                vib_block_offset(p->in, block) + row * columns,
                                      .rows = rows,
                                      .columns = columns,
                                      .in_blocks = true,
                                      .values = gradient};
    w->b->sink->apply(w->b->sink->context, &made);
}

static void bias_tile(const struct backward *w, size_t block) {
    const struct vib_product *p = w->product;
    const struct vib_matrix *delta = w->b->delta;
    float gradient[VIB_BLOCK];
    const struct vib_gradient made = {.offset = w->b->bias_offset + block * VIB_BLOCK,
                                      .rows = 1,
                                      .columns = columns_here(p->out, block),
                                      .values = gradient};
    vib_column_sums(p->type, at(p->type, delta->values, block * VIB_BLOCK), delta->ld, p->batch,
                    made.columns, gradient);
    w->b->sink->apply(w->b->sink->context, &made);
}

/* VIB_BLOCK rows of W and a span of its blocks: of all of them when din is made, since then these
 * rows are read as a whole, and are still near when they are updated. */
static void backward_part(void *context, size_t part) {
    const struct backward *w = context;
    const struct vib_product *p = w->product;
    const size_t row = part / w->spans * VIB_BLOCK, span = part % w->spans;
    const size_t rows = columns_here(p->in, row / VIB_BLOCK), blocks = vib_blocks(p->out);
    const size_t from = span * blocks / w->spans, to = (span + 1) * blocks / w->spans;
    for (size_t i = 0; w->b->receive != NULL && i < p->rows.count; i++)
        input_tile(w, i, row, rows);
    for (size_t block = from; w->b->sink != NULL && block < to; block++) {
        weight_tile(w, block, block + 1 < to, row, rows);
        if (row == 0)
            bias_tile(w, block);
    }
}

void vib_product_backward(const struct vib_product *p, struct vib_team *team,
                          const struct vib_backward *b) {
    const size_t spans = b->receive != NULL ? 1 : (vib_blocks(p->out) + BLOCKS - 1) / BLOCKS;
    struct backward backward = {p, b, spans};
    vib_team_run(team, vib_blocks(p->in) * spans, backward_part, &backward);
}
