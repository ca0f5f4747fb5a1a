/* The backward pass. B = batch, n_l = width of layer l; delta = dJ/d(layer's output before its
 * activation), [B][n_l]. */
#include "core/pass.h"

#include "core/elementwise.h"

struct gradient_sink {
    vib_gradient_fn emit; /* NULL: nobody wants the gradients of parameters */
    void *context;
};

/* dW [n_{l-1}][n_l] = in^T delta, block of rows by block of rows, and db = column sums of delta. */
static int emit_layer(struct vib_pass *p, size_t l, enum vib_type type, const void *in,
                      const void *delta, const struct gradient_sink *sink) {
    const struct vib_layer *layer = &p->net->layer[l];
    const struct vib_block_plan *plan = &p->plan[l].weight;
    int rc = VIB_OK;
    if (sink->emit == NULL)
        return VIB_OK;
    for (size_t row = 0; row < layer->in && rc == VIB_OK; row += plan->rows) {
        size_t rows = layer->in - row < plan->rows ? plan->tail : plan->rows;
        const void *columns = (const unsigned char *)in + row * vib_type_size(type);
        rc = vib_gemm_run(rows == plan->rows ? plan->block : plan->last, columns, delta, NULL,
                          p->gradient);
        if (rc == VIB_OK)
            sink->emit(sink->context, layer->weight + row * layer->out, rows * layer->out,
                       p->gradient);
    }
    if (rc == VIB_OK) {
        vib_column_sums(type, delta, p->batch, layer->out, p->gradient);
        sink->emit(sink->context, layer->bias, layer->out, p->gradient);
    }
    return rc;
}

/* din [B][n_{l-1}] = delta [B][n_l] W^T. */
static int input_gradient(struct vib_pass *p, size_t l, const void *weight, const void *delta,
                          void *din) {
    return vib_gemm_run(p->plan[l].input, delta, weight, NULL, din);
}

/* From the gradient of hidden layer l's output to that before its activation, in place. */
static void backward_hidden(struct vib_pass *p, size_t l) {
    const size_t n = p->batch * p->net->layer[l].out;
    if (p->mask[l] != NULL)
        vib_dropout(p->type, p->mask[l], 1.0f / p->keep, n, p->dh[l]);
    /* h[l] was scaled by 1 / keep */
    vib_activation_backward(p->net->activation, p->type, p->h[l], p->keep, n, p->dh[l]);
}

static int backward_decoder(struct vib_pass *p, const struct vib_weights *w,
                            const struct vib_objective *objective,
                            const struct vib_objective_batch *batch,
                            const struct gradient_sink *sink) {
    const size_t l = p->net->n_hidden + 1;
    vib_objective_backward_logits(objective, batch, p->dlogits);
    int rc = input_gradient(p, l, w->f32 + p->net->layer[l].weight, p->dlogits, p->dz);
    if (rc == VIB_OK)
        rc = emit_layer(p, l, VIB_F32, p->z, p->dlogits, sink);
    return rc;
}

static void backward_head(struct vib_pass *p, const struct vib_objective *objective,
                          const struct vib_objective_batch *batch,
                          const struct gradient_sink *sink) {
    const struct vib_network *net = p->net;
    vib_objective_backward_head(objective, batch, p->dz, p->dhead, p->gradient);
    if (objective->n_own > 0 && sink->emit != NULL)
        sink->emit(sink->context, net->own, objective->n_own, p->gradient);
    if (p->type == VIB_BF16)
        vib_to_bf16(p->dhead, p->batch * vib_network_head(net)->out, p->dhead_t);
}

int vib_backward(struct vib_pass *p, const struct vib_weights *w,
                 const struct vib_objective *objective, const struct vib_objective_batch *batch,
                 vib_gradient_fn gradient, void *context) {
    const struct vib_network *net = p->net;
    const struct gradient_sink sink = {gradient, context};
    size_t head = net->n_hidden, size = vib_type_size(p->type);
    int rc = backward_decoder(p, w, objective, batch, &sink);
    if (rc != VIB_OK)
        return rc;
    backward_head(p, objective, batch, &sink);
    for (size_t i = 0; i <= head && rc == VIB_OK; i++) {
        size_t l = head - i;
        const void *delta = l == head ? p->dhead_t : p->dh[l];
        const void *weight = (const unsigned char *)w->operand + net->layer[l].weight * size;
        if (l > 0) {
            rc = input_gradient(p, l, weight, delta, p->dh[l - 1]);
            backward_hidden(p, l - 1);
        } else if (p->dx != NULL) {
            rc = input_gradient(p, 0, weight, delta, p->dx);
        }
        if (rc == VIB_OK)
            rc = emit_layer(p, l, p->type, l > 0 ? p->h[l - 1] : p->x, delta, &sink);
    }
    return rc;
}
