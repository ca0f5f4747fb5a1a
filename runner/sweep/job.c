#include "runner/sweep/job.h"

#include "core/objective.h"
#include "core/printable.h"
#include "runner/sweep/checkpoint.h"
#include "runner/base/clock.h"
#include "runner/store/saved_codes.h"
#include "runner/store/saved_predictions.h"
#include "runner/sweep/weights_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Between two looks at the stop flag and the clock. */
static const double CHUNK_MIN_S = 0.05, CHUNK_MAX_S = 0.2;

/* Training since the last save that is saved when training ends: what follows takes a while. */
static const double LAST_SAVE_S = 1.0;

struct job *job_new(const char *checkpoint_path) {
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    if (pthread_mutex_init(&job->lock, NULL) != 0) {
        free(job);
        return NULL;
    }
    job->checkpoint_path = strdup(checkpoint_path);
    atomic_init(&job->monitor.objective, (double)NAN);
    job->result.objective = job->result.weight = (double)NAN;
    if (job->checkpoint_path == NULL) {
        job_free(job);
        return NULL;
    }
    return job;
}

void job_free(struct job *job) {
    if (job == NULL)
        return;
    free(job->checkpoint_path);
    free(job->weights_path);
    free(job->result.epochs);
    free(job->result.along);
    saved_codes_free(job->result.codes);
    saved_predictions_free(job->result.predictions);
    (void)pthread_mutex_destroy(&job->lock); /* which nobody holds */
    free(job);
}

bool job_evaluation(struct job *job, size_t i, struct epoch_result *evaluation) {
    (void)pthread_mutex_lock(&job->lock);
    const bool made = i < job->result.n_epochs;
    if (made)
        *evaluation = job->result.epochs[i];
    (void)pthread_mutex_unlock(&job->lock);
    return made;
}

/* The first note stays: later ones are usually its consequences. */
static void note(struct job *job, const char *text) {
    if (job->result.message[0] == '\0')
        snprintf(job->result.message, sizeof job->result.message, "%s", text);
}

/* Unlike other notes it stands beside those that are there. */
static void add_note(struct job *job, const char *text) {
    char *notes = job->result.message;
    const size_t length = strlen(notes);
    snprintf(notes + length, sizeof job->result.message - length, "%s%s", length > 0 ? "; " : "",
             text);
    vib_make_printable(notes); /* which ends it with a whole character */
}

static void end_with(struct job *job, enum job_state state, const char *text) {
    job->result.state = state;
    snprintf(job->result.message, sizeof job->result.message, "%s", text);
}

static void show_progress(struct job *job, const struct vib_progress *p, uint64_t first_examples) {
    atomic_store(&job->monitor.done, p->done);
    atomic_store(&job->monitor.objective, p->objective);
    atomic_store(&job->monitor.epoch, p->epoch);
    atomic_store(&job->monitor.step, p->step);
    atomic_store(&job->monitor.steps_per_epoch, p->steps_per_epoch);
    atomic_store(&job->monitor.examples, p->examples - first_examples);
}

static bool stopped(const struct job *job) {
    return atomic_load(job->stop);
}

static bool evaluation_due(const struct job *job, const struct vib_progress *p) {
    const struct vib_params *params = &job->settings.job;
    const struct job_result *r = &job->result;
    if (p->step != 0 || p->epoch == 0)
        return false;
    if (p->epoch % params->eval_every != 0 && p->epoch != params->epochs)
        return false;
    return r->n_epochs == 0 || r->epochs[r->n_epochs - 1].epoch < p->epoch;
}

/* What patience waits for: J on the validation split as the method trades its rate, bits. */
static double validation_objective(const struct job *job, const struct epoch_result *epoch) {
    const struct vib_evaluation *e = &epoch->split[VIB_VALIDATION];
    return vib_objective_measured(&job->settings.job, e->ce, e->compression);
}

/* The place of the first evaluation once beta has risen to its value, as before that J is not what
 * training minimises; where there is none yet, of the last one; there is one. */
static size_t first_warm(const struct job *job) {
    const struct job_result *r = &job->result;
    size_t first = 0;
    while (first + 1 < r->n_epochs && r->epochs[first].epoch < job->settings.job.warmup_epochs)
        first++;
    return first;
}

/* The place of the best evaluation from there on, of equal ones the first. */
static size_t best_evaluation(const struct job *job) {
    const struct job_result *r = &job->result;
    size_t best = first_warm(job);
    for (size_t i = best + 1; i < r->n_epochs; i++)
        if (validation_objective(job, &r->epochs[i]) < validation_objective(job, &r->epochs[best]))
            best = i;
    return best;
}

