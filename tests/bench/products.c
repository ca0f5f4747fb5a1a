#include "tests/bench/products.h"

#include "core/elementwise.h"
#include "core/gemm.h"
#include "core/memory.h"
#include "core/pass.h"
#include "core/random.h"
#include "tests/bench/record.h"

#include <stdio.h>
#include <stdlib.h>

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

/* What a layer reads, writes, and gets as gradient, in the forward pass's terms. */
static void *input_of(const struct vib_pass *p, size_t l) {
    return l == 0 ? p->x : l <= p->net->n_hidden ? p->h[l - 1] : p->z;
}

static void *output_of(const struct vib_pass *p, size_t l) {
    return l < p->net->n_hidden ? p->h[l] : l == p->net->n_hidden ? p->head : p->logits;
}

static void *delta_of(const struct vib_pass *p, size_t l) {
    return l < p->net->n_hidden ? p->dh[l] : l == p->net->n_hidden ? p->dhead_t : p->dlogits;
}

static void *input_delta_of(const struct vib_pass *p, size_t l) {
    return l <= p->net->n_hidden ? p->dh[l - 1] : p->dz;
}

static int weight_gradient(struct state *s, size_t l) {
    struct vib_pass *p = &s->pass;
    const struct vib_block_plan *plan = &p->plan[l].weight;
    const size_t in = p->net->layer[l].in, size = vib_type_size(operand_type(s->model, l));
    const unsigned char *x = input_of(p, l);
    int rc = VIB_OK;
    for (size_t row = 0; row < in && rc == VIB_OK; row += plan->rows)
        rc = vib_gemm_run(in - row < plan->rows ? plan->last : plan->block, x + row * size,
                          delta_of(p, l), NULL, p->gradient);
    return rc;
}

static int run_one(struct state *s, const struct product *product) {
    struct vib_pass *p = &s->pass;
    const size_t l = product->layer;
    const struct vib_layer *layer = &p->net->layer[l];
    const void *weight = s->weights + layer->weight;
    if (operand_type(s->model, l) == VIB_BF16)
        weight = s->weights16 + layer->weight;
    if (product->kind == PRODUCT_FORWARD)
        return vib_gemm_run(p->plan[l].forward, input_of(p, l), weight, s->weights + layer->bias,
                            output_of(p, l));
    if (product->kind == PRODUCT_INPUT)
        return vib_gemm_run(p->plan[l].input, delta_of(p, l), weight, NULL, input_delta_of(p, l));
    return weight_gradient(s, l);
}

static int run(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    int rc = VIB_OK;
    for (*work = 0.0; *work < LEAST_FLOPS && rc == VIB_OK; *work += s->flops)
        for (size_t i = 0; i < s->n && rc == VIB_OK; i++)
            rc = run_one(s, &s->list[i]);
    return rc == VIB_OK ? rc : vib_error_set(err, rc, "a product failed: %s", vib_status_text(rc));
}

/* Ordinary numbers, since zeros and denormals may take another time. */
static int fill(enum vib_type type, void *out, size_t n) {
    const struct vib_stream stream = {1, VIB_STREAM_LATENT, 0, 0};
    float *values = type == VIB_F32 ? out : malloc(n * sizeof *values);
    if (values == NULL)
        return VIB_ENOMEM;
    vib_random_normal(&stream, 0, n, values);
    if (type == VIB_BF16) {
        vib_to_bf16(values, n, out);
        free(values);
    }
    return VIB_OK;
}

static int fill_pass(struct state *s) {
    struct vib_pass *p = &s->pass;
    int rc = VIB_OK;
    for (size_t l = 0; l < p->net->n_layers && rc == VIB_OK; l++) {
        const struct vib_layer *layer = &p->net->layer[l];
        rc = fill(operand_type(s->model, l), input_of(p, l), p->batch * layer->in);
        if (rc == VIB_OK)
            rc = fill(operand_type(s->model, l), delta_of(p, l), p->batch * layer->out);
    }
    return rc;
}

static int make(struct state *s, struct vib_error *err) {
    const struct vib_network *net = &s->model->net;
    const struct vib_params *params = &s->model->params;
    const bool narrow = params->precision == VIB_BF16;
    int rc =
        vib_pass_init_training(&s->pass, net, params->batch, params->precision, 0.0, false, err);
    if (rc != VIB_OK)
        return rc;
    s->weights = vib_memory_new(net->n_params * sizeof *s->weights);
    s->weights16 = narrow ? vib_memory_new(net->n_params * sizeof *s->weights16) : NULL;
    if (s->weights == NULL || (narrow && s->weights16 == NULL) || fill_pass(s) != VIB_OK)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the products");
    vib_network_init_weights(net, 1, s->weights);
    if (narrow)
        vib_to_bf16(s->weights, net->n_params, s->weights16);
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

/* The library packs within its products; only bfloat16 operands are made outside, of the inputs and
 * of the head's gradient. */
bool step_packs(const struct model *model) {
    return model->params.precision == VIB_BF16;
}

/* Some microseconds each. */
enum { PACKINGS = 100 };

static int run_packing(void *state, double *work, struct vib_error *err) {
    const struct state *s = state;
    const struct vib_pass *p = &s->pass;
    (void)err;
    for (int i = 0; i < PACKINGS; i++) {
        vib_to_bf16(p->input, p->batch * p->net->dim, p->x);
        vib_to_bf16(p->dhead, p->batch * vib_network_head(p->net)->out, p->dhead_t);
    }
    *work = PACKINGS;
    return VIB_OK;
}

static int start_packing(const void *context, const struct worker *worker, void **state,
                         struct vib_error *err) {
    int rc = start_step(context, worker, state, err);
    if (rc != VIB_OK)
        return rc;
    struct state *s = *state;
    struct vib_pass *p = &s->pass;
    rc = fill(VIB_F32, p->input, p->batch * p->net->dim);
    if (rc == VIB_OK)
        rc = fill(VIB_F32, p->dhead, p->batch * vib_network_head(p->net)->out);
    if (rc != VIB_OK)
        finish(s);
    return rc == VIB_OK ? rc : vib_error_set(err, rc, "out of memory for the packing");
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
        "packing", {"steps_per_s"}, describe_packing, start_packing, run_packing, finish, model};
}
