#include "runner/sweep/job_internal.h"

#include "runner/sweep/checkpoint.h"
#include "runner/base/clock.h"
#include "runner/store/saved_codes.h"
#include "runner/store/saved_predictions.h"

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
        if (job_evaluation_due(job, &p))
            rc = job_evaluate(job, trainer, &p);
        if (rc != VIB_OK || p.epoch == epochs || job_lost_patience(job))
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

/* A job that lacks something for want of memory, of room on the disk or of a descriptor is not
 * done: what was trained is saved, so that --retry makes what is missing. */
static void fail(struct job *job, struct vib_trainer *trainer, const struct vib_error *why) {
    struct vib_error err;
    const int rc = save(job, trainer, &err);
    end_with(job, JOB_FAILED, why->message);
    job_add_note(job, rc == VIB_OK ? "--retry goes on from its checkpoint" : err.message);
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
        rc = job_conclude(job, trainer, &err);
    end(job, trainer, rc, &now, &err);
    vib_trainer_free(trainer);
}
