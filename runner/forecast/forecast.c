#include "runner/forecast/forecast.h"

#include "runner/base/host.h"
#include "runner/store/store.h"
#include "runner/store/store_status.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_DATA = 256 << 20 /* bytes of examples that need not be read twice */ };

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "plan: out of memory");
}

static int read_grid(struct forecast *f, struct vib_error *err) {
    const struct forecast_options *options = f->options;
    int rc = config_load(&f->config, options->config, options->sets.texts, options->sets.n, err);
    if (rc == VIB_OK)
        rc = grid_init(&f->grid, &f->config, err);
    if (rc == VIB_OK && data_cache_new(&f->cache, KEPT_DATA) != VIB_OK)
        rc = no_memory(err);
    if (rc == VIB_OK)
        rc = estimate_grid(&f->estimate, &f->grid, f->cache, err);
    if (rc != VIB_OK)
        return rc;
    f->states = calloc(f->grid.n, sizeof *f->states); /* all FORECAST_NEW */
    return f->states != NULL ? VIB_OK : no_memory(err);
}

/* --- the states of the jobs --- */

/* The points by their identities, those of twins side by side. */
struct places {
    struct forecast *forecast;
    size_t *points; /* [grid.n] */
    struct host self;
};

static int compare_points(const void *a, const void *b, void *context) {
    const struct job_estimate *jobs = context;
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const int order = strcmp(jobs[i].identity, jobs[j].identity);
    return order != 0 ? order : (i > j) - (i < j);
}

static void sort_points(struct places *places) {
    struct forecast *f = places->forecast;
    const struct job_estimate *jobs = f->estimate.jobs;
    for (size_t i = 0; i < f->grid.n; i++)
        places->points[i] = i;
    qsort_r(places->points, f->grid.n, sizeof *places->points, compare_points, f->estimate.jobs);
    for (size_t i = 1; i < f->grid.n; i++)
        if (strcmp(jobs[places->points[i]].identity, jobs[places->points[i - 1]].identity) == 0)
            f->states[places->points[i]] = FORECAST_TWIN;
}

/* The first point of that identity, or NULL. */
static enum forecast_state *find_state(const struct places *places, const char *identity) {
    const struct forecast *f = places->forecast;
    size_t low = 0, high = f->grid.n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(f->estimate.jobs[places->points[middle]].identity, identity) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == f->grid.n || strcmp(f->estimate.jobs[places->points[low]].identity, identity) != 0)
        return NULL;
    return &f->states[places->points[low]];
}

static enum forecast_state state_of(const struct job_status *job) {
    switch (job->state) {
    case JOB_DONE:
        return FORECAST_DONE;
    case JOB_DIVERGED:
        return FORECAST_DIVERGED;
    case JOB_FAILED:
        return FORECAST_FAILED;
    case JOB_RUNNING:
        return job->running.run.life == RUN_LIVES ? FORECAST_RUNNING : FORECAST_WAITING;
    default:
        return FORECAST_WAITING;
    }
}

static int on_job(void *context, const struct job_status *job, struct vib_error *err) {
    const struct places *places = context;
    enum forecast_state *state = find_state(places, job->identity);
    (void)err;
    if (state != NULL)
        *state = state_of(job);
    else
        places->forecast->n_others++;
    return VIB_OK;
}

static int on_run(void *context, const struct run_status *run, struct vib_error *err) {
    (void)context;
    (void)run;
    (void)err;
    return VIB_OK;
}

static int read_database(struct places *places, struct vib_error *err) {
    const struct status_reader reader = {.run = on_run, .job = on_job, .context = places};
    struct forecast *f = places->forecast;
    struct store *store = NULL;
    f->there = access(f->database, F_OK) == 0 || errno != ENOENT;
    if (!f->there)
        return VIB_OK;
    int rc = store_open_reader(&store, f->database, err);
    if (rc == VIB_OK)
        rc = store_read_status(store, &places->self, &reader, err);
    store_close(store);
    return rc;
}

static int find_database(struct forecast *f) {
    if (f->options->database != NULL)
        f->database = strdup(f->options->database);
    else if (asprintf(&f->database, "results/%s.db", f->config.base.name) < 0)
        f->database = NULL;
    return f->database != NULL ? VIB_OK : VIB_ENOMEM;
}

static void count(struct forecast *f) {
    bool any = false;
    for (size_t i = 0; i < f->grid.n; i++) {
        f->n[f->states[i]]++;
        if (!forecast_waits(f, i))
            continue;
        const double flops = f->estimate.jobs[i].flops;
        f->flops_left += flops;
        if (!any || flops > f->estimate.jobs[f->estimate.longest].flops)
            f->estimate.longest = i;
        any = true;
    }
    f->n_left = f->n[FORECAST_NEW] + f->n[FORECAST_WAITING];
}

static int find_states(struct forecast *f, struct vib_error *err) {
    struct places places = {.forecast = f, .points = calloc(f->grid.n, sizeof *places.points)};
    if (places.points == NULL || find_database(f) != VIB_OK) {
        free(places.points);
        return no_memory(err);
    }
    host_init(&places.self);
    sort_points(&places);
    const int rc = read_database(&places, err);
    free(places.points);
    if (rc == VIB_OK)
        count(f);
    return rc;
}

/* --- time --- */

static bool has_memory(const struct forecast *f) {
    return f->memory.jobs + f->memory.data <= f->memory.available;
}

/* Threads beyond the processors make nothing faster. */
static int find_times(struct forecast *f, struct vib_error *err) {
    static const double TRIAL_S = 1.0;
    const size_t at_once = f->threads < f->processors ? f->threads : f->processors;
    int rc = VIB_OK;
    f->rate = f->options->rate;
    f->core_s = f->wall_s = f->longest_s = (double)NAN;
    if (f->n_left == 0)
        return rc;
    if (!(f->rate > 0.0) && has_memory(f)) {
        rc = estimate_rate(&f->estimate, &f->grid, f->cache, at_once, TRIAL_S, &f->rate, err);
        if (rc == VIB_EINVAL) { /* too short a job to be measured: then it is no matter of time */
            f->rate = 0.0;
            rc = VIB_OK;
        }
    }
    if (rc != VIB_OK || !(f->rate > 0.0))
        return rc;
    f->core_s = f->flops_left / f->rate;
    f->longest_s = f->estimate.jobs[f->estimate.longest].flops / f->rate;
    f->wall_s = f->core_s / (double)at_once; /* threads without a job help the others */
    return rc;
}

int forecast_init(struct forecast *f, const struct forecast_options *options,
                  struct vib_error *err) {
    memset(f, 0, sizeof *f);
    f->options = options;
    f->threads = options->threads;
    f->processors = host_processors();
    int rc = read_grid(f, err);
    if (rc == VIB_OK)
        rc = find_states(f, err);
    if (rc == VIB_OK)
        rc = forecast_size(f, err);
    return rc == VIB_OK ? find_times(f, err) : rc;
}

void forecast_release(struct forecast *f) {
    free(f->states);
    free(f->database);
    estimate_release(&f->estimate);
    data_cache_free(f->cache);
    grid_release(&f->grid);
    config_release(&f->config);
}
