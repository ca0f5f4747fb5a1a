/* From options to a sweep that can start. */
#include "runner/sweep/sweep_internal.h"

#include "core/trainer.h"
#include "runner/base/clock.h"
#include "runner/config/grid_notes.h"
#include "runner/config/identity.h"
#include "runner/sweep/signals.h"
#include "runner/base/version.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_DATA = 128 << 20 /* bytes, as of two MNISTs; see kept_data */ };

/* Bytes of examples that may wait for another job: jobs of equal length take turns between data
 * sets, and to read one again may take longer than a short job. */
static size_t kept_data(void) {
    const double share = host_memory() / 4;
    return share > (double)KEPT_DATA && share < (double)SIZE_MAX ? (size_t)share : KEPT_DATA;
}

static int interrupted(const struct sweep *s, struct vib_error *err) {
    return vib_error_set(err, VIB_ESTOPPED, "interrupted: nothing was begun, nor added to %s",
                         s->database != NULL ? s->database : "a database");
}

static int check_jobs(struct sweep *s, struct vib_error *err) {
    s->points = calloc(s->grid.n, sizeof *s->points);
    s->ids = calloc(s->grid.n, sizeof *s->ids);
    s->order = calloc(s->grid.n, sizeof *s->order);
    if (s->points == NULL || s->ids == NULL || s->order == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", s->grid.n);
    for (size_t i = 0; i < s->grid.n; i++) {
        struct settings settings;
        grid_settings(&s->grid, i, &settings);
        int rc = data_cache_get(s->cache, &settings.data, &s->points[i].data, err);
        if (rc == VIB_OK)
            rc = vib_trainer_check(&settings.job, s->points[i].data, err);
        if (rc != VIB_OK)
            return rc;
        sweep_tell_loading(s, i);
        s->points[i].flops = vib_job_flops(&settings.job, s->points[i].data);
        if (signals_received() != 0) /* a shard hears them already */
            return interrupted(s, err);
    }
    return VIB_OK;
}

static int longest_first(const void *a, const void *b, void *context) {
    const struct point *points = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    if (points[i].flops != points[j].flops)
        return points[i].flops > points[j].flops ? -1 : 1;
    return i < j ? -1 : 1;
}

static void order_jobs(struct sweep *s) {
    for (size_t i = 0; i < s->grid.n; i++) {
        s->order[i] = (uint32_t)i;
        s->flops_waiting += s->points[i].flops;
    }
    s->n_waiting = s->grid.n; /* as calloc left every point: POINT_WAITING */
    qsort_r(s->order, s->grid.n, sizeof *s->order, longest_first, s->points);
}

static int begin_run(struct sweep *s, struct vib_error *err) {
    char libraries[256];
    version_libraries(libraries, sizeof libraries);
    const struct run_info info = {.sweep = s->config.base.name,
                                  .config_path = s->config.path,
                                  .config_text = s->config.text,
                                  .version = version_program(),
                                  .build = version_build(),
                                  .libraries = libraries,
                                  .host = &s->host,
                                  .threads = s->threads};
    return store_begin_run(s->store, &info, &s->run, err);
}

/* Of a point that is done: whether it lacks what is now asked for. */
static int count_unsaved(struct sweep *s, const struct point *point,
                         const struct settings *settings, struct vib_error *err) {
    const size_t all = point->data->split[VIB_TEST].n;
    const bool held_out =
        vib_dataset_has(point->data, VIB_TEST) || vib_dataset_has(point->data, VIB_VALIDATION);
    const struct store_kept kept = {.codes =
                                        settings->save_codes < all ? settings->save_codes : all,
                                    .weights = settings->save_weights != 0,
                                    .predictions = settings->save_predictions != 0 && held_out};
    bool lacks = false;
    if (kept.codes == 0 && !kept.weights && !kept.predictions)
        return VIB_OK;
    const int rc = store_lacks(s->store, point->id, &kept, &lacks, err);
    s->n_unsaved += lacks;
    return rc;
}

static int add_point(struct sweep *s, size_t i, struct vib_error *err) {
    struct point *point = &s->points[i];
    struct settings settings;
    enum job_state state = JOB_PENDING;
    struct job_identities identities;
    const char *scale = point->data->mean != NULL ? point->data->scale_digest : NULL;
    sweep_settings(s, i, &settings);
    int rc = job_identities(&settings, point->data->digest, &identities, err);
    if (rc == VIB_OK)
        rc = store_add_job(s->store, &identities, &settings, point->data, scale, &point->id, &state,
                           err);
    if (rc == VIB_OK && state == JOB_FAILED && s->options->retry) {
        rc = store_retry(s->store, point->id, err);
        state = JOB_PENDING;
    }
    if (rc == VIB_OK && state == JOB_DONE)
        rc = count_unsaved(s, point, &settings, err);
    s->ids[i] = point->id;
    sweep_move(s, i, sweep_point_state(state));
    return rc;
}

/* Only training makes codes, predictions and weights, and what is done is not trained again. */
static void tell_unsaved(struct sweep *s) {
    if (s->n_unsaved > 0)
        progress_note(
            &s->progress,
            "%zu job%s ended without the codes, predictions or weights now asked for; to have these, "
            "train again into a new database (--db)",
            s->n_unsaved, s->n_unsaved == 1 ? "" : "s");
}

/* Another process may be adding a grid of that size just now: it is given time for it. */
static int begin_patiently(struct sweep *s, struct vib_error *err) {
    static const double PATIENCE_S = 1e-3; /* for each point; several times what it takes */
    const double until_s = clock_s() + 1e-3 * STORE_BUSY_MS + PATIENCE_S * (double)s->grid.n;
    int rc;
    do
        rc = store_begin(s->store, err);
    while (rc == VIB_EBUSY && clock_s() < until_s && signals_received() == 0);
    return rc == VIB_EBUSY && signals_received() != 0 ? interrupted(s, err) : rc;
}

/* Begins the transaction in which nobody else is at the database who must not be; what dead runs
 * left is taken back. */
static int begin_registration(struct sweep *s, size_t *n_taken, struct store_silence *silence,
                              struct vib_error *err) {
    bool alone = false;
    int rc = VIB_OK;
    sweep_tell_shared(s);
    while (rc == VIB_OK && !alone) {
        if (signals_received() != 0)
            return interrupted(s, err);
        rc = begin_patiently(s, err);
        if (rc == VIB_OK)
            rc = store_take_back(s->store, &s->host, n_taken, silence, err);
        if (rc == VIB_OK)
            rc = sweep_await_hosts(s, &alone, err);
    }
    return rc;
}

static int add_points(struct sweep *s, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t i = 0; i < s->grid.n && rc == VIB_OK; i++) {
        if (i == 0 || s->points[i].data != s->points[i - 1].data)
            rc = sweep_add_data(s, s->points[i].data, err);
        if (rc == VIB_OK)
            rc = add_point(s, i, err);
        if (rc == VIB_OK && signals_received() != 0)
            rc = interrupted(s, err);
    }
    return rc;
}

