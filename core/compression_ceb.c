/* The residual information of the conditional entropy bottleneck (Fischer 2020), in nats:
 *
 *   Re = E[ln p(z|x) - ln b(z|y)] >= I(X;Z|Y),     b(z|y) = N(m_y, diag(exp(t_y))^2)
 *
 * KL[p(z|x) || b(z|y)], in closed form. Every class has a mean and a scale of its own, which are
 * learned; they begin as N(0, I). */
#include "core/diagonal_gaussian.h"
#include "core/objective.h"

#include <string.h>

static double weight(const struct vib_params *params) {
    return params->gamma;
}

static size_t parts(const struct vib_params *params, struct vib_shape shape,
                    struct vib_own_part out[VIB_OWN_PARTS]) {
    out[0] = (struct vib_own_part){"backward.mean", shape.classes, params->K};
    out[1] = (struct vib_own_part){"backward.log_scale", shape.classes, params->K};
    return 2;
}

static void forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                    double *nats) {
    const struct vib_posterior *p = &o->posterior;
    const size_t K = p->K, F = vib_posterior_factor_size(p);
    const size_t H = vib_posterior_head_size(p);
    const float *m = batch->own, *t = m + o->classes * K;
    for (size_t i = 0; i < batch->rows; i++) {
        const size_t y = batch->labels[i * batch->samples];
        nats[i] =
            vib_diagonal_kl(p, batch->head + i * H, batch->factor + i * F, m + y * K, t + y * K);
    }
}

static void backward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                     float scaled_weight, float *dcode, float *dz, float *down) {
    const struct vib_posterior *p = &o->posterior;
    const size_t K = p->K, F = vib_posterior_factor_size(p), C = K + F;
    const size_t H = vib_posterior_head_size(p);
    const float *m = batch->own, *t = m + o->classes * K;
    float *dm = down, *dt = down + o->classes * K;
    (void)dz;
    memset(down, 0, o->n_own * sizeof *down);
    for (size_t i = 0; i < batch->rows; i++) {
        const size_t y = batch->labels[i * batch->samples];
        vib_diagonal_kl_backward(p, batch->head + i * H, batch->factor + i * F, m + y * K,
                                 t + y * K, scaled_weight, dcode + i * C, dm + y * K, dt + y * K);
    }
}

const struct vib_compression vib_compression_ceb = {
    .weight = weight,
    .parts = parts,
    .equation = "b(z|y) = N(backward.mean[y], diag(exp(backward.log_scale[y]))**2)",
    .forward = forward,
    .backward = backward};
