/* The rate against r(z) = 1/M sum_k p(z|u_k), the posteriors of M pseudo-inputs u_k [M][dim], which
 * are learned (Tomczak & Welling 2018), by the samples of z. A pass encodes them behind the
 * examples of its batch; their gradients come back through the encoder. They begin as training
 * inputs. For diagonal covariances. */
#include "core/objective.h"
#include "core/sampled_rate.h"

#include <string.h>

static double weight(const struct vib_params *params) {
    return params->beta;
}

static size_t parts(const struct vib_params *params, struct vib_shape shape,
                    struct vib_own_part out[VIB_OWN_PARTS]) {
    out[0] = (struct vib_own_part){"marginal.pseudo_inputs", params->components, shape.dim};
    return 1;
}

static double flops(const struct vib_params *params) {
    return VIB_SAMPLED_RATE_FLOPS * (double)params->components * (double)params->K;
}

static size_t scratch(const struct vib_objective *o) {
    return o->n_pseudo;
}

static struct vib_diagonal_mixture marginal(const struct vib_objective *o,
                                            const struct vib_objective_batch *batch) {
    return (struct vib_diagonal_mixture){.M = o->n_pseudo,
                                         .K = o->posterior.K,
                                         .mean = batch->pseudo_head,
                                         .scale = batch->pseudo_factor,
                                         .mean_ld = vib_posterior_head_size(&o->posterior),
                                         .scale_ld = o->posterior.K};
}

static void forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                    double *nats) {
    const struct vib_diagonal_mixture r = marginal(o, batch);
    vib_sampled_rate(o, batch, &r, nats);
}

static void backward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                     float scaled_weight, float *dcode, float *dz, float *down) {
    const struct vib_diagonal_mixture r = marginal(o, batch);
    const size_t K = r.K, C = 2 * K;
    float *pseudo = dcode + batch->rows * C;
    const struct vib_diagonal_mixture_gradient to = {
        .mean = pseudo, .log_scale = pseudo + K, .ld = C};
    (void)down;
    memset(pseudo, 0, r.M * C * sizeof *pseudo);
    vib_sampled_rate_backward(o, batch, &r, scaled_weight, dcode, dz, 1.0f, &to);
    for (size_t k = 0; k < r.M; k++)
        for (size_t d = 0; d < K; d++)
            pseudo[k * C + K + d] /= batch->pseudo_factor[k * K + d];
}

const struct vib_compression vib_compression_vamp = {
    .weight = weight,
    .parts = parts,
    .equation = "r(z) = mean_k p(z|input = marginal.pseudo_inputs[k])",
    .sampled = true,
    .encodes_own = true,
    .flops = flops,
    .scratch = scratch,
    .forward = forward,
    .backward = backward};
