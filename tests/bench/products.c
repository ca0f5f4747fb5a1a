#include "tests/bench/products.h"

#include "core/elementwise.h"
#include "core/matrix.h"
#include "core/memory.h"
#include "core/pass.h"
#include "core/random.h"
#include "tests/bench/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small products are repeated, so that looking at the clock costs nothing beside them. */
static const double LEAST_FLOPS = 1e8;

size_t products_of_step(const struct model *model, struct product list[MOST_PRODUCTS]) {
    const size_t n_layers = model->net.n_layers;
    size_t n = 0;
    for (size_t l = 0; l < n_layers; l++)
        list[n++] = (struct product){.layer = l, .kind = PRODUCT_FORWARD};
    for (size_t l = n_layers; l-- > 0;) {
        if (l > 0)
            list[n++] = (struct product){.layer = l, .kind = PRODUCT_INPUT};
        list[n++] = (struct product){.layer = l, .kind = PRODUCT_WEIGHT};
    }
    for (size_t i = 0; i < n; i++) {
        list[i].model = model;
        list[i].place = i;
    }
    return n;
}

/* Of the head and what is before it; the decoder's are float32 in any precision. */
static enum vib_type operand_type(const struct model *model, size_t layer) {
    return layer <= model->net.n_hidden ? model->params.precision : VIB_F32;
}

/* [m][k] by [k][n]; a weight gradient is all of its blocks. */
struct shape {
    size_t m, n, k;
};

static struct shape shape_of(const struct product *product) {
    const struct vib_layer *layer = &product->model->net.layer[product->layer];
    const size_t batch = product->model->params.batch;
    switch (product->kind) {
    case PRODUCT_FORWARD:
        return (struct shape){batch, layer->out, layer->in};
    case PRODUCT_INPUT:
        return (struct shape){batch, layer->in, layer->out};
    default:
        return (struct shape){layer->in, layer->out, batch};
    }
}

bool product_equal(const struct product *a, const struct product *b) {
    const struct shape s = shape_of(a), t = shape_of(b);
    return a->kind == b->kind && s.m == t.m && s.n == t.n && s.k == t.k &&
           operand_type(a->model, a->layer) == operand_type(b->model, b->layer);
}

static double product_flops(const struct product *product) {
    const struct shape s = shape_of(product);
    return 2.0 * (double)s.m * (double)s.n * (double)s.k;
}

struct state {
    const struct model *model;
    size_t n;
    struct product list[MOST_PRODUCTS];
    struct vib_pass pass;
    float *weights;
    uint16_t *weights16; /* NULL in float32 */
    double flops;        /* of the list, once */
};

static void finish(void *state) {
    struct state *s = state;
    vib_pass_release(&s->pass);
    free(s->weights);
    free(s->weights16);
    free(s);
}

/* What a layer reads, and what it gets as gradient. */
static struct vib_matrix *input_of(struct vib_pass *p, size_t l) {
    return l == 0 ? &p->x : l <= p->net->n_hidden ? &p->h[l - 1] : &p->code;
}

static struct vib_matrix *delta_of(struct vib_pass *p, size_t l) {
    if (l < p->net->n_hidden)
        return &p->dh[l];
    return l == p->net->n_hidden ? &p->dhead_t : &p->dlogits_t;
}

static void ignore_tile(void *context, size_t row, size_t rows, size_t column, size_t columns,
                        float *tile) {
    (void)context;
    (void)row;
    (void)rows;
    (void)column;
    (void)columns;
    (void)tile;
}

static void ignore_gradient(void *context, const struct vib_gradient *gradient) {
    (void)context;
    (void)gradient;
}

