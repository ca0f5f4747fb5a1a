/* The rate against r(z) = N(m, diag(exp(t))^2), in closed form. m and t are learned; they begin as
 * N(0, I). At their optimum m is the mean of mu, and exp(2 t) that of s^2 + mu^2 less m^2. */
#include "core/diagonal_gaussian.h"
#include "core/objective.h"

#include <string.h>

static double weight(const struct vib_params *params) {
    return params->beta;
}

static size_t parts(const struct vib_params *params, struct vib_shape shape,
                    struct vib_own_part out[VIB_OWN_PARTS]) {
    (void)shape;
    out[0] = (struct vib_own_part){"marginal.mean", 1, params->K};
    out[1] = (struct vib_own_part){"marginal.log_scale", 1, params->K};
    return 2;
}

static void forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                    double *nats) {
    const struct vib_posterior *p = &o->posterior;
    const size_t F = vib_posterior_factor_size(p), H = vib_posterior_head_size(p);
    for (size_t i = 0; i < batch->rows; i++)
        nats[i] = vib_diagonal_kl(p, batch->head + i * H, batch->factor + i * F, batch->own,
                                  batch->own + p->K);
}

static void backward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                     float scaled_weight, float *dcode, float *dz, float *down) {
    const struct vib_posterior *p = &o->posterior;
    const size_t F = vib_posterior_factor_size(p), H = vib_posterior_head_size(p), C = p->K + F;
    (void)dz;
    memset(down, 0, o->n_own * sizeof *down);
    for (size_t i = 0; i < batch->rows; i++)
        vib_diagonal_kl_backward(p, batch->head + i * H, batch->factor + i * F, batch->own,
                                 batch->own + p->K, scaled_weight, dcode + i * C, down,
                                 down + p->K);
}

const struct vib_compression vib_compression_diagonal = {
    .weight = weight,
    .parts = parts,
    .equation = "r(z) = N(marginal.mean[0], diag(exp(marginal.log_scale[0]))**2)",
    .forward = forward,
    .backward = backward};
