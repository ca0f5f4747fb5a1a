#include "runner/sweep/estimate.h"

#include "core/codes.h"
#include "core/network.h"
#include "core/trainer.h"
#include "runner/base/clock.h"
#include "runner/sweep/data.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

double estimate_bytes(const struct settings *settings, const struct vib_dataset *data) {
    const struct vib_posterior posterior = vib_posterior_of(&settings->job);
    const size_t all = data->split[VIB_TEST].n;
    const size_t codes = settings->save_codes < all ? settings->save_codes : all;
    return (double)vib_job_bytes(&settings->job, data) + (double)vib_codes_bytes(&posterior, codes);
}

int estimate_job(struct job_estimate *job, const struct settings *settings,
                 const struct vib_dataset *data, struct vib_error *err) {
    struct settings recorded = *settings;
    data_complete(&recorded, data);
    job->flops = vib_job_flops(&settings->job, data);
    job->bytes = estimate_bytes(settings, data);
    return job_identity(&recorded, data->digest, job->identity, err);
}

static int estimate_point(struct job_estimate *job, const struct grid *grid, size_t i,
                          struct data_cache *cache, struct vib_error *err) {
    const struct vib_dataset *data;
    struct settings settings;
    grid_settings(grid, i, &settings);
    int rc = data_cache_get(cache, &settings.data, &data, err);
    if (rc == VIB_OK)
        rc = vib_trainer_check(&settings.job, data, err);
    return rc == VIB_OK ? estimate_job(job, &settings, data, err) : rc;
}

int estimate_grid(struct estimate *estimate, const struct grid *grid, struct data_cache *cache,
                  struct vib_error *err) {
    struct estimate e = {.n = grid->n, .jobs = calloc(grid->n, sizeof *e.jobs)};
    int rc = VIB_OK;
    memset(estimate, 0, sizeof *estimate);
    if (e.jobs == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", grid->n);
    for (size_t i = 0; i < grid->n && rc == VIB_OK; i++) {
        rc = estimate_point(&e.jobs[i], grid, i, cache, err);
        e.flops += e.jobs[i].flops;
        e.longest = e.jobs[i].flops > e.jobs[e.longest].flops ? i : e.longest;
    }
    if (rc == VIB_OK)
        *estimate = e;
    else
        free(e.jobs);
    return rc;
}

void estimate_release(struct estimate *estimate) {
    free(estimate->jobs);
    memset(estimate, 0, sizeof *estimate);
}

/* --- the rate --- */

/* One thread's share of the trial. */
struct trial {
    pthread_t thread;
    const struct settings *settings; /* borrowed, as is */
    const struct vib_dataset *data;
    double limit_s;          /* of seconds */
    double flops, elapsed_s; /* of the steps that count */
    int rc;
    struct vib_error err;
};

/* Steps until the time is over or there are no more; those before do not count, as the first ones
 * of a trainer are slow. That it diverges says nothing of its speed. */
static void measure(struct trial *trial, struct vib_trainer *trainer) {
    static const double CHUNK_S = 0.05;
    struct vib_progress before, now;
    size_t chunk = 1;
    int rc = vib_trainer_advance(trainer, chunk);
    vib_trainer_progress(trainer, &before);
    now = before;
    const double start = clock_s();
    while (rc == VIB_OK && trial->elapsed_s < trial->limit_s &&
           now.epoch < trial->settings->job.epochs) {
        const double chunk_start = clock_s();
        rc = vib_trainer_advance(trainer, chunk);
        vib_trainer_progress(trainer, &now);
        trial->elapsed_s = clock_s() - start;
        /* No advance goes beyond the end of an epoch. */
        if (clock_s() - chunk_start < CHUNK_S && chunk < now.steps_per_epoch)
            chunk *= 2;
    }
    trial->flops = (double)(now.examples - before.examples) *
                   vib_network_step_flops(vib_trainer_network(trainer));
    trial->rc = rc == VIB_EDIVERGED && trial->flops > 0.0 ? VIB_OK : rc;
    if (trial->rc != VIB_OK)
        vib_error_set(&trial->err, trial->rc, "cannot measure the speed of this machine: %s",
                      vib_status_text(trial->rc));
}

static void *run_trial(void *argument) {
    struct trial *trial = argument;
    struct vib_trainer *trainer = NULL;
    trial->rc =
        vib_trainer_new(&trainer, &trial->settings->job, trial->data, NULL, NULL, &trial->err);
    if (trial->rc == VIB_OK)
        measure(trial, trainer);
    vib_trainer_free(trainer);
    return NULL;
}

/* All at a time: what threads take from each other, caches and clock rate, is to count. */
static int run_trials(struct trial *trials, size_t n, struct vib_error *err) {
    size_t begun = 0;
    int reason = 0, rc = VIB_OK;
    while (begun < n && reason == 0)
        if ((reason = pthread_create(&trials[begun].thread, NULL, run_trial, &trials[begun])) == 0)
            begun++;
    for (size_t i = 0; i < begun; i++) {
        (void)pthread_join(trials[i].thread, NULL); /* fails for wrong use alone */
        if (trials[i].rc != VIB_OK && rc == VIB_OK) {
            *err = trials[i].err;
            rc = err->code;
        }
    }
    return reason == 0 ? rc
                       : vib_error_set(err, VIB_ETHREAD, "cannot start %zu threads: %s", n,
                                       strerror(reason));
}

static int try_job(const struct settings *settings, const struct vib_dataset *data, size_t threads,
                   double trial_s, double *flops_per_s, struct vib_error *err) {
    double flops = 0.0, elapsed_s = 0.0;
    struct trial *trials = calloc(threads, sizeof *trials);
    if (trials == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu threads", threads);
    for (size_t i = 0; i < threads; i++) {
        trials[i].settings = settings;
        trials[i].data = data;
        trials[i].limit_s = trial_s;
    }
    int rc = run_trials(trials, threads, err);
    for (size_t i = 0; i < threads; i++) {
        flops += trials[i].flops;
        elapsed_s += trials[i].elapsed_s;
    }
    free(trials);
    if (rc == VIB_OK && !(flops > 0.0 && elapsed_s > 0.0))
        rc = vib_error_set(err, VIB_EINVAL,
                           "the longest job of the grid is too short to measure the speed of this "
                           "machine by");
    if (rc == VIB_OK)
        *flops_per_s = flops / elapsed_s;
    return rc;
}

int estimate_rate(const struct estimate *estimate, const struct grid *grid,
                  struct data_cache *cache, size_t threads, double trial_s, double *flops_per_s,
                  struct vib_error *err) {
    const struct vib_dataset *data;
    struct settings settings;
    grid_settings(grid, estimate->longest, &settings);
    int rc = data_cache_get(cache, &settings.data, &data, err);
    if (rc == VIB_OK)
        rc = data_cache_hold(cache, data, err);
    if (rc != VIB_OK)
        return rc;
    rc = try_job(&settings, data, threads, trial_s, flops_per_s, err);
    data_cache_let_go(cache, data);
    return rc;
}
