#include "runner/status/status.h"

#include "runner/sweep/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void status_init(struct status *status) {
    *status = (struct status){.left_core_s = (double)NAN, .eta_s = (double)NAN};
    host_init(&status->host);
}

void status_release(struct status *status) {
    for (size_t i = 0; i < status->n_running; i++)
        free(status->running[i].values);
    for (size_t i = 0; i < status->n_unreadable; i++)
        free(status->unreadable[i]);
    free(status->jobs);
    free(status->running);
    free(status->runs);
    free(status->unreadable);
    memset(status, 0, sizeof *status);
}

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "status: out of memory");
}

/* --- adding --- */

static int add_job(struct status *status, const struct status_job *job, struct vib_error *err) {
    enum { FIRST = 256 };
    if (status->n == status->room) {
        const size_t room = status->room > 0 ? 2 * status->room : FIRST;
        struct status_job *jobs = realloc(status->jobs, room * sizeof *jobs);
        if (jobs == NULL)
            return no_memory(err);
        status->jobs = jobs;
        status->room = room;
    }
    status->jobs[status->n++] = *job;
    return VIB_OK;
}

int status_add_planned(struct status *status, const char *identity, double flops,
                       struct vib_error *err) {
    struct status_job job = {.state = JOB_PENDING, .flops = flops};
    memcpy(job.identity, identity, sizeof job.identity);
    return add_job(status, &job, err);
}

static int add_running(struct status *status, const struct running_status *running,
                       struct vib_error *err) {
    enum { FIRST = 16 };
    if (status->n_running == status->running_room) {
        const size_t room = status->running_room > 0 ? 2 * status->running_room : FIRST;
        struct running_status *more = realloc(status->running, room * sizeof *more);
        if (more == NULL)
            return no_memory(err);
        status->running = more;
        status->running_room = room;
    }
    char *values = malloc(running->values_size);
    if (values == NULL)
        return no_memory(err);
    memcpy(values, running->values, running->values_size);
    status->running[status->n_running] = *running;
    status->running[status->n_running++].values = values;
    return VIB_OK;
}

struct adding {
    struct status *status;
    struct store *store;
};

static int on_job(void *context, const struct job_status *found, struct vib_error *err) {
    const struct adding *adding = context;
    struct status *status = adding->status;
    struct status_job job = {.state = found->state,
                             .train_s = found->train_s,
                             .flops = found->flops,
                             .life = found->running.run.life,
                             .running = status->n_running};
    memcpy(job.identity, found->identity, sizeof job.identity);
    int rc = VIB_OK;
    if (job.state == JOB_RUNNING)
        rc = add_running(status, &found->running, err);
    if (rc == VIB_OK && status->seen != NULL)
        rc = status->seen(status->seen_context, adding->store, found, err);
    return rc == VIB_OK ? add_job(status, &job, err) : rc;
}

/* A run may have come into several databases. */
static int on_run(void *context, const struct run_status *run, struct vib_error *err) {
    struct status *status = ((const struct adding *)context)->status;
    size_t i = 0;
    while (i < status->n_runs && strcmp(status->runs[i].uid, run->uid) != 0)
        i++;
    if (i == status->n_runs) {
        struct run_status *runs = realloc(status->runs, (i + 1) * sizeof *runs);
        if (runs == NULL)
            return no_memory(err);
        status->runs = runs;
        status->runs[status->n_runs++] = *run;
    } else if (run->age_s < status->runs[i].age_s) {
        status->runs[i] = *run;
    }
    return VIB_OK;
}

int status_add(struct status *status, struct store *store, bool flops, struct vib_error *err) {
    struct adding adding = {status, store};
    const struct status_reader reader = {
        .run = on_run, .job = on_job, .context = &adding, .flops = flops};
    int rc = VIB_OK;
    if (status->name[0] == '\0')
        rc = store_sweep_name(store, status->name, sizeof status->name, err);
    return rc == VIB_OK ? store_read_status(store, &status->host, &reader, err) : rc;
}

/* --- counting --- */

/* A failed job that runs again is running; one that is done somewhere is done. */
static int rank(const struct status_job *job) {
    switch (job->state) {
    case JOB_DONE:
        return 5;
    case JOB_DIVERGED:
        return 4;
    case JOB_RUNNING:
        return job->life == RUN_LIVES ? 3 : 1;
    case JOB_FAILED:
        return 2;
    default:
        return 0;
    }
}

