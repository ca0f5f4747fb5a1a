#include "tests/bench/products.h"

#include "core/elementwise.h"
#include "core/gemm.h"
#include "core/memory.h"
#include "core/pass.h"
#include "core/random.h"

#include <stdio.h>
#include <stdlib.h>

/* Small products are repeated, so that looking at the clock costs nothing beside them. */
static const double LEAST_FLOPS = 1e8;

size_t products_of_step(const struct vib_network *net, struct product list[MOST_PRODUCTS]) {
    size_t n = 0;
    for (size_t l = 0; l < net->n_layers; l++)
        list[n++] = (struct product){l, PRODUCT_FORWARD};
    for (size_t l = net->n_layers; l-- > 0;) {
        if (l > 0)
            list[n++] = (struct product){l, PRODUCT_INPUT};
        list[n++] = (struct product){l, PRODUCT_WEIGHT};
    }
    return n;
}

double product_flops(const struct vib_network *net, size_t batch, const struct product *product) {
    const struct vib_layer *layer = &net->layer[product->layer];
    return 2.0 * (double)batch * (double)layer->in * (double)layer->out;
}

void product_name(const struct vib_network *net, size_t batch, const struct product *product,
                  char *text, size_t size) {
    static const char *const kinds[] = {"forward", "input gradient", "weight gradient"};
    const size_t l = product->layer, in = net->layer[l].in, out = net->layer[l].out;
    char layer[32];
    if (l < net->n_hidden)
        snprintf(layer, sizeof layer, "hidden %zu", l + 1);
    else
        snprintf(layer, sizeof layer, l == net->n_hidden ? "head" : "decoder");
    const size_t m = product->kind == PRODUCT_WEIGHT ? in : batch;
    const size_t n = product->kind == PRODUCT_INPUT ? in : out;
    const size_t k = product->kind == PRODUCT_FORWARD ? in
                     : product->kind == PRODUCT_INPUT ? out
                                                      : batch;
    snprintf(text, size, "%s %s %zu x %zu x %zu", layer, kinds[product->kind], m, n, k);
}

struct state {
    const struct products *products;
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

static enum vib_type operand_type(const struct vib_pass *p, size_t l) {
    return l <= p->net->n_hidden ? p->type : VIB_F32;
}

static int weight_gradient(struct vib_pass *p, size_t l) {
    const struct vib_block_plan *plan = &p->plan[l].weight;
    const size_t in = p->net->layer[l].in, size = vib_type_size(operand_type(p, l));
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
    if (operand_type(p, l) == VIB_BF16)
        weight = s->weights16 + layer->weight;
    if (product->kind == PRODUCT_FORWARD)
        return vib_gemm_run(p->plan[l].forward, input_of(p, l), weight, s->weights + layer->bias,
                            output_of(p, l));
    if (product->kind == PRODUCT_INPUT)
        return vib_gemm_run(p->plan[l].input, delta_of(p, l), weight, NULL, input_delta_of(p, l));
    return weight_gradient(p, l);
}

static int run(void *state, double *work, struct vib_error *err) {
    struct state *s = state;
    int rc = VIB_OK;
    for (*work = 0.0; *work < LEAST_FLOPS && rc == VIB_OK; *work += s->flops)
        for (size_t i = 0; i < s->products->n && rc == VIB_OK; i++)
            rc = run_one(s, &s->products->list[i]);
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

static int fill_pass(struct vib_pass *p) {
    int rc = VIB_OK;
    for (size_t l = 0; l < p->net->n_layers && rc == VIB_OK; l++) {
        const struct vib_layer *layer = &p->net->layer[l];
        rc = fill(operand_type(p, l), input_of(p, l), p->batch * layer->in);
        if (rc == VIB_OK)
            rc = fill(operand_type(p, l), delta_of(p, l), p->batch * layer->out);
    }
    return rc;
}

static int make(struct state *s, struct vib_error *err) {
    const struct products *products = s->products;
    const size_t n = products->net.n_params;
    const bool narrow = products->params.precision == VIB_BF16;
    int rc = vib_pass_init_training(&s->pass, &products->net, products->params.batch,
                                    products->params.precision, 0.0, err);
    if (rc != VIB_OK)
        return rc;
    s->weights = vib_memory_new(n * sizeof *s->weights);
    s->weights16 = narrow ? vib_memory_new(n * sizeof *s->weights16) : NULL;
    if (s->weights == NULL || (narrow && s->weights16 == NULL) || fill_pass(&s->pass) != VIB_OK)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the products");
    vib_network_init_weights(&products->net, 1, s->weights);
    if (narrow)
        vib_to_bf16(s->weights, n, s->weights16);
    return VIB_OK;
}

static int start(const void *context, size_t thread, void **state, struct vib_error *err) {
    (void)thread;
    double work;
    struct state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    s->products = context;
    for (size_t i = 0; i < s->products->n; i++)
        s->flops +=
            product_flops(&s->products->net, s->products->params.batch, &s->products->list[i]);
    int rc = make(s, err);
    if (rc == VIB_OK)
        rc = run(s, &work, err);
    if (rc != VIB_OK)
        finish(s);
    else
        *state = s;
    return rc;
}

struct workload products_workload(const struct products *products) {
    return (struct workload){start, run, finish, products};
}
