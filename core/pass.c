#include "core/pass.h"

#include "core/elementwise.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, BLOCK_ROWS = 128, ROW_MULTIPLE = 16 };

static enum vib_epilogue epilogue_of(const struct vib_network *net, size_t l) {
    if (l >= net->n_hidden)
        return VIB_EPILOGUE_BIAS;
    return net->activation == VIB_RELU ? VIB_EPILOGUE_BIAS_RELU : VIB_EPILOGUE_BIAS_TANH;
}

/* Blocks of nearly equal size, at most BLOCK_ROWS rows each. */
static void split_rows(struct vib_block_plan *plan, size_t rows) {
    size_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    plan->rows = (rows + blocks - 1) / blocks;
    plan->rows = (plan->rows + ROW_MULTIPLE - 1) / ROW_MULTIPLE * ROW_MULTIPLE;
    if (plan->rows > rows)
        plan->rows = rows;
    plan->tail = rows % plan->rows;
}

static int plan_weight(struct vib_block_plan *plan, const struct vib_layer *layer, size_t batch,
                       enum vib_type type, struct vib_error *err) {
    split_rows(plan, layer->in);
    struct vib_gemm_shape shape = {.m = plan->rows,
                                   .n = layer->out,
                                   .k = batch,
                                   .a_transposed = true,
                                   .lda = layer->in,
                                   .ldb = layer->out,
                                   .ldc = layer->out,
                                   .operands = type};
    int rc = vib_gemm_new(&plan->block, &shape, err);
    shape.m = plan->tail;
    if (rc == VIB_OK && plan->tail > 0)
        rc = vib_gemm_new(&plan->last, &shape, err);
    return rc;
}

/* Which gradients a pass makes. */
struct purpose {
    bool backward, input_gradient;
};

static int plan_layer(struct vib_pass *pass, size_t l, struct purpose purpose,
                      struct vib_error *err) {
    const struct vib_network *net = pass->net;
    const struct vib_layer *layer = &net->layer[l];
    enum vib_type type = l == net->n_hidden + 1 ? VIB_F32 : pass->type;
    struct vib_gemm_shape forward = {.m = pass->batch,
                                     .n = layer->out,
                                     .k = layer->in,
                                     .lda = layer->in,
                                     .ldb = layer->out,
                                     .ldc = layer->out,
                                     .epilogue = epilogue_of(net, l),
                                     .operands = type,
                                     .result = l < net->n_hidden ? type : VIB_F32};
    struct vib_gemm_shape input = {.m = pass->batch,
                                   .n = layer->in,
                                   .k = layer->out,
                                   .b_transposed = true,
                                   .lda = layer->out,
                                   .ldb = layer->out,
                                   .ldc = layer->in,
                                   .operands = type,
                                   .result = l > 0 ? type : VIB_F32};
    int rc = vib_gemm_new(&pass->plan[l].forward, &forward, err);
    if (rc == VIB_OK && (l > 0 ? purpose.backward : purpose.input_gradient))
        rc = vib_gemm_new(&pass->plan[l].input, &input, err);
    if (rc == VIB_OK && purpose.backward)
        rc = plan_weight(&pass->plan[l].weight, layer, pass->batch, type, err);
    return rc;
}