/* din with one panel of weights in place of all, as making them counts as packing. */
static void multiply_by_panels(const struct vib_product *p, const struct vib_matrix *delta,
                               const void *panel) {
    float tile[VIB_BLOCK * VIB_BLOCK];
    const size_t blocks = vib_blocks(p->in), strip = p->batch_strip.size;
    for (size_t block = 0; block < blocks; block++)
        for (size_t d = 0; d < p->out_depth.count; d++)
            for (size_t s = 0; s < p->batch_strip.count; s++) {
                const size_t at = s * strip * delta->ld + d * p->out_depth.size;
                const struct vib_kernel *kernel =
                    &p->input[s + 1 == p->batch_strip.count][block + 1 == blocks]
                             [d + 1 == p->out_depth.count][0];
                vib_kernel_run(kernel,
                               (const unsigned char *)delta->values + at * vib_type_size(p->type),
                               panel, tile);
            }
}

static void run_one(struct state *s, const struct product *product) {
    static const struct vib_gradient_sink nobody = {.apply = ignore_gradient};
    struct vib_pass *p = &s->pass;
    const size_t l = product->layer;
    const struct vib_layer *layer = &p->net->layer[l];
    const void *weight = s->weights + layer->blocks;
    if (operand_type(s->model, l) == VIB_BF16)
        weight = s->weights16 + layer->blocks;
    const struct vib_backward backward = {.in = input_of(p, l),
                                          .delta = delta_of(p, l),
                                          .weight = weight,
                                          .weight_offset = layer->blocks,
                                          .bias_offset = layer->bias_memory,
                                          .sink = &nobody};
    if (product->kind == PRODUCT_FORWARD)
        vib_product_forward(&p->product[l], NULL, input_of(p, l), weight,
                            s->weights + layer->bias_memory, ignore_tile, NULL);
    else if (product->kind == PRODUCT_INPUT)
        multiply_by_panels(&p->product[l], delta_of(p, l), s->weights);
    else
        vib_product_backward(&p->product[l], NULL, &backward);
}

static int run(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    (void)err;
    for (*work = 0.0; *work < LEAST_FLOPS; *work += s->flops)
        for (size_t i = 0; i < s->n; i++)
            run_one(s, &s->list[i]);
    return VIB_OK;
}

/* Ordinary numbers, since zeros and denormals may take another time. */
static void fill(enum vib_type type, struct vib_matrix *matrix, size_t rows) {
    const struct vib_stream stream = {1, VIB_STREAM_LATENT, 0, 0};
    float tile[VIB_PART_ROWS * VIB_BLOCK];
    vib_random_normal(&stream, 0, sizeof tile / sizeof tile[0], tile);
    for (size_t row = 0; row < rows; row += VIB_PART_ROWS)
        for (size_t column = 0; column < matrix->columns; column += VIB_BLOCK) {
            const size_t below = rows - row, right = matrix->columns - column;
            vib_matrix_store(matrix, type, row, below < VIB_PART_ROWS ? below : VIB_PART_ROWS,
                             column, right < VIB_BLOCK ? right : VIB_BLOCK, tile);
        }
}

static void fill_pass(struct state *s) {
    struct vib_pass *p = &s->pass;
    for (size_t l = 0; l < p->net->n_layers; l++) {
        fill(operand_type(s->model, l), input_of(p, l), p->batch);
        fill(operand_type(s->model, l), delta_of(p, l), p->batch);
    }
}

static int make(struct state *s, struct vib_error *err) {
    const struct vib_network *net = &s->model->net;
    const struct vib_params *params = &s->model->params;
    const bool narrow = params->precision == VIB_BF16;
    int rc =
        vib_pass_init_training(&s->pass, net, params->batch, params->precision, 0.0, false, err);
    if (rc != VIB_OK)
        return rc;
    s->weights = vib_memory_new(net->n_memory * sizeof *s->weights);
    s->weights16 = narrow ? vib_memory_new(net->n_memory * sizeof *s->weights16) : NULL;
    if (s->weights == NULL || (narrow && s->weights16 == NULL))
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the products");
    vib_network_init_weights(net, 1, s->weights);
    if (narrow) {
        memset(s->weights16, 0, net->n_memory * sizeof *s->weights16);
        vib_network_narrow(net, s->weights, s->weights16);
    }
    fill_pass(s);
    return VIB_OK;
}