/* Whether all evaluations that patience waits for have passed. */
static bool lost_patience(const struct job *job) {
    const size_t patience = job->settings.job.patience, n = job->result.n_epochs;
    return patience > 0 && n > patience && n - 1 - best_evaluation(job) >= patience;
}

static int add_evaluation(struct job *job, const struct epoch_result *row) {
    struct job_result *r = &job->result;
    (void)pthread_mutex_lock(&job->lock);
    struct epoch_result *epochs = realloc(r->epochs, (r->n_epochs + 1) * sizeof *epochs);
    if (epochs != NULL) {
        r->epochs = epochs;
        r->epochs[r->n_epochs++] = *row;
    }
    (void)pthread_mutex_unlock(&job->lock);
    return epochs != NULL ? VIB_OK : VIB_ENOMEM;
}

/* Appends estimates on a split. That some of them are not finite is a result. */
static int estimate_along(struct job *job, struct vib_trainer *trainer, size_t epoch,
                          enum vib_split_id split) {
    struct job_result *r = &job->result;
    struct vib_error err;
    struct along_result *along = realloc(r->along, (r->n_along + 1) * sizeof *along);
    if (along == NULL)
        return VIB_ENOMEM;
    r->along = along;
    along[r->n_along] = (struct along_result){.epoch = epoch, .split = split};
    const int rc = vib_trainer_bounds_along(trainer, split, &along[r->n_along].information, &err);
    if (rc != VIB_OK && rc != VIB_EDIVERGED)
        return rc;
    r->n_along++;
    return VIB_OK;
}

/* Where they are due, on all splits or, stopped or out of memory, none. */
static int estimate_all_along(struct job *job, struct vib_trainer *trainer, size_t epoch) {
    const struct vib_params *params = &job->settings.job;
    const size_t before = job->result.n_along;
    int rc = VIB_OK;
    if (params->bounds_every == 0 || epoch % params->bounds_every != 0 ||
        !vib_method_info(params->method)->stochastic)
        return VIB_OK;
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == VIB_OK; id++)
        if (vib_dataset_has(job->data, id))
            rc = estimate_along(job, trainer, epoch, id);
    if (rc != VIB_OK)
        job->result.n_along = before;
    return rc;
}

/* Appends an evaluation of all splits. */
static int evaluate(struct job *job, struct vib_trainer *trainer, const struct vib_progress *p) {
    struct job_result *r = &job->result;
    struct epoch_result row = {.epoch = p->epoch, .lr = p->lr};
    double start = clock_s();
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++) {
        if (!vib_dataset_has(job->data, id))
            continue;
        int rc = vib_trainer_evaluate(trainer, id, &row.split[id]);
        if (rc != VIB_OK)
            return rc;
        row.splits |= 1u << id;
    }
    const int rc = estimate_all_along(job, trainer, p->epoch);
    if (rc != VIB_OK)
        return rc;
    r->evaluate_s += clock_s() - start;
    if (add_evaluation(job, &row) != VIB_OK)
        return VIB_ENOMEM;
    if (job->settings.job.patience > 0 && best_evaluation(job) == r->n_epochs - 1)
        vib_trainer_keep(trainer);
    return VIB_OK;
}

static void read_state(const void *trainer, size_t first, size_t size, void *out) {
    vib_trainer_read_state(trainer, first, size, out);
}

static int save(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    job->has_checkpoint = true;
    const struct checkpoint checkpoint = {.progress = job->result,
                                          .state_size = vib_trainer_state_size(trainer),
                                          .read_state = read_state,
                                          .source = trainer};
    return checkpoint_write(job->checkpoint_path, job->identity, &checkpoint, err);
}

/* Continues from the checkpoint if there is a good one. One that is damaged is of no use to
 * anybody, but one that cannot be read just now is, and to start over would be to overwrite it. */
static int resume(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    struct checkpoint saved = {0};
    bool found = false;
    int rc = checkpoint_read(job->checkpoint_path, job->identity, &saved, &found, err);
    job->has_checkpoint = found || rc != VIB_OK;
    if (rc == VIB_OK && found)
        rc = vib_trainer_restore(trainer, saved.state, saved.state_size, err);
    if (rc == VIB_OK && found) {
        job->result = saved.progress;
        saved.progress.epochs = NULL; /* now the job's */
        saved.progress.along = NULL;
    }
    checkpoint_release(&saved);
    if (rc == VIB_ESTATE) {
        char text[sizeof job->result.message];
        snprintf(text, sizeof text, "started over: %s", err->message);
        note(job, text);
        return VIB_OK;
    }
    return rc;
}