static int best_first(const void *a, const void *b, void *context) {
    const struct status *status = context;
    const struct status_job *left = a, *right = b;
    const int order = strcmp(left->identity, right->identity);
    if (order != 0 || rank(left) != rank(right))
        return order != 0 ? order : rank(right) - rank(left);
    if (left->state != JOB_RUNNING)
        return 0;
    const double x = status->running[left->running].run.age_s,
                 y = status->running[right->running].run.age_s;
    return (x > y) - (x < y);
}

/* Leaves of each job its best row, with the estimate that another row may have. */
static void unite(struct status *status) {
    size_t n = 0;
    if (status->n > 0)
        qsort_r(status->jobs, status->n, sizeof *status->jobs, best_first, status);
    for (size_t i = 0; i < status->n; i++) {
        struct status_job *job = &status->jobs[i];
        if (n == 0 || strcmp(status->jobs[n - 1].identity, job->identity) != 0)
            status->jobs[n++] = *job;
        else if (isnan(status->jobs[n - 1].flops))
            status->jobs[n - 1].flops = job->flops;
    }
    status->n = n;
}

static bool runs(const struct status_job *job) {
    return job->state == JOB_RUNNING && job->life == RUN_LIVES;
}

/* Those that are further first; jobs that were claimed ahead have told nothing yet. */
static int furthest_first(const void *a, const void *b) {
    const struct running_status *left = a, *right = b;
    const double x = isnan(left->share) ? -1.0 : left->share,
                 y = isnan(right->share) ? -1.0 : right->share;
    if (x != y)
        return x > y ? -1 : 1;
    return (left->job > right->job) - (left->job < right->job);
}

/* Drops what is told of jobs that run elsewhere by now, or nowhere. */
static int keep_running(struct status *status, struct vib_error *err) {
    bool *keep = calloc(status->n_running + 1, sizeof *keep);
    size_t n = 0;
    if (keep == NULL)
        return no_memory(err);
    for (size_t i = 0; i < status->n; i++)
        if (runs(&status->jobs[i]))
            keep[status->jobs[i].running] = true;
    for (size_t i = 0; i < status->n_running; i++) {
        if (keep[i])
            status->running[n++] = status->running[i];
        else
            free(status->running[i].values);
    }
    free(keep);
    status->n_running = n;
    if (n > 0)
        qsort(status->running, n, sizeof *status->running, furthest_first);
    return VIB_OK;
}

static void count(struct status *status) {
    for (size_t i = 0; i < status->n; i++) {
        const struct status_job *job = &status->jobs[i];
        status->n_done += job->state == JOB_DONE;
        status->n_diverged += job->state == JOB_DIVERGED;
        status->n_failed += job->state == JOB_FAILED;
        status->n_lost += job->state == JOB_RUNNING && job->life != RUN_LIVES;
        status->n_waiting += job->state == JOB_PENDING || job->state == JOB_RUNNING;
    }
    for (size_t i = 0; i < status->n; i++)
        status->n_waiting -= runs(&status->jobs[i]);
    for (size_t i = 0; i < status->n_runs; i++)
        status->threads += status->runs[i].life == RUN_LIVES ? status->runs[i].threads : 0;
}

/* FLOPs that a job has left. */
static double left_of(const struct status *status, const struct status_job *job) {
    if (job->state == JOB_PENDING || (job->state == JOB_RUNNING && !runs(job)))
        return job->flops;
    if (!runs(job))
        return 0.0;
    const double share = status->running[job->running].share;
    return job->flops * (isnan(share) ? 1.0 : 1.0 - share);
}

/* The rate is that of the jobs that are done. Those that help with a job count for one thread, so
 * that the last jobs of a sweep seem quicker than they are. */
static void estimate(struct status *status) {
    double left = 0.0, longest = 0.0, flops = 0.0, seconds = 0.0;
    for (size_t i = 0; i < status->n; i++) {
        const struct status_job *job = &status->jobs[i];
        const double rest = left_of(status, job);
        left += rest;
        longest = fmax(longest, rest);
        if (job->state == JOB_DONE && isfinite(job->flops) && job->train_s > 0.0) {
            flops += job->flops;
            seconds += job->train_s;
        }
    }
    const double rate = flops / seconds; /* NaN without a job that is done */
    status->left_core_s = left > 0.0 || isnan(left) ? left / rate : 0.0;
    status->eta_s = status->n_running > 0 ? progress_time_left(rate, left, longest, status->threads)
                                          : (double)NAN;
}

int status_sum(struct status *status, struct vib_error *err) {
    unite(status);
    count(status);
    estimate(status);
    return keep_running(status, err);
}