/* Takes `count` elements of `size` bytes off the arena; with base NULL it only measures. */
static void *carve(unsigned char *base, size_t *used, size_t count, size_t size) {
    void *part = base == NULL ? NULL : base + *used;
    *used += (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return part;
}

static size_t largest_block(const struct vib_pass *pass) {
    size_t largest = pass->net->objective.n_own;
    for (size_t l = 0; l < pass->net->n_layers; l++) {
        const struct vib_layer *layer = &pass->net->layer[l];
        size_t block = pass->plan[l].weight.rows * layer->out;
        largest = block > largest ? block : largest;
        largest = layer->out > largest ? layer->out : largest; /* the bias's gradient */
    }
    return largest;
}

static size_t carve_all(struct vib_pass *p, unsigned char *base, struct purpose purpose) {
    const struct vib_network *net = p->net;
    size_t B = p->batch, K = net->K, size = vib_type_size(p->type), used = 0;
    size_t F = vib_posterior_factor_size(&net->posterior), H = K + F;
    bool narrow = p->type != VIB_F32;
    p->input = carve(base, &used, B * net->dim, sizeof(float));
    p->x = narrow ? carve(base, &used, B * net->dim, size) : p->input;
    for (size_t l = 0; l < net->n_hidden; l++)
        p->h[l] = carve(base, &used, B * net->layer[l].out, size);
    p->head = carve(base, &used, B * H, sizeof(float));
    p->factor = carve(base, &used, B * F, sizeof(float));
    p->eps = carve(base, &used, B * K, sizeof(float));
    p->z = carve(base, &used, B * K, sizeof(float));
    p->logits = carve(base, &used, B * net->classes, sizeof(float));
    if (!purpose.backward)
        return used;
    for (size_t l = 0; l < net->n_hidden; l++)
        p->dh[l] = carve(base, &used, B * net->layer[l].out, size);
    for (size_t l = 0; l < net->n_hidden && p->keep < 1.0f; l++)
        p->mask[l] = carve(base, &used, B * net->layer[l].out, sizeof *p->mask[l]);
    p->dhead = carve(base, &used, B * H, sizeof(float));
    p->dhead_t = narrow ? carve(base, &used, B * H, size) : p->dhead;
    p->dz = carve(base, &used, B * K, sizeof(float));
    p->dlogits = carve(base, &used, B * net->classes, sizeof(float));
    p->gradient = carve(base, &used, largest_block(p), sizeof(float));
    if (purpose.input_gradient)
        p->dx = carve(base, &used, B * net->dim, sizeof(float));
    return used;
}

/* All but pass->net, batch, type and keep, which are set. */
static int prepare(struct vib_pass *pass, struct purpose purpose, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t l = 0; l < pass->net->n_layers && rc == VIB_OK; l++)
        rc = plan_layer(pass, l, purpose, err);
    if (rc == VIB_OK) {
        size_t size = carve_all(pass, NULL, purpose);
        pass->arena = vib_memory_new(size);
        if (pass->arena == NULL)
            rc = vib_error_set(err, VIB_ENOMEM, "out of memory for a batch of %zu (%zu bytes)",
                               pass->batch, size);
        else
            carve_all(pass, pass->arena, purpose);
    }
    if (rc != VIB_OK)
        vib_pass_release(pass);
    return rc;
}

int vib_pass_init(struct vib_pass *pass, const struct vib_network *net, size_t batch,
                  struct vib_error *err) {
    memset(pass, 0, sizeof *pass);
    pass->net = net;
    pass->batch = batch;
    pass->type = VIB_F32;
    pass->keep = 1.0f;
    return prepare(pass, (struct purpose){false, false}, err);
}

int vib_pass_init_training(struct vib_pass *pass, const struct vib_network *net, size_t batch,
                           enum vib_type type, double dropout, bool input_gradient,
                           struct vib_error *err) {
    memset(pass, 0, sizeof *pass);
    pass->net = net;
    pass->batch = batch;
    pass->type = type;
    pass->keep = (float)(1.0 - dropout);
    return prepare(pass, (struct purpose){true, input_gradient}, err);
}

/* What prepare carves, without making it. */
static size_t measure(const struct vib_network *net, size_t batch, enum vib_type type, float keep,
                      bool backward) {
    struct vib_pass pass = {.net = net, .batch = batch, .type = type, .keep = keep};
    for (size_t l = 0; l < net->n_layers && backward; l++)
        split_rows(&pass.plan[l].weight, net->layer[l].in);
    return carve_all(&pass, NULL, (struct purpose){backward, false});
}

size_t vib_pass_bytes(const struct vib_network *net, size_t batch) {
    return measure(net, batch, VIB_F32, 1.0f, false);
}

size_t vib_pass_training_bytes(const struct vib_network *net, size_t batch, enum vib_type type,
                               double dropout) {
    return measure(net, batch, type, (float)(1.0 - dropout), true);
}

struct vib_objective_batch vib_pass_batch(const struct vib_pass *pass, const struct vib_weights *w,
                                          const uint16_t *labels) {
    return (struct vib_objective_batch){.rows = pass->batch,
                                        .labels = labels,
                                        .logits = pass->logits,
                                        .head = pass->head,
                                        .factor = pass->factor,
                                        .eps = pass->eps,
                                        .z = pass->z,
                                        .own = w->f32 + pass->net->own};
}

void vib_pass_release(struct vib_pass *pass) {
    for (size_t l = 0; l < VIB_MAX_LAYERS; l++) {
        vib_gemm_free(pass->plan[l].forward);
        vib_gemm_free(pass->plan[l].input);
        vib_gemm_free(pass->plan[l].weight.block);
        vib_gemm_free(pass->plan[l].weight.last);
    }
    free(pass->arena);
    memset(pass, 0, sizeof *pass);
}