/* Steps until the next look at clock and stop flag; *chunk adapts to the speed of the machine. */
static int advance(struct job *job, struct vib_trainer *trainer, size_t *chunk) {
    double start = clock_s();
    int rc = vib_trainer_advance(trainer, *chunk);
    double elapsed = clock_s() - start;
    job->result.train_s += elapsed;
    if (elapsed < CHUNK_MIN_S && *chunk < SIZE_MAX / 2)
        *chunk *= 2;
    else if (elapsed > CHUNK_MAX_S && *chunk > 1)
        *chunk /= 2;
    return rc;
}

/* What becomes known of a job while it is trained. */
struct training {
    size_t epoch;       /* from 1: that an error belongs to */
    bool between_steps; /* the trainer's state is one that a checkpoint may hold */
};

static int train(struct job *job, struct vib_trainer *trainer, struct training *now) {
    const size_t epochs = job->settings.job.epochs;
    const double every_s = job->settings.checkpoint_every_s;
    struct vib_progress p;
    struct vib_error err;
    double saved_at = clock_s();
    size_t chunk = 1;
    int rc = VIB_OK;
    vib_trainer_progress(trainer, &p);
    const uint64_t first_examples = p.examples;
    job->result.weight = p.weight;
    show_progress(job, &p, first_examples);
    atomic_store(&job->monitor.base, atomic_load(&job->monitor.done));
    atomic_store(&job->monitor.evaluated, job->result.n_epochs);
    atomic_store(&job->monitor.started, true);
    now->between_steps = true;
    while (rc == VIB_OK) {
        now->epoch = p.epoch;
        if (evaluation_due(job, &p))
            rc = evaluate(job, trainer, &p);
        if (rc != VIB_OK || p.epoch == epochs || lost_patience(job))
            break;
        if (stopped(job))
            return VIB_ESTOPPED;
        now->epoch = p.epoch + 1;
        rc = advance(job, trainer, &chunk);
        now->between_steps = rc == VIB_OK;
        vib_trainer_progress(trainer, &p);
        show_progress(job, &p, first_examples);
        job->result.examples = p.examples;
        job->result.objective = p.objective;
        job->result.weight = p.weight;
        if (rc == VIB_OK && every_s > 0.0 &&
            clock_s() - saved_at >= (p.epoch == epochs ? fmin(every_s, LAST_SAVE_S) : every_s)) {
            /* One that cannot be written costs safety, not the job. */
            if (save(job, trainer, &err) != VIB_OK)
                note(job, err.message);
            saved_at = clock_s();
        }
    }
    return rc;
}

/* The sentence of a failure begins with what is missing for it. */
static int lack(struct vib_error *err, int rc, const char *what) {
    const struct vib_error why = *err;
    return vib_error_set(err, rc, "%s: %s", what, why.message);
}

/* What is measured only once, on the final weights. That some of it is not finite is a result. */
static int measure_information(struct job *job, struct vib_trainer *trainer,
                               struct vib_error *err) {
    const double start = clock_s();
    int rc = VIB_OK;
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == VIB_OK; id++) {
        char what[64];
        if (!vib_dataset_has(job->data, id))
            continue;
        rc = vib_trainer_bounds(trainer, id, &job->result.information[id], err);
        if (rc == VIB_OK || rc == VIB_ESTOPPED)
            continue;
        (void)snprintf(what, sizeof what, "estimates of I(Z;X) for %s are missing",
                       vib_split_name(id));
        lack(err, rc, what);
        if (rc != VIB_EDIVERGED)
            continue;
        add_note(job, err->message);
        rc = VIB_OK;
    }
    job->result.evaluate_s += clock_s() - start;
    return rc;
}

static int keep_codes(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    const double start = clock_s();
    const int rc =
        saved_codes_new(&job->result.codes, trainer, job->data, job->settings.save_codes, err);
    job->result.evaluate_s += clock_s() - start;
    return rc == VIB_OK || rc == VIB_ESTOPPED ? rc : lack(err, rc, "no codes kept");
}

static int keep_predictions(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    const double start = clock_s();
    const int rc = saved_predictions_new(&job->result.predictions, trainer, job->data, err);
    job->result.evaluate_s += clock_s() - start;
    return rc == VIB_OK || rc == VIB_ESTOPPED ? rc : lack(err, rc, "no predictions kept");
}

static int keep_weights(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    const struct vib_network *net = vib_trainer_network(trainer);
    float *values = malloc(net->n_params * sizeof *values);
    if (values == NULL) {
        vib_error_set(err, VIB_ENOMEM, "out of memory for a copy of them");
        return lack(err, VIB_ENOMEM, "no weights kept");
    }
    vib_trainer_weights(trainer, 0, net->n_params, values);
    const struct weights weights = {.net = net,
                                    .values = values,
                                    .settings = &job->settings,
                                    .identity = job->identity,
                                    .data = job->data,
                                    .epochs = job->result.epochs[job->result.final].epoch};
    const int rc = weights_write(job->weights_path, &weights, err);
    free(values);
    if (rc != VIB_OK)
        return lack(err, rc, "no weights kept");
    job->result.weights = weights_name(job->weights_path);
    return VIB_OK;
}

