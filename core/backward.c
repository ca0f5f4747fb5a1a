/* The backward pass. B = batch, n_l = width of layer l; delta = dJ/d(layer's output before its
 * activation), [B][n_l]. */
#include "core/elementwise.h"
#include "core/pass_internal.h"

#include <string.h>

/* From the gradient of hidden layer l's output to that before its activation. */
static void finish_hidden(void *context, size_t row, size_t rows, size_t column, size_t columns,
                          float *tile) {
    const struct vib_hidden *hidden = context;
    struct vib_pass *p = hidden->pass;
    const size_t l = hidden->l, width = p->net->layer[l].out, ld = p->h[l].ld;
    const unsigned char *h = p->h[l].values;
    for (size_t i = 0; i < rows && p->mask[l] != NULL; i++)
        vib_dropout(p->mask[l] + (row + i) * width + column, 1.0f / p->keep, columns,
                    tile + i * VIB_BLOCK);
    /* h was scaled by 1 / keep */
    vib_activation_backward(p->net->activation, p->type,
                            h + (row * ld + column) * vib_type_size(p->type), ld, p->keep, rows,
                            columns, tile, VIB_BLOCK);
    vib_matrix_store(&p->dh[l], p->type, row, rows, column, columns, tile);
}

/* What a layer's products need to know; of its inputs' gradients nothing yet. */
static struct vib_backward backward_of(const struct vib_pass *p, size_t l,
                                       const struct vib_weights *w, const struct vib_matrix *in,
                                       const struct vib_matrix *delta,
                                       const struct vib_gradient_sink *sink) {
    const struct vib_layer *layer = &p->net->layer[l];
    return (struct vib_backward){.in = in,
                                 .delta = delta,
                                 .weight = vib_pass_weight(p, l, w),
                                 .weight_offset = layer->blocks,
                                 .bias_offset = layer->bias_memory,
                                 .sink = sink};
}

static void backward_decoder(struct vib_pass *p, const struct vib_weights *w,
                             const struct vib_objective *objective,
                             const struct vib_objective_batch *batch,
                             const struct vib_gradient_sink *sink) {
    const struct vib_network *net = p->net;
    const size_t l = net->n_hidden + 1;
    struct vib_dense dz = {p->dz, net->K};
    vib_objective_backward_logits(objective, batch, p->dlogits);
    vib_pass_round(p, p->batch * p->samples, p->dlogits, net->classes, VIB_F32, &p->dlogits_t);
    struct vib_backward backward = backward_of(p, l, w, &p->code, &p->dlogits_t, sink);
    backward.receive = vib_pass_keep;
    backward.context = &dz;
    vib_product_backward(&p->product[l], p->team, &backward);
}

/* Of the objective's own parameters. */
static void hand_out_own(const struct vib_pass *p, const struct vib_gradient_sink *sink,
                         const float *values) {
    const struct vib_gradient own = {.offset = p->net->own_memory,
                                     .rows = 1,
                                     .columns = p->net->objective.n_own,
                                     .values = values};
    if (sink != NULL)
        sink->apply(sink->context, &own);
}

static void backward_head(struct vib_pass *p, const struct vib_objective *objective,
                          const struct vib_objective_batch *batch,
                          const struct vib_gradient_sink *sink) {
    const struct vib_network *net = p->net;
    const size_t H = vib_network_head(net)->out;
    vib_objective_backward_head(objective, batch, p->dz, p->dcode, p->dhead, p->own);
    if (objective->n_own > 0 && objective->n_pseudo == 0)
        hand_out_own(p, sink, p->own);
    if (objective->n_pseudo == 0) /* one that sees no pseudo-inputs where the pass has some */
        memset(p->dhead + p->batch * H, 0, (p->rows - p->batch) * H * sizeof *p->dhead);
    vib_pass_round(p, p->rows, p->dhead, vib_network_head(net)->out, p->type, &p->dhead_t);
}

void vib_backward(struct vib_pass *p, const struct vib_weights *w,
                  const struct vib_objective *objective, const struct vib_objective_batch *batch,
                  const struct vib_gradient_sink *sink) {
    const struct vib_network *net = p->net;
    const size_t head = net->n_hidden;
    struct vib_dense dx = {p->dx, net->dim};
    backward_decoder(p, w, objective, batch, sink);
    backward_head(p, objective, batch, sink);
    for (size_t i = 0; i <= head; i++) {
        const size_t l = head - i;
        const struct vib_matrix *delta = l == head ? &p->dhead_t : &p->dh[l];
        const struct vib_matrix *in = l > 0 ? &p->h[l - 1] : &p->x;
        struct vib_backward backward = backward_of(p, l, w, in, delta, sink);
        struct vib_hidden below = {p, l - 1};
        if (l > 0) {
            backward.receive = finish_hidden;
            backward.context = &below;
        } else if (p->dx != NULL) {
            backward.receive = vib_pass_keep;
            backward.context = &dx;
        }
        if (backward.receive != NULL || sink != NULL)
            vib_product_backward(&p->product[l], p->team, &backward);
    }
    if (objective->n_pseudo > 0)
        hand_out_own(p, sink, p->dx + p->batch * net->dim);
}