/* The whole grid enters the database in one transaction, or, after a signal, nothing of it. */
static int register_jobs(struct sweep *s, struct vib_error *err) {
    struct store_silence silence;
    size_t n_taken = 0;
    int rc = begin_registration(s, &n_taken, &silence, err);
    if (rc == VIB_OK)
        rc = begin_run(s, err);
    if (rc == VIB_OK)
        rc = add_points(s, err);
    if (rc == VIB_OK)
        rc = sweep_tell_namesakes(s, err);
    if (rc == VIB_OK)
        rc = sweep_check_memory(s, err); /* of what is not done yet */
    if (rc == VIB_OK)
        rc = store_commit(s->store, err);
    s->begun = rc == VIB_OK;
    if (rc != VIB_OK)
        store_rollback(s->store);
    else
        sweep_tell_runs(s, n_taken, &silence);
    return rc;
}

/* The examples are held until the job is settled: its codes go to the database with their labels.
 */
static void run_with_data(struct job *job, size_t worker, struct vib_team *team,
                          struct data_cache *cache) {
    struct vib_error err;
    job->holds_data = data_cache_hold(cache, job->data, &err) == VIB_OK;
    if (job->holds_data)
        job_run(job, worker, team);
    else
        job_fail(job, worker, err.message);
}

static void run_task(struct fifo_item *task, size_t worker, struct vib_team *team, void *context) {
    struct job *job = (struct job *)task;
    const struct sweep *s = context;
    const double start = clock_s();
    if (atomic_load(job->stop))
        job->interrupted = true; /* before it began: there is nothing to save */
    else
        run_with_data(job, worker, team, s->cache);
    job->elapsed_s = clock_s() - start;
}

static double work_left(const struct fifo_item *task, void *context) {
    const struct job *job = (const struct job *)task;
    const struct sweep *s = context;
    return s->points[job->point].flops * (1.0 - atomic_load(&job->monitor.done));
}

static void wake(void *context) {
    (void)context;
    signals_wake();
}

