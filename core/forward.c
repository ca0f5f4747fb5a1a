/* The forward pass. B = batch, n_l = width of layer l. */
#include "core/pass.h"

#include "core/elementwise.h"
#include "core/posterior.h"

static const void *operand_at(const struct vib_weights *w, enum vib_type type, size_t offset) {
    return (const unsigned char *)w->operand + offset * vib_type_size(type);
}

int vib_encode(struct vib_pass *p, const struct vib_weights *w) {
    const struct vib_network *net = p->net;
    const void *in = p->x;
    int rc = VIB_OK;
    if (p->type == VIB_BF16)
        vib_to_bf16(p->input, p->batch * net->dim, p->x);
    for (size_t l = 0; l <= net->n_hidden && rc == VIB_OK; l++) {
        const struct vib_layer *layer = &net->layer[l];
        void *out = l < net->n_hidden ? p->h[l] : p->head;
        /* h[l] [B][n_l] = act(in [B][n_{l-1}] W + b); for the head no activation */
        rc = vib_gemm_run(p->plan[l].forward, in, operand_at(w, p->type, layer->weight),
                          w->f32 + layer->bias, out);
        if (l < net->n_hidden && p->mask[l] != NULL)
            vib_dropout(p->type, p->mask[l], 1.0f / p->keep, p->batch * layer->out, out);
        in = out;
    }
    if (rc == VIB_OK)
        vib_posterior_factor(&net->posterior, p->head, p->batch, p->factor);
    return rc;
}

int vib_decode(struct vib_pass *p, const struct vib_weights *w) {
    const struct vib_network *net = p->net;
    const struct vib_layer *decoder = vib_network_decoder(net);
    vib_posterior_sample(&net->posterior, p->head, p->factor, p->eps, p->batch, p->z);
    /* logits [B][classes] = z [B][K] V + c */
    return vib_gemm_run(p->plan[net->n_hidden + 1].forward, p->z, w->f32 + decoder->weight,
                        w->f32 + decoder->bias, p->logits);
}
