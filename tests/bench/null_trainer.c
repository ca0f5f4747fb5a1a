/* A trainer that does nothing, behind core/trainer.h: linked before libvibcore.a it takes the place
 * of the real one, so that what is left of the time is the runner's own. */
#include "core/trainer.h"

#include <stdlib.h>
#include <string.h>

/* Its network is the smallest that there is, whatever the parameters ask for. */
struct vib_trainer {
    uint64_t epoch; /* the whole state */
    size_t epochs;
    size_t n_test;
    struct vib_network net;
};

int vib_trainer_check(const struct vib_params *params, const struct vib_dataset *data,
                      struct vib_error *err) {
    (void)params;
    (void)data;
    (void)err;
    return VIB_OK;
}

int vib_trainer_new(struct vib_trainer **trainer, const struct vib_params *params,
                    const struct vib_dataset *data, const atomic_bool *stop, struct vib_team *team,
                    struct vib_error *err) {
    const struct vib_params smallest = {.method = params->method, .K = 1};
    (void)stop;
    (void)team;
    *trainer = calloc(1, sizeof **trainer);
    if (*trainer == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    (*trainer)->epochs = params->epochs;
    (*trainer)->n_test = data->split[VIB_TEST].n;
    vib_network_init(&(*trainer)->net, &smallest, 1, 2);
    return VIB_OK;
}

void vib_trainer_free(struct vib_trainer *trainer) {
    free(trainer);
}

int vib_trainer_advance(struct vib_trainer *trainer, size_t max_steps) {
    (void)max_steps;
    trainer->epoch++;
    return VIB_OK;
}

void vib_trainer_progress(const struct vib_trainer *trainer, struct vib_progress *progress) {
    memset(progress, 0, sizeof *progress);
    progress->epoch = trainer->epoch;
    progress->steps_per_epoch = 1;
    progress->done = (double)trainer->epoch / (double)trainer->epochs;
    progress->examples = trainer->epoch;
}

int vib_trainer_evaluate(struct vib_trainer *trainer, enum vib_split_id split,
                         struct vib_evaluation *result) {
    (void)trainer;
    (void)split;
    memset(result, 0, sizeof *result);
    return VIB_OK;
}

void vib_trainer_keep(struct vib_trainer *trainer) {
    (void)trainer;
}

void vib_trainer_return(struct vib_trainer *trainer) {
    (void)trainer;
}

int vib_trainer_bounds(struct vib_trainer *trainer, enum vib_split_id split,
                       struct vib_information *result, struct vib_error *err) {
    (void)trainer;
    (void)split;
    (void)err;
    memset(result, 0, sizeof *result);
    return VIB_OK;
}

int vib_trainer_bounds_along(struct vib_trainer *trainer, enum vib_split_id split,
                             struct vib_information *result, struct vib_error *err) {
    return vib_trainer_bounds(trainer, split, result, err);
}

int vib_trainer_codes(struct vib_trainer *trainer, enum vib_split_id split,
                      struct vib_codes *codes) {
    (void)trainer;
    (void)split;
    memset(codes->mu, 0, codes->n * sizeof *codes->mu);
    if (codes->factor != NULL)
        memset(codes->factor, 0, codes->n * sizeof *codes->factor);
    return VIB_OK;
}

int vib_trainer_predict(struct vib_trainer *trainer, enum vib_split_id split,
                        const struct vib_predictions *predictions) {
    (void)split;
    for (int by = 0; by < VIB_PREDICTORS; by++)
        if (predictions->by[by] != NULL)
            memset(predictions->by[by], 0, trainer->n_test * sizeof *predictions->by[by]);
    return VIB_OK;
}

void vib_trainer_weights(struct vib_trainer *trainer, size_t first, size_t count, float *weights) {
    (void)trainer;
    (void)first;
    memset(weights, 0, count * sizeof *weights);
}

const struct vib_network *vib_trainer_network(const struct vib_trainer *trainer) {
    return &trainer->net;
}

size_t vib_trainer_state_size(const struct vib_trainer *trainer) {
    return sizeof trainer->epoch;
}

void vib_trainer_read_state(const struct vib_trainer *trainer, size_t first, size_t size,
                            void *out) {
    memcpy(out, (const unsigned char *)&trainer->epoch + first, size);
}

int vib_trainer_restore(struct vib_trainer *trainer, const void *state, size_t size,
                        struct vib_error *err) {
    if (size != sizeof trainer->epoch)
        return vib_error_set(err, VIB_ESTATE, "not the state of a null trainer");
    memcpy(&trainer->epoch, state, size);
    return VIB_OK;
}

double vib_job_flops(const struct vib_params *params, const struct vib_dataset *data) {
    (void)data;
    return (double)params->epochs;
}

size_t vib_job_state_size(const struct vib_params *params, const struct vib_dataset *data) {
    (void)params;
    (void)data;
    return sizeof(((struct vib_trainer *)NULL)->epoch);
}

size_t vib_job_bytes(const struct vib_params *params, const struct vib_dataset *data) {
    (void)params;
    (void)data;
    return sizeof(struct vib_trainer);
}
