/* What a job takes, estimated beforehand: work and memory. Declared in core/trainer.h. */
#include "core/trainer_internal.h"

#include <math.h>

double vib_trainer_along_flops(const struct vib_params *params, const struct vib_dataset *data) {
    const struct vib_params along = vib_information_along(params);
    struct vib_network net;
    double examples = 0.0;
    if (along.bounds == 0 || !vib_method_info(params->method)->stochastic)
        return 0.0;
    vib_network_init(&net, params, data->dim, data->classes);
    for (int s = 0; s < VIB_SPLITS; s++)
        examples += fmin((double)data->split[s].n, (double)along.bounds_n);
    return floor((double)params->epochs / (double)params->bounds_every) *
           (examples * vib_network_forward_flops(&net) + vib_information_flops(&along, data));
}

double vib_job_flops(const struct vib_params *params, const struct vib_dataset *data) {
    struct vib_network net;
    vib_network_init(&net, params, data->dim, data->classes);
    double train = (double)data->split[VIB_TRAIN].n, evaluated = 0.0;
    for (int s = 0; s < VIB_SPLITS; s++)
        evaluated += (double)data->split[s].n;
    double evaluations = ceil((double)params->epochs / (double)params->eval_every);
    double decode = 2.0 * (double)params->K * (double)data->classes;
    double samples = net.posterior.kind == VIB_POSTERIOR_POINT ? 1.0 : (double)params->eval_samples;
    double evaluation = vib_network_forward_flops(&net) + samples * decode +
                        vib_objective_flops(&net.objective, samples);
    return (double)params->epochs * train * vib_network_step_flops(&net) +
           evaluations * evaluated * evaluation + vib_information_flops(params, data) +
           vib_trainer_along_flops(params, data);
}

size_t vib_job_bytes(const struct vib_params *params, const struct vib_dataset *data) {
    struct vib_network net;
    vib_network_init(&net, params, data->dim, data->classes);
    const size_t n = data->split[VIB_TRAIN].n, batch = params->batch, vector = sizeof(float);
    const size_t narrow = params->precision == VIB_BF16 ? sizeof(uint16_t) : 0;
    const double dropout = net.objective.dropout;
    const size_t passes =
        vib_pass_training_bytes(&net, batch, params->precision, dropout) +
        (n % batch == 0 ? 0
                        : vib_pass_training_bytes(&net, n % batch, params->precision, dropout)) +
        vib_evaluator_bytes(&net, data);
    const size_t copies = VIB_TRAINER_COPIES - 2 + (params->patience > 0 ? 1 : 0);
    const size_t lasting = sizeof(struct state_header) + net.n_memory * (copies * vector + narrow) +
                           passes + n * sizeof(uint32_t) +
                           batch * net.objective.samples * (sizeof(uint16_t) + sizeof(double));
    /* Beside these are m, v and the average, with estimates along the way; or, once training is
     * over, whose end gives up m and v (see end_epoch), the average and codes; or estimates of
     * these. */
    const size_t of_vector = net.n_memory * vector;
    const struct vib_params along = vib_information_along(params);
    const size_t training = 3 * of_vector + vib_information_bytes(&along, data, false);
    const size_t encoding = of_vector + vib_information_bytes(params, data, true);
    const size_t estimating = vib_information_bytes(params, data, false);
    const size_t most = training > encoding ? training : encoding;
    return lasting + (most > estimating ? most : estimating);
}
