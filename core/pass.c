#include "core/pass.h"

#include "core/elementwise.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

/* Which gradients a pass makes. */
struct purpose {
    bool backward, input_gradient;
};

static int plan_layer(struct vib_pass *pass, size_t l, struct purpose purpose,
                      struct vib_error *err) {
    const struct vib_layer *layer = &pass->net->layer[l];
    const bool decoder = l == pass->net->n_hidden + 1;
    const enum vib_type type = decoder ? VIB_F32 : pass->type;
    const size_t rows = decoder ? pass->batch * pass->samples : pass->rows;
    return vib_product_init(&pass->product[l], layer->in, layer->out, rows, type,
                            l > 0 ? purpose.backward : purpose.input_gradient, purpose.backward,
                            err);
}

/* Takes `count` elements of `size` bytes off the arena; with base NULL it only measures. */
static void *carve(unsigned char *base, size_t *used, size_t count, size_t size) {
    void *part = base == NULL ? NULL : base + *used;
    *used += (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return part;
}

/* What the products want of a matrix beside its values, when it is bfloat16. */
enum form { PLAIN, PAIRS, TURNED };

static void carve_matrix(struct vib_matrix *m, unsigned char *base, size_t *used, size_t rows,
                         size_t columns, enum vib_type type, enum form form) {
    const size_t size = vib_type_size(type);
    m->columns = columns;
    m->ld = vib_matrix_ld(type, columns);
    m->ld_turned = vib_matrix_ld_turned(rows);
    m->values = carve(base, used, rows * m->ld, size);
    if (type == VIB_BF16 && form == PAIRS)
        m->pairs = carve(base, used, (rows + rows % 2) * m->ld, size);
    if (type == VIB_BF16 && form == TURNED)
        m->turned = carve(base, used, columns * m->ld_turned, size);
}

static void carve_forward(struct vib_pass *p, unsigned char *base, size_t *used, enum form form) {
    const struct vib_network *net = p->net;
    const size_t rows = p->rows, codes = p->batch * p->samples, K = net->K;
    const size_t F = vib_posterior_factor_size(&net->posterior);
    const size_t H = vib_network_head(net)->out;
    carve_matrix(&p->x, base, used, rows, net->dim, p->type, form);
    p->input_ld = vib_matrix_ld(VIB_F32, net->dim);
    p->input =
        p->type == VIB_F32 ? p->x.values : carve(base, used, rows * p->input_ld, sizeof *p->input);
    for (size_t l = 0; l < net->n_hidden; l++)
        carve_matrix(&p->h[l], base, used, rows, net->layer[l].out, p->type, form);
    p->head = carve(base, used, rows * H, sizeof *p->head);
    p->factor = carve(base, used, rows * F, sizeof *p->factor);
    p->eps = carve(base, used, codes * K, sizeof *p->eps);
    p->z = carve(base, used, codes * K, sizeof *p->z);
    carve_matrix(&p->code, base, used, codes, K, VIB_F32, PLAIN);
    p->logits = carve(base, used, codes * net->classes, sizeof *p->logits);
    p->scratch =
        carve(base, used, codes * vib_objective_scratch(&net->objective), sizeof *p->scratch);
}

static void carve_backward(struct vib_pass *p, unsigned char *base, size_t *used,
                           bool input_gradient) {
    const struct vib_network *net = p->net;
    const size_t rows = p->rows, codes = p->batch * p->samples, H = vib_network_head(net)->out;
    const size_t C = net->K + vib_posterior_factor_size(&net->posterior);
    for (size_t l = 0; l < net->n_hidden; l++)
        carve_matrix(&p->dh[l], base, used, rows, net->layer[l].out, p->type, PAIRS);
    for (size_t l = 0; l < net->n_hidden && p->keep < 1.0f; l++)
        p->mask[l] = carve(base, used, rows * net->layer[l].out, sizeof *p->mask[l]);
    p->dhead = carve(base, used, rows * H, sizeof *p->dhead);
    p->dcode = H == C ? p->dhead : carve(base, used, rows * C, sizeof *p->dcode);
    carve_matrix(&p->dhead_t, base, used, rows, H, p->type, PAIRS);
    p->dz = carve(base, used, codes * net->K, sizeof *p->dz);
    p->dlogits = carve(base, used, codes * net->classes, sizeof *p->dlogits);
    carve_matrix(&p->dlogits_t, base, used, codes, net->classes, VIB_F32, PLAIN);
    if (net->objective.n_pseudo == 0)
        p->own = carve(base, used, net->objective.n_own, sizeof *p->own);
    if (input_gradient)
        p->dx = carve(base, used, rows * net->dim, sizeof *p->dx);
}

static size_t carve_all(struct vib_pass *p, unsigned char *base, struct purpose purpose) {
    size_t used = 0;
    carve_forward(p, base, &used, purpose.backward ? TURNED : PLAIN);
    if (purpose.backward)
        carve_backward(p, base, &used, purpose.input_gradient);
    return used;
}

/* All but pass->net, batch, rows, samples, type and keep, which are set. */
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
            carve_all(pass, memset(pass->arena, 0, size), purpose); /* matrices end in zeros */
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
    pass->rows = batch + net->objective.n_pseudo;
    pass->samples = 1;
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
    pass->rows = batch + net->objective.n_pseudo;
    pass->samples = net->objective.samples;
    pass->type = type;
    pass->keep = (float)(1.0 - dropout);
    return prepare(pass, (struct purpose){true, input_gradient || net->objective.n_pseudo > 0},
                   err);
}

/* What prepare carves, without making it. */
static size_t measure(const struct vib_network *net, size_t batch, enum vib_type type, float keep,
                      bool backward) {
    struct vib_pass pass = {.net = net, .batch = batch, .type = type, .keep = keep};
    pass.samples = backward ? net->objective.samples : 1;
    pass.rows = batch + net->objective.n_pseudo;
    return carve_all(&pass, NULL,
                     (struct purpose){backward, backward && net->objective.n_pseudo > 0});
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
    return (struct vib_objective_batch){
        .rows = pass->batch,
        .samples = pass->samples,
        .labels = labels,
        .logits = pass->logits,
        .head = pass->head,
        .factor = pass->factor,
        .eps = pass->eps,
        .z = pass->z,
        .own = w->f32 + pass->net->own_memory,
        .scratch = pass->scratch,
        .pseudo_head = pass->head + pass->batch * vib_network_head(pass->net)->out,
        .pseudo_factor =
            pass->factor + pass->batch * vib_posterior_factor_size(&pass->net->posterior),
        .warm = 1.0};
}

size_t vib_pass_row_parts(const struct vib_pass *pass) {
    return (pass->batch + VIB_PART_ROWS - 1) / VIB_PART_ROWS;
}

void vib_pass_release(struct vib_pass *pass) {
    free(pass->arena);
    memset(pass, 0, sizeof *pass);
}