/* Which evaluation is the result, and of which weights. */
static void choose_result(struct job *job, struct vib_trainer *trainer) {
    struct vib_progress p;
    job->result.final = job->result.n_epochs - 1;
    if (job->settings.job.patience == 0)
        return;
    job->result.final = best_evaluation(job);
    vib_trainer_return(trainer);
    vib_trainer_progress(trainer, &p);
    job->result.weight = p.weight;
}

/* Where hardly any codes of a batch overlap its bound on I(Z;X) is flat, and its weight does next
 * to nothing. */
static void note_flat_bound(struct job *job, const struct vib_trainer *trainer) {
    static const double FLAT = 0.01; /* bits: a hundredth of a code is another's */
    const struct job_result *r = &job->result;
    const double bits = r->epochs[r->final].split[VIB_TRAIN].compression;
    const double cap = vib_evaluation_cap(vib_trainer_network(trainer), job->data);
    char text[256];
    if (!(r->weight > 0.0 && bits > cap - FLAT))
        return;
    (void)snprintf(text, sizeof text,
                   "the bound on I(Z;X) over a batch is at its cap of %.2f bits, where hardly any "
                   "codes overlap and %s hardly acts: widen them by model.noise: fixed and a "
                   "greater model.noise_scale",
                   cap, vib_method_info(job->settings.job.method)->trade_off);
    add_note(job, text);
}

/* What is made of the final weights: the estimates and, where it is asked for, what is kept. */
static int conclude(struct job *job, struct vib_trainer *trainer, struct vib_error *err) {
    choose_result(job, trainer);
    int rc = measure_information(job, trainer, err);
    if (rc == VIB_OK && job->settings.save_codes > 0 && vib_dataset_has(job->data, VIB_TEST))
        rc = keep_codes(job, trainer, err);
    if (rc == VIB_OK && job->settings.save_predictions)
        rc = keep_predictions(job, trainer, err);
    if (rc == VIB_OK && job->weights_path != NULL)
        rc = keep_weights(job, trainer, err);
    if (rc == VIB_OK)
        note_flat_bound(job, trainer);
    return rc;
}

/* A job that lacks something for want of memory, of room on the disk or of a descriptor is not
 * done: what was trained is saved, so that --retry makes what is missing. */
static void fail(struct job *job, struct vib_trainer *trainer, const struct vib_error *why) {
    struct vib_error err;
    const int rc = save(job, trainer, &err);
    end_with(job, JOB_FAILED, why->message);
    add_note(job, rc == VIB_OK ? "--retry goes on from its checkpoint" : err.message);
}

static void end(struct job *job, struct vib_trainer *trainer, int rc, const struct training *now,
                const struct vib_error *why) {
    struct vib_error err;
    char text[128];
    if (rc == VIB_OK) {
        job->result.state = JOB_DONE;
        atomic_store(&job->monitor.done, 1.0);
    } else if (rc == VIB_ESTOPPED) {
        job->interrupted = true;
        if (save(job, trainer, &err) != VIB_OK)
            end_with(job, JOB_PENDING, err.message);
    } else if (rc == VIB_EDIVERGED) {
        snprintf(text, sizeof text, "the objective or the weights are not finite in epoch %zu",
                 now->epoch);
        end_with(job, JOB_DIVERGED, text);
    } else if (now->between_steps) {
        fail(job, trainer, why);
    } else {
        end_with(job, JOB_FAILED, why->message);
    }
}

void job_fail(struct job *job, size_t worker, const char *message) {
    job->result.worker = worker;
    job->result.method = job->settings.job.method;
    end_with(job, JOB_FAILED, message);
}

void job_run(struct job *job, size_t worker, struct vib_team *team) {
    struct vib_trainer *trainer = NULL;
    struct vib_error err = {0};
    struct training now = {0};
    int rc = vib_trainer_new(&trainer, &job->settings.job, job->data, job->stop, team, &err);
    if (rc == VIB_OK)
        rc = resume(job, trainer, &err);
    job->result.worker = worker; /* a checkpoint may have come from another */
    job->result.method = job->settings.job.method;
    if (rc != VIB_OK) {
        end_with(job, JOB_FAILED, err.message);
        vib_trainer_free(trainer);
        return;
    }
    if ((rc = train(job, trainer, &now)) != VIB_OK)
        vib_error_set(&err, rc, "%s", vib_status_text(rc));
    else
        rc = conclude(job, trainer, &err);
    end(job, trainer, rc, &now, &err);
    vib_trainer_free(trainer);
}