static int start_list(const struct product *list, size_t n, void **state, struct vib_error *err) {
    double work;
    struct state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    s->model = list->model;
    for (; s->n < n; s->n++) {
        s->list[s->n] = list[s->n];
        s->flops += product_flops(&list[s->n]);
    }
    int rc = make(s, err);
    if (rc == VIB_OK)
        rc = run(s, &work, err);
    if (rc != VIB_OK)
        finish(s);
    else
        *state = s;
    return rc;
}

static int start_step(const void *context, const struct worker *worker, void **state,
                      struct vib_error *err) {
    struct product list[MOST_PRODUCTS];
    (void)worker;
    return start_list(list, products_of_step(context, list), state, err);
}

static int start_one(const void *context, const struct worker *worker, void **state,
                     struct vib_error *err) {
    (void)worker;
    return start_list(context, 1, state, err);
}

enum { PACKINGS = 10 };

/* The panels of transposed weights that din takes. */
static void make_panels(const struct state *s, size_t l) {
    const struct vib_layer *layer = &s->pass.net->layer[l];
    const enum vib_type type = operand_type(s->model, l);
    const unsigned char *weights =
        type == VIB_BF16 ? (const void *)s->weights16 : (const void *)s->weights;
    _Alignas(64) float panel[VIB_BLOCK * VIB_BLOCK];
    for (size_t row = 0; row < layer->in; row += VIB_BLOCK)
        for (size_t block = 0; block < vib_blocks(layer->out); block++) {
            const size_t left = layer->in - row, rows = left < VIB_BLOCK ? left : VIB_BLOCK;
            const size_t at = layer->blocks + vib_block_offset(layer->in, block);
            vib_block_transpose(type, weights + at * vib_type_size(type),
                                vib_block_columns(layer->out, block), row, rows, panel);
        }
}

/* And all that is stored as the products want it. */
static int run_packing(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    (void)err;
    for (int i = 0; i < PACKINGS; i++) {
        fill_pass(s);
        for (size_t l = 1; l < s->pass.net->n_layers; l++)
            make_panels(s, l);
    }
    *work = PACKINGS;
    return VIB_OK;
}

static void describe_step(const void *context, FILE *out) {
    const struct model *model = context;
    model_describe(model, out);
    record_number(out, "flop", model_step_flops(model));
}

static void describe_one(const void *context, FILE *out) {
    static const char *const kinds[] = {"forward", "input gradient", "weight gradient"};
    const struct product *product = context;
    const struct shape shape = shape_of(product);
    const size_t l = product->layer, n_hidden = product->model->net.n_hidden;
    char layer[32];
    if (l < n_hidden)
        snprintf(layer, sizeof layer, "hidden %zu", l + 1);
    else
        snprintf(layer, sizeof layer, l == n_hidden ? "head" : "decoder");
    model_describe(product->model, out);
    record_number(out, "place", (double)product->place);
    record_text(out, "layer", layer);
    record_text(out, "kind", kinds[product->kind]);
    record_text(out, "operands", type_name(operand_type(product->model, l)));
    record_number(out, "m", (double)shape.m);
    record_number(out, "n", (double)shape.n);
    record_number(out, "k", (double)shape.k);
}

struct workload step_products_workload(const struct model *model) {
    return (struct workload){"products", {"flop_per_s"}, describe_step, start_step,
                             run,        finish,         model};
}

struct workload product_workload(const struct product *product) {
    return (struct workload){"product", {"flop_per_s"}, describe_one, start_one,
                             run,       finish,         product};
}

static void describe_packing(const void *context, FILE *out) {
    model_describe(context, out);
}

struct workload packing_workload(const struct model *model) {
    return (struct workload){
        "packing", {"steps_per_s"}, describe_packing, start_step, run_packing, finish, model};
}
