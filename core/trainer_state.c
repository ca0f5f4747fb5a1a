/* A trainer's state as bytes, and back. Declared in core/trainer.h. */
#include "core/trainer_internal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* How many vectors a saved state has, and each of them in memory. */
static size_t n_saved(const struct vib_trainer *t) {
    return t->kept != NULL ? VIB_TRAINER_COPIES + 1 : VIB_TRAINER_COPIES;
}

static float *saved_vector(const struct vib_trainer *t, size_t i) {
    return i < VIB_TRAINER_COPIES ? t->adam.w + i * t->net.n_memory : t->kept;
}

size_t vib_trainer_state_size(const struct vib_trainer *t) {
    return sizeof *t->state + n_saved(t) * t->net.n_params * sizeof(float);
}

size_t vib_job_state_size(const struct vib_params *params, const struct vib_dataset *data) {
    struct vib_network net;
    const size_t n = VIB_TRAINER_COPIES + (params->patience > 0 ? 1 : 0);
    vib_network_init(&net, params, data->dim, data->classes);
    return sizeof(struct state_header) + n * net.n_params * sizeof(float);
}

void vib_trainer_read_state(const struct vib_trainer *t, size_t first, size_t size, void *out) {
    const size_t n = t->net.n_params, number = sizeof(float);
    unsigned char *to = out;
    assert(first % number == 0 && size % number == 0);
    if (first < sizeof *t->state) {
        const size_t left = sizeof *t->state - first, count = size < left ? size : left;
        memcpy(to, (const unsigned char *)t->state + first, count);
        first += count;
        size -= count;
        to += count;
    }
    while (size > 0) {
        const size_t at = (first - sizeof *t->state) / number, vector = at / n;
        const size_t left = n - at % n, count = size / number < left ? size / number : left;
        vib_network_store(&t->net, at % n, count, saved_vector(t, vector), (float *)(void *)to);
        first += count * number;
        size -= count * number;
        to += count * number;
    }
}

/* Whether a header is one that a trainer of t's parameters and data can have written. Counts follow
 * from where training stands; only finite numbers are carried on. */
static bool is_possible(const struct vib_trainer *t, const struct state_header *h) {
    const uint64_t n = t->data->split[VIB_TRAIN].n, batch = t->params.batch;
    const bool begun = h->epoch > 0 || h->step > 0;
    bool possible = h->magic == VIB_TRAINER_MAGIC && h->n_params == t->net.n_params &&
                    h->epoch <= t->params.epochs && h->step < t->steps_per_epoch &&
                    (h->epoch < t->params.epochs || h->step == 0);
    possible = possible && h->total_steps == h->epoch * t->steps_per_epoch + h->step &&
               h->examples == h->epoch * n + h->step * batch &&
               h->epoch_examples == (double)(h->step * batch) && !signbit(h->epoch_examples);
    possible = possible && isfinite(h->objective_sum) && (h->step > 0 || h->objective_sum == 0.0) &&
               (h->epoch > 0 ? isfinite(h->last_objective) : isnan(h->last_objective)) &&
               isfinite(h->lr) && (begun ? h->lr >= 0.0 : h->lr == 0.0);
    possible = possible && isfinite(h->kept_weight) && h->kept_step <= h->total_steps &&
               h->kept_step % t->steps_per_epoch == 0 && (t->kept != NULL || h->kept_step == 0);
    for (size_t i = 0; i < VIB_OBJECTIVE_STATE; i++)
        possible = possible && isfinite(h->objective[i]);
    return possible;
}

int vib_trainer_restore(struct vib_trainer *t, const void *state, size_t size,
                        struct vib_error *err) {
    struct state_header header;
    if (size != vib_trainer_state_size(t))
        return vib_error_set(err, VIB_ESTATE, "saved state has %zu bytes, this model's has %zu",
                             size, vib_trainer_state_size(t));
    memcpy(&header, state, sizeof header);
    if (!is_possible(t, &header))
        return vib_error_set(err, VIB_ESTATE, "saved state is not one of this model");
    *t->state = header;
    const float *plain =
        (const float *)(const void *)((const unsigned char *)state + sizeof header);
    for (size_t i = 0; i < n_saved(t); i++)
        vib_network_load(&t->net, 0, t->net.n_params, plain + i * t->net.n_params,
                         saved_vector(t, i));
    vib_trainer_derive(t);
    return VIB_OK;
}
