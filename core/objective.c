#include "core/objective.h"

#include <math.h>
#include <string.h>

static const double LN2 = 0.69314718055994530942;

#define DECLARE(id, name, stochastic, rate, trade_off, compression)                                \
    extern const struct vib_compression vib_compression_##compression;
VIB_METHOD_MAP(DECLARE)
#undef DECLARE

extern const struct vib_compression vib_compression_diagonal, vib_compression_mixture,
    vib_compression_vamp;

static const struct vib_compression *const marginals[] = {
    [VIB_MARGINAL_STANDARD] = &vib_compression_standard,
    [VIB_MARGINAL_DIAGONAL] = &vib_compression_diagonal,
    [VIB_MARGINAL_MIXTURE] = &vib_compression_mixture,
    [VIB_MARGINAL_VAMP] = &vib_compression_vamp};

static const struct vib_compression *const compressions[VIB_METHODS] = {
#define ROW(id, name, stochastic, rate, trade_off, compression)                                    \
    [VIB_METHOD_##id] = &vib_compression_##compression,
    VIB_METHOD_MAP(ROW)
#undef ROW
};

static const struct vib_compression *compression_of(const struct vib_params *params) {
    return params->method == VIB_METHOD_VIB ? marginals[params->marginal]
                                            : compressions[params->method];
}

static struct vib_rate_function rate_function(const struct vib_compression *compression,
                                              const struct vib_params *params) {
    return (struct vib_rate_function){.kind = params->rate_function,
                                      .exponent = params->rate_exponent,
                                      .weight = compression->weight(params)};
}

static void init_parts(struct vib_objective *o, const struct vib_params *params,
                       struct vib_shape shape) {
    if (o->compression->parts != NULL)
        o->n_parts = o->compression->parts(params, shape, o->part);
    for (size_t i = 0; i < o->n_parts; i++)
        o->n_own += o->part[i].rows * o->part[i].columns;
    o->n_pseudo = o->compression->encodes_own ? o->part[0].rows : 0;
}

void vib_objective_init(struct vib_objective *o, const struct vib_params *params,
                        struct vib_shape shape) {
    memset(o, 0, sizeof *o);
    o->compression = compression_of(params);
    o->posterior = vib_posterior_of(params);
    o->classes = shape.classes;
    o->u = rate_function(o->compression, params);
    o->has_rate = vib_method_info(params->method)->rate;
    init_parts(o, params, shape);
    o->batch = o->compression->of_batch ? params->batch : 0;
    o->samples = params->samples > 1 ? params->samples : 1;
    o->flops = o->compression->flops != NULL ? o->compression->flops(params) : 0.0;
    o->pseudo_share = o->n_pseudo > 0 ? (double)o->n_pseudo / (double)params->batch : 0.0;
    if (params->method == VIB_METHOD_DROPOUT)
        o->dropout = params->dropout;
    if (params->method == VIB_METHOD_LABEL_SMOOTHING)
        o->loss.smoothing = params->label_smoothing;
    if (params->method == VIB_METHOD_CONFIDENCE_PENALTY)
        o->loss.penalty = params->confidence_penalty;
}

size_t vib_objective_scratch(const struct vib_objective *o) {
    return o->compression->scratch != NULL ? o->compression->scratch(o) : 0;
}

double vib_objective_flops(const struct vib_objective *o, double samples) {
    return (o->compression->sampled ? samples : 1.0) * o->flops;
}

void vib_objective_init_own(const struct vib_objective *o, uint64_t seed, float *own) {
    memset(own, 0, o->n_own * sizeof *own);
    if (o->compression->init != NULL)
        o->compression->init(o, seed, own);
}

static double sum(const double *x, size_t n) {
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

/* Of the last hundred steps or so: state is the decaying sum of R and that of ones. */
static double running_mean(const double *state) {
    return state[0] / state[1];
}

/* The running mean once R is among it; without a state R itself. */
static double take_in(double R, double *state) {
    static const double DECAY = 0.99;
    if (state == NULL)
        return R;
    state[0] = DECAY * state[0] + (1.0 - DECAY) * R;
    state[1] = DECAY * state[1] + (1.0 - DECAY);
    return running_mean(state);
}

double vib_objective_forward(const struct vib_objective *o, const struct vib_objective_batch *batch,
                             double *nats) {
    const size_t codes = batch->rows * batch->samples;
    vib_loss_forward(&o->loss, batch->logits, batch->labels, codes, o->classes, nats);
    const double loss = sum(nats, codes) / (double)batch->samples;
    o->compression->forward(o, batch, nats);
    const double compression = sum(nats, batch->rows), rows = (double)batch->rows;
    if (o->u.kind == VIB_RATE_LINEAR)
        return (loss + batch->warm * o->u.weight * compression) / LN2;
    const double R = take_in(compression / (rows * LN2), batch->state);
    return loss / LN2 + rows * batch->warm * vib_rate_value(&o->u, R);
}

double vib_objective_weight(const struct vib_objective *o, double warm, const double *state) {
    if (o->u.kind == VIB_RATE_LINEAR)
        return warm * o->u.weight;
    return warm * vib_rate_slope(&o->u, running_mean(state));
}

void vib_objective_compression(const struct vib_objective *o,
                               const struct vib_objective_batch *batch, double *nats) {
    o->compression->forward(o, batch, nats);
}

double vib_objective_measured(const struct vib_params *params, double ce, double compression) {
    const struct vib_rate_function u = rate_function(compression_of(params), params);
    return isnan(compression) ? ce : ce + vib_rate_value(&u, compression);
}

/* From nats, summed over the batch, to J. */
static double scale_of(const struct vib_objective_batch *batch) {
    return 1.0 / ((double)batch->rows * LN2);
}

void vib_objective_backward_logits(const struct vib_objective *o,
                                   const struct vib_objective_batch *batch, float *dlogits) {
    vib_loss_backward(&o->loss, batch->logits, batch->labels, batch->rows * batch->samples,
                      o->classes, (float)(scale_of(batch) / (double)batch->samples), dlogits);
}

void vib_objective_backward_head(const struct vib_objective *o,
                                 const struct vib_objective_batch *batch, float *dz, float *dcode,
                                 float *dhead, float *down) {
    const struct vib_posterior *p = &o->posterior;
    const size_t H = vib_posterior_head_size(p), C = p->K + vib_posterior_factor_size(p);
    const double nats = scale_of(batch);
    const float weight = (float)(nats * vib_objective_weight(o, batch->warm, batch->state));
    o->compression->backward(o, batch, weight, dcode, dz, down);
    vib_posterior_backward(p, batch->head, batch->eps, dz, batch->samples, weight, batch->rows,
                           dcode, dhead);
    /* No z is drawn of a pseudo-input. */
    vib_posterior_backward(p, batch->pseudo_head, batch->eps, dz, 0, weight, o->n_pseudo,
                           dcode + batch->rows * C, dhead + batch->rows * H);
}
