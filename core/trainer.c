#include "core/trainer_internal.h"

#include "core/elementwise.h"
#include "core/memory.h"
#include "core/network.h"
#include "core/pass.h"
#include "core/posterior.h"
#include "core/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* They begin as training inputs, chosen by the seed: different ones as far as there are, since what
 * begins equal stays so. */
static void draw_pseudo_inputs(struct vib_trainer *t) {
    const struct vib_stream stream = {t->params.seed, VIB_STREAM_MARGINAL, 0, 0};
    const size_t n = t->data->split[VIB_TRAIN].n, dim = t->net.dim;
    if (t->net.objective.n_pseudo > 0)
        vib_random_permutation(&stream, n, t->order);
    for (size_t k = 0; k < t->net.objective.n_pseudo; k++)
        vib_dataset_gather(t->data, VIB_TRAIN, t->order + k % n, 0, 1,
                           t->adam.w + t->net.own_memory + k * dim, dim);
}

static int make_state(struct vib_trainer *t) {
    const size_t n = t->net.n_memory, of_vector = n * sizeof(float);
    const size_t narrow = t->params.precision == VIB_BF16 ? n * sizeof *t->w16 : 0;
    const size_t kept = t->params.patience > 0 ? of_vector : 0;
    const size_t saved = sizeof *t->state + VIB_TRAINER_COPIES * of_vector;
    t->state = vib_memory_new(saved + kept + of_vector + narrow);
    if (t->state == NULL)
        return VIB_ENOMEM;
    memset(t->state, 0, saved + kept);
    t->state->magic = VIB_TRAINER_MAGIC;
    t->state->n_params = t->net.n_params;
    t->state->last_objective = (double)NAN;
    float *vector = (float *)(void *)(t->state + 1);
    t->adam.w = vector;
    t->adam.m = vector + n;
    t->adam.v = vector + 2 * n;
    t->adam.a = vector + 3 * n;
    t->kept = kept > 0 ? vector + VIB_TRAINER_COPIES * n : NULL;
    t->average = vector + VIB_TRAINER_COPIES * n + kept / sizeof(float);
    t->w16 = narrow > 0 ? (uint16_t *)(void *)(t->average + n) : NULL;
    if (t->w16 != NULL) /* what is beyond a layer's weights stays 0 */
        memset(t->w16, 0, narrow);
    t->adam.w16 = t->w16;
    vib_network_init_weights(&t->net, t->params.seed, t->adam.w);
    draw_pseudo_inputs(t);
    return VIB_OK;
}

static void shuffle(struct vib_trainer *t) {
    struct vib_stream stream = {t->params.seed, VIB_STREAM_SHUFFLE, (uint32_t)t->state->epoch, 0};
    vib_random_permutation(&stream, t->data->split[VIB_TRAIN].n, t->order);
}

void vib_trainer_derive(struct vib_trainer *t) {
    shuffle(t);
    if (t->w16 != NULL)
        vib_network_narrow(&t->net, t->adam.w, t->w16);
}

static int make_buffers(struct vib_trainer *t) {
    const size_t codes = t->params.batch * t->net.objective.samples;
    t->order = malloc(t->data->split[VIB_TRAIN].n * sizeof *t->order);
    t->labels = malloc(codes * sizeof *t->labels);
    t->nats = malloc(codes * sizeof *t->nats);
    if (t->order == NULL || t->labels == NULL || t->nats == NULL)
        return VIB_ENOMEM;
    return make_state(t);
}

static int make_passes(struct vib_trainer *t, struct vib_error *err) {
    size_t n = t->data->split[VIB_TRAIN].n, batch = t->params.batch;
    const enum vib_type type = t->params.precision;
    const double dropout = t->net.objective.dropout;
    int rc = vib_pass_init_training(&t->full, &t->net, batch, type, dropout, false, err);
    if (rc == VIB_OK && n % batch != 0)
        rc = vib_pass_init_training(&t->tail, &t->net, n % batch, type, dropout, false, err);
    if (rc == VIB_OK)
        rc = vib_evaluator_init(&t->evaluator, &t->net, t->data, err);
    t->full.team = t->tail.team = t->evaluator.pass.team = t->team;
    return rc;
}

