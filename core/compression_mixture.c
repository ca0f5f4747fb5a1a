/* The rate against r(z) = sum_k pi_k N(m_k, diag(exp(t_k))^2), pi = softmax(a), by the samples of
 * z. a [M], m [M][K] and t [M][K] are learned. They begin near N(0, I), the means apart by a
 * little, since equal components would stay equal. */
#include "core/objective.h"
#include "core/random.h"
#include "core/sampled_rate.h"

#include <string.h>

static const float APART = 0.1f;

static double weight(const struct vib_params *params) {
    return params->beta;
}

static size_t parts(const struct vib_params *params, struct vib_shape shape,
                    struct vib_own_part out[VIB_OWN_PARTS]) {
    (void)shape;
    out[0] = (struct vib_own_part){"marginal.mean", params->components, params->K};
    out[1] = (struct vib_own_part){"marginal.log_scale", params->components, params->K};
    out[2] = (struct vib_own_part){"marginal.logit", 1, params->components};
    return 3;
}

static void init(const struct vib_objective *o, uint64_t seed, float *own) {
    const struct vib_stream stream = {seed, VIB_STREAM_MARGINAL, 0, 0};
    const size_t n = o->part[0].rows * o->part[0].columns;
    vib_random_normal(&stream, 0, n, own);
    for (size_t i = 0; i < n; i++)
        own[i] *= APART;
}

static struct vib_diagonal_mixture marginal(const struct vib_objective *o, const float *own) {
    const size_t M = o->part[0].rows, K = o->part[0].columns;
    return (struct vib_diagonal_mixture){.M = M,
                                         .K = K,
                                         .mean = own,
                                         .scale = own + M * K,
                                         .mean_ld = K,
                                         .scale_ld = K,
                                         .logarithmic = true,
                                         .logit = own + 2 * M * K};
}

static double flops(const struct vib_params *params) {
    return VIB_SAMPLED_RATE_FLOPS * (double)params->components * (double)params->K;
}

static size_t scratch(const struct vib_objective *o) {
    return o->part[0].rows;
}

static void forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                    double *nats) {
    const struct vib_diagonal_mixture r = marginal(o, batch->own);
    vib_sampled_rate(o, batch, &r, nats);
}

static void backward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                     float scaled_weight, float *dcode, float *dz, float *down) {
    const struct vib_diagonal_mixture r = marginal(o, batch->own);
    const struct vib_diagonal_mixture_gradient to = {
        .mean = down, .log_scale = down + r.M * r.K, .logit = down + 2 * r.M * r.K, .ld = r.K};
    memset(down, 0, o->n_own * sizeof *down);
    vib_sampled_rate_backward(o, batch, &r, scaled_weight, dcode, dz, scaled_weight, &to);
}

const struct vib_compression vib_compression_mixture = {
    .weight = weight,
    .parts = parts,
    .init = init,
    .equation =
        "r(z) = sum_k softmax(marginal.logit[0])[k] * "
        "N(marginal.mean[k], diag(exp(marginal.log_scale[k]))**2)",
    .sampled = true,
    .flops = flops,
    .scratch = scratch,
    .forward = forward,
    .backward = backward};