static int start_pool(struct sweep *s, struct vib_error *err) {
    const struct pool_events events = {
        .run = run_task, .left = work_left, .wake = wake, .context = s};
    s->shown = calloc(s->threads, sizeof *s->shown);
    if (s->shown == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu threads", s->threads);
    return pool_new(&s->pool, s->threads, &events, err);
}

static void tell_grid(struct sweep *s) {
    char notes[GRID_NOTES][GRID_NOTE_SIZE];
    const size_t n = grid_notes(&s->grid, notes);
    for (size_t i = 0; i < n; i++)
        progress_note(&s->progress, "%s", notes[i]);
    if (s->grid.n_idle_exclusions > 0)
        progress_note(&s->progress, "%zu entr%s of `exclude` match%s no point of the grid",
                      s->grid.n_idle_exclusions, s->grid.n_idle_exclusions == 1 ? "y" : "ies",
                      s->grid.n_idle_exclusions == 1 ? "es" : "");
    if (s->grid.n_duplicates > 0)
        progress_note(&s->progress, "%zu duplicate point%s of the grid collapsed",
                      s->grid.n_duplicates, s->grid.n_duplicates == 1 ? "" : "s");
}

/* What the configuration asks for, and whether it can be had. Creates nothing: until its end a
 * signal ends the process as it is, unless it is a shard's. */
static int prepare(struct sweep *s, struct vib_error *err) {
    const struct sweep_options *options = s->options;
    int rc = config_load(&s->config, options->config, options->sets.texts, options->sets.n, err);
    if (rc == VIB_OK)
        rc = grid_init(&s->grid, &s->config, err);
    if (rc == VIB_OK)
        rc = progress_init(&s->progress, &s->config, options->quiet, (double)options->log_every_s,
                           err);
    if (rc != VIB_OK)
        return rc;
    if (options->json && isatty(STDOUT_FILENO))
        progress_without_block(&s->progress);
    s->threads = options->threads;
    tell_grid(s);
    if (data_cache_new(&s->cache, kept_data()) != VIB_OK)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    rc = check_jobs(s, err);
    if (rc == VIB_OK)
        rc = sweep_choose_jobs(s, err);
    if (rc != VIB_OK)
        return rc;
    sweep_tell_classes(s);
    sweep_tell_scale(s);
    order_jobs(s);
    return rc;
}

int sweep_init(struct sweep *s, const struct sweep_options *options, struct vib_error *err) {
    memset(s, 0, sizeof *s);
    s->options = options;
    s->heartbeat_at_s = s->others_at_s = s->turn_at_s = clock_s();
    s->publishing.at_s = -HUGE_VAL;
    s->job_s = 1.0; /* long, until many short jobs have ended */
    atomic_init(&s->stop, false);
    host_init(&s->host);
    const bool shard = options->shard != NULL;
    int rc = events_init(&s->events, options->json, STDOUT_FILENO, err);
    if (rc == VIB_OK)
        rc = sweep_check_options(options, err);
    if (rc == VIB_OK)
        rc = sweep_check_publish(s, err);
    /* A batch system's warning, however early, is to be answered by an exit code. */
    if (rc == VIB_OK && shard)
        rc = signals_init(SIGNALS_PATIENT, err);
    if (rc == VIB_OK)
        rc = prepare(s, err);
    if (rc == VIB_OK && s->grid.n == 0)
        return VIB_OK;
    if (rc == VIB_OK && !shard)
        rc = signals_init(SIGNALS_PROMPT, err);
    if (rc == VIB_OK)
        rc = start_pool(s, err);
    if (rc == VIB_OK)
        rc = sweep_open_files(s, err);
    if (rc == VIB_OK)
        rc = register_jobs(s, err);
    if (rc != VIB_OK)
        return rc;
    tell_unsaved(s);
    sweep_clean(s, options->publish == NULL);
    return VIB_OK;
}

bool sweep_told(struct sweep *s) {
    enum { MOMENT_S = 1 };
    while (!progress_wait(&s->progress, MOMENT_S))
        if (signals_received() != 0)
            return false;
    return true;
}

static void free_jobs(struct fifo *jobs) {
    struct fifo_item *item;
    while ((item = fifo_pop(jobs)) != NULL)
        job_free((struct job *)item);
}

void sweep_release(struct sweep *s) {
    pool_free(s->pool);
    while (s->flight != NULL) { /* whose end was not waited for, after an error */
        struct job *after = s->flight->after;
        job_free(s->flight);
        s->flight = after;
    }
    free_jobs(&s->unsaved);
    free_jobs(&s->claimed);
    if (s->begun)
        store_close(s->store);
    else
        store_discard(s->store);
    if (s->made_folder && !s->begun)
        (void)rmdir("results"); /* stays if somebody has put something there meanwhile */
    (void)sweep_told(s);
    signals_release();
    progress_release(&s->progress);
    events_release(&s->events);
    data_cache_free(s->cache);
    grid_release(&s->grid);
    config_release(&s->config);
    free(s->database);
    free(s->place);
    free(s->checkpoints);
    free(s->weights_place);
    job_set_release(&s->known);
    job_set_release(&s->publishing.settled);
    free(s->points);
    free(s->ids);
    free(s->order);
    free(s->shown);
}

int sweep_register(struct store *store, const struct sweep_options *options,
                   struct vib_error *err) {
    struct sweep s;
    memset(&s, 0, sizeof s);
    s.options = options;
    int rc = prepare(&s, err);
    s.store = store;
    if (rc == VIB_OK)
        rc = add_points(&s, err);
    s.store = NULL; /* the caller's */
    sweep_release(&s);
    return rc;
}