int vib_trainer_new(struct vib_trainer **trainer, const struct vib_params *params,
                    const struct vib_dataset *data, const atomic_bool *stop, struct vib_team *team,
                    struct vib_error *err) {
    *trainer = NULL;
    int rc = vib_trainer_check(params, data, err);
    if (rc != VIB_OK)
        return rc;
    struct vib_trainer *t = calloc(1, sizeof *t);
    if (t == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for a training job");
    t->params = *params;
    t->data = data;
    t->stop = stop;
    t->team = team;
    t->steps_per_epoch = (data->split[VIB_TRAIN].n + params->batch - 1) / params->batch;
    vib_network_init(&t->net, params, data->dim, data->classes);
    rc = make_buffers(t);
    if (rc != VIB_OK)
        vib_error_set(err, rc, "out of memory for a model of %zu parameters", t->net.n_params);
    else
        rc = make_passes(t, err);
    if (rc != VIB_OK) {
        vib_trainer_free(t);
        return rc;
    }
    vib_trainer_derive(t);
    *trainer = t;
    return VIB_OK;
}

void vib_trainer_free(struct vib_trainer *t) {
    if (t == NULL)
        return;
    vib_pass_release(&t->full);
    vib_pass_release(&t->tail);
    vib_evaluator_release(&t->evaluator);
    free(t->state);
    free(t->order);
    free(t->labels);
    free(t->nats);
    free(t);
}

/* Staircase decay, [A]: lr * decay^floor(epoch / every). */
static double step_size(const struct vib_params *params, size_t epoch) {
    return params->lr * pow(params->lr_decay, floor((double)(epoch / params->lr_decay_epochs)));
}

/* Some rows of everything that the step draws at random or takes from the data. */
struct filling {
    struct vib_trainer *trainer;
    struct vib_pass *pass;
};

static void fill_masks(const struct vib_trainer *t, struct vib_pass *pass, size_t row,
                       size_t rows) {
    const uint64_t step = t->state->total_steps;
    const struct vib_stream stream = {t->params.seed, VIB_STREAM_DROPOUT, (uint32_t)step,
                                      (uint32_t)(step >> 32)};
    for (size_t l = 0, first = 0; l < t->net.n_hidden && pass->mask[l] != NULL; l++) {
        const size_t width = t->net.layer[l].out, n = pass->batch * width;
        vib_random_bernoulli(&stream, first + row * width, rows * width, (double)pass->keep,
                             pass->mask[l] + row * width);
        first += (n + 3) / 4 * 4;
    }
}

/* A part's first row is a multiple of 4, as the random streams want it. */
static void fill_part(void *context, size_t part) {
    const struct filling *filling = context;
    struct vib_trainer *t = filling->trainer;
    struct vib_pass *pass = filling->pass;
    const struct state_header *s = t->state;
    const struct vib_split *train = &t->data->split[VIB_TRAIN];
    const size_t row = part * VIB_PART_ROWS, left = pass->batch - row;
    const size_t rows = left < VIB_PART_ROWS ? left : VIB_PART_ROWS, S = pass->samples;
    const size_t numbers = S * t->net.K;
    const uint32_t *order = t->order + s->step * t->params.batch + row;
    const struct vib_stream stream = {t->params.seed, VIB_STREAM_LATENT, (uint32_t)s->total_steps,
                                      (uint32_t)(s->total_steps >> 32)};
    for (size_t i = 0; i < rows * S; i++)
        t->labels[row * S + i] = train->labels[order[i / S]];
    vib_dataset_gather(t->data, VIB_TRAIN, order, 0, rows, pass->input + row * pass->input_ld,
                       pass->input_ld);
    if (t->net.posterior.kind != VIB_POSTERIOR_POINT)
        vib_random_normal(&stream, row * numbers, rows * numbers, pass->eps + row * numbers);
    fill_masks(t, pass, row, rows);
}

/* Linear from 0, and exactly 1 once it is over. */
static double warm_at(const struct vib_trainer *t, uint64_t step) {
    const uint64_t steps = (uint64_t)t->params.warmup_epochs * t->steps_per_epoch;
    return step < steps ? (double)step / (double)steps : 1.0;
}

static int take_step(struct vib_trainer *t) {
    struct state_header *s = t->state;
    const size_t left = t->data->split[VIB_TRAIN].n - s->step * t->params.batch;
    struct vib_pass *pass = left < t->params.batch ? &t->tail : &t->full;
    const struct vib_weights w = {t->adam.w, t->w16 != NULL ? (const void *)t->w16 : t->adam.w};
    const struct vib_gradient_sink sink = {vib_adam_apply, vib_adam_expect, &t->adam};
    struct filling filling = {t, pass};

    vib_team_run(t->team, vib_pass_row_parts(pass), fill_part, &filling);
    vib_encode(pass, &w);
    vib_decode(pass, &w);
    struct vib_objective_batch batch = vib_pass_batch(pass, &w, t->labels);
    batch.state = s->objective;
    batch.warm = warm_at(t, s->total_steps);
    double sum = vib_objective_forward(&t->net.objective, &batch, t->nats);
    if (!isfinite(sum))
        return VIB_EDIVERGED;
    s->lr = step_size(&t->params, s->epoch);
    s->total_steps++;
    vib_adam_begin(&t->adam, &t->params, s->lr, s->total_steps);
    vib_backward(pass, &w, &t->net.objective, &batch, &sink);
    s->step++;
    s->examples += pass->batch;
    s->epoch_examples += (double)pass->batch;
    s->objective_sum += sum;
    return VIB_OK;
}

/* Estimates need the room; the average, after an odd number of steps, still needs w. */
static void end_training(struct vib_trainer *t) {
    vib_memory_discard(t->adam.m, (size_t)(t->adam.a - t->adam.m) * sizeof *t->adam.m);
}

static void end_epoch(struct vib_trainer *t) {
    struct state_header *s = t->state;
    s->last_objective = s->objective_sum / s->epoch_examples;
    s->objective_sum = s->epoch_examples = 0.0;
    s->step = 0;
    s->epoch++;
    if (s->epoch < t->params.epochs)
        shuffle(t);
    else
        end_training(t);
}

int vib_trainer_advance(struct vib_trainer *t, size_t max_steps) {
    int rc = VIB_OK;
    for (size_t i = 0; i < max_steps && t->state->epoch < t->params.epochs && rc == VIB_OK; i++) {
        rc = take_step(t);
        if (rc == VIB_OK && t->state->step == t->steps_per_epoch) {
            end_epoch(t);
            break;
        }
    }
    return rc;
}

/* In the last step, or, once training went back, in the last one of the weights kept. */
static double weight_of(const struct vib_trainer *t) {
    const struct state_header *s = t->state;
    if (t->returned)
        return s->kept_step > 0 ? s->kept_weight : (double)NAN;
    if (s->total_steps == 0)
        return (double)NAN;
    return vib_objective_weight(&t->net.objective, warm_at(t, s->total_steps - 1), s->objective);
}

void vib_trainer_progress(const struct vib_trainer *t, struct vib_progress *progress) {
    const struct state_header *s = t->state;
    progress->epoch = s->epoch;
    progress->step = s->step;
    progress->steps_per_epoch = t->steps_per_epoch;
    progress->examples = s->examples;
    progress->lr = s->lr;
    progress->weight = weight_of(t);
    progress->done =
        ((double)s->epoch + (double)s->step / (double)t->steps_per_epoch) /
        (double)t->params.epochs *
        (1.0 - vib_information_flops(&t->params, t->data) / vib_job_flops(&t->params, t->data));
    progress->objective = s->step > 0 ? s->objective_sum / s->epoch_examples : s->last_objective;
}

/* The averaged weights, or those kept, in memory's order, valid until the next step. */
static const float *averaged(struct vib_trainer *t) {
    if (t->returned)
        return t->kept;
    if (t->state->total_steps == 0)
        return t->adam.w;
    vib_adam_average(&t->adam, t->params.average_decay, t->state->total_steps, t->net.n_memory,
                     t->average);
    return t->average;
}

void vib_trainer_keep(struct vib_trainer *t) {
    memcpy(t->kept, averaged(t), t->net.n_memory * sizeof *t->kept);
    t->state->kept_weight = weight_of(t);
    t->state->kept_step = t->state->total_steps;
}

void vib_trainer_return(struct vib_trainer *t) {
    t->returned = true;
    end_training(t);
}

void vib_trainer_weights(struct vib_trainer *t, size_t first, size_t count, float *weights) {
    vib_network_store(&t->net, first, count, averaged(t), weights);
}

const struct vib_network *vib_trainer_network(const struct vib_trainer *t) {
    return &t->net;
}

int vib_trainer_evaluate(struct vib_trainer *t, enum vib_split_id split,
                         struct vib_evaluation *result) {
    const float *weights = averaged(t);
    /* A ReLU may turn NaN into 0, so that outputs alone do not tell. */
    if (!vib_all_finite(weights, t->net.n_memory))
        return VIB_EDIVERGED;
    return vib_evaluate(&t->evaluator, weights, t->data, split, &t->params, t->stop, result, NULL);
}

/* It is made anew when it is needed. */
static void give_average_back(void *trainer) {
    const struct vib_trainer *t = trainer;
    vib_memory_discard(t->average, t->net.n_memory * sizeof *t->average);
}

int vib_trainer_bounds(struct vib_trainer *t, enum vib_split_id split,
                       struct vib_information *result, struct vib_error *err) {
    return vib_measure_information(&t->evaluator, averaged(t), t->data, split, &t->params, t->stop,
                                   give_average_back, t, result, err);
}

int vib_trainer_bounds_along(struct vib_trainer *t, enum vib_split_id split,
                             struct vib_information *result, struct vib_error *err) {
    const struct vib_params along = vib_information_along(&t->params);
    return vib_measure_information(&t->evaluator, averaged(t), t->data, split, &along, t->stop,
                                   give_average_back, t, result, err);
}

int vib_trainer_codes(struct vib_trainer *t, enum vib_split_id split, struct vib_codes *codes) {
    return vib_codes_make(codes, &t->evaluator, averaged(t), t->data, split, NULL, t->stop);
}

int vib_trainer_predict(struct vib_trainer *t, enum vib_split_id split,
                        const struct vib_predictions *predictions) {
    struct vib_evaluation ignored;
    return vib_evaluate(&t->evaluator, averaged(t), t->data, split, &t->params, t->stop, &ignored,
                        predictions);
}
