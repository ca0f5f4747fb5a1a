#include "runner/status/watch.h"

#include "core/printable.h"
#include "runner/base/clock.h"
#include "runner/store/store_ended.h"
#include "runner/sweep/ending.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ENDED = 200 /* jobs that are told of one reading */ };

struct watch_ended {
    char identity[IDENTITY_SIZE];
    struct ended_status status;
};

int watch_init(struct watch *watch, int fd, struct vib_error *err) {
    memset(watch, 0, sizeof *watch);
    watch->terminal = live_possible(fd);
    value_label_init(&watch->label);
    return live_init(&watch->live, fd, err);
}

static void forget_ended(struct watch *watch) {
    for (size_t i = 0; i < watch->n_ended; i++)
        ended_status_release(&watch->ended[i].status);
    free(watch->ended);
    watch->ended = NULL;
    watch->n_ended = watch->n_untold = 0;
}

void watch_release(struct watch *watch) {
    forget_ended(watch);
    job_set_release(&watch->known);
    value_label_release(&watch->label);
    live_release(&watch->live);
}

void watch_clear(struct watch *watch) {
    live_clear(&watch->live);
    (void)live_wait(&watch->live, WRITER_FOREVER);
}

/* --- what has ended --- */

static bool has_ended(enum job_state state) {
    return state == JOB_DONE || state == JOB_DIVERGED || state == JOB_FAILED;
}

/* A job may stand in several databases. */
static bool is_found(const struct watch *watch, const struct job_status *job) {
    for (size_t i = 0; i < watch->n_ended; i++)
        if (watch->ended[i].status.state == job->state &&
            strcmp(watch->ended[i].identity, job->identity) == 0)
            return true;
    return false;
}

static int add_ended(struct watch *watch, struct store *store, const char *identity,
                     struct vib_error *err) {
    struct watch_ended *more = realloc(watch->ended, (watch->n_ended + 1) * sizeof *more);
    if (more == NULL)
        return vib_error_set(err, VIB_ENOMEM, "watch: out of memory");
    watch->ended = more;
    struct watch_ended *ended = &more[watch->n_ended];
    memcpy(ended->identity, identity, sizeof ended->identity);
    const int rc = store_read_ended(store, identity, &ended->status, err);
    if (rc == VIB_OK && has_ended(ended->status.state))
        watch->n_ended++;
    else
        ended_status_release(&ended->status);
    return rc;
}

static int on_job(void *context, struct store *store, const struct job_status *job,
                  struct vib_error *err) {
    struct watch *watch = context;
    if (!watch->begun || !has_ended(job->state) || job_set_has(&watch->known, job->identity) ||
        is_found(watch, job))
        return VIB_OK;
    if (watch->n_ended < MOST_ENDED)
        return add_ended(watch, store, job->identity, err);
    watch->n_untold++;
    return VIB_OK;
}

void watch_follow(struct watch *watch, struct status *status) {
    forget_ended(watch); /* of a reading that failed */
    status->seen = on_job;
    status->seen_context = watch;
}

static int compare_identity(const void *identity, const void *job) {
    return strcmp(identity, ((const struct status_job *)job)->identity);
}

/* Drops what is not the best that any database has of a job: one that failed there may run again,
 * or be done, elsewhere. */
static void keep_best(struct watch *watch, const struct status *status) {
    size_t n = 0;
    for (size_t i = 0; i < watch->n_ended; i++) {
        struct watch_ended *ended = &watch->ended[i];
        const struct status_job *job = bsearch(ended->identity, status->jobs, status->n,
                                               sizeof *status->jobs, compare_identity);
        if (job != NULL && job->state == ended->status.state)
            watch->ended[n++] = *ended;
        else
            ended_status_release(&ended->status);
    }
    watch->n_ended = n;
}

/* The jobs of a database that cannot be read just now are no news when it can. */
static int remember_ended(struct watch *watch, const struct status *status, struct vib_error *err) {
    struct job_set before = watch->known;
    int rc = VIB_OK;
    watch->known = (struct job_set){0};
    if (status->n_unreadable == 0)
        job_set_release(&before);
    for (size_t i = 0; i < status->n && rc == VIB_OK; i++)
        if (has_ended(status->jobs[i].state) && !job_set_has(&before, status->jobs[i].identity))
            rc = job_set_add(&watch->known, status->jobs[i].identity, err);
    for (size_t i = 0; i < before.n && rc == VIB_OK; i++)
        rc = job_set_add(&watch->known, before.identities[i], err);
    job_set_release(&before);
    job_set_sort(&watch->known);
    watch->begun = true;
    return rc;
}

static void tell_ended(struct watch *watch, const struct watch_ended *job, size_t place,
                       size_t total) {
    const struct ended_status *status = &job->status;
    const double none = (double)NAN;
    char label[LIVE_LABEL], text[ENDING_SIZE], line[ENDING_SIZE];
    struct ending ending = {status->state, VIB_TEST,          none,           none,
                            none,          status->elapsed_s, status->message};
    if (status->splits != 0) {
        ending.split = job_split_shown(status->splits);
        ending.error_mc = status->split[ending.split].error_mc;
        ending.izx_upper = status->split[ending.split].izx_upper;
        ending.izy_lower = status->split[ending.split].izy_lower;
    }
    value_label_name(&watch->label, status->values, label, sizeof label);
    ending_text(&ending, text);
    ending_line(place, total, label, text, line);
    live_print(&watch->live, line);
}

static void tell_all_ended(struct watch *watch, const struct status *status) {
    const size_t ended = status->n_done + status->n_diverged + status->n_failed;
    const size_t told = watch->n_ended + watch->n_untold;
    const size_t before = ended > told ? ended - told : 0;
    char line[64];
    for (size_t i = 0; i < watch->n_ended; i++)
        tell_ended(watch, &watch->ended[i], before + i + 1, status->n);
    if (watch->n_untold == 0)
        return;
    (void)snprintf(line, sizeof line, "... and %zu more ended", watch->n_untold);
    live_print(&watch->live, line);
}

/* --- what runs --- */

struct shown {
    const struct watch *watch;
    const struct status *status;
};

/* Of a job in its run, whose name is random. */
static uint64_t job_id(const void *context, size_t i) {
    const struct running_status *running = &((const struct shown *)context)->status->running[i];
    uint64_t id = (uint64_t)running->job;
    for (const char *c = running->run.uid; *c != '\0'; c++)
        id = (id ^ (unsigned char)*c) * 1099511628211u; /* FNV-1a */
    return id != 0 ? id : 1;
}

static void job_row(const void *context, size_t i, struct live_row *row) {
    const struct shown *shown = context;
    const struct running_status *running = &shown->status->running[i];
    *row = (struct live_row){.epoch = running->epoch,
                             .epochs = running->epochs,
                             .step = running->step,
                             .steps = running->steps,
                             .share = running->share,
                             .objective = running->objective,
                             .host = running->run.host,
                             .age_s = running->run.age_s};
    value_label_name(&shown->watch->label, running->values, row->label, sizeof row->label);
    vib_make_printable(row->label);
}

static void draw(struct watch *watch, const struct status *status) {
    const struct shown context = {watch, status};
    char name[sizeof status->name];
    double share = (double)(status->n_done + status->n_diverged + status->n_failed);
    for (size_t i = 0; i < status->n_running; i++)
        share += isnan(status->running[i].share) ? 0.0 : status->running[i].share;
    memcpy(name, status->name, sizeof name);
    vib_make_printable(name);
    const struct live_view view = {.name = name,
                                   .total = status->n,
                                   .done = status->n_done,
                                   .failed = status->n_failed + status->n_diverged,
                                   .running = status->n_running,
                                   .waiting = status->n_waiting,
                                   .share = status->n > 0 ? share / (double)status->n : 0.0,
                                   .eta_s = status->eta_s,
                                   .examples_per_s = (double)NAN,
                                   .queue = status->queue,
                                   .n_rows = status->n_running,
                                   .id = job_id,
                                   .row = job_row,
                                   .context = &context};
    live_draw(&watch->live, &view);
}

/* The line about all jobs, when it is another than the last one but for the time that is left. */
static void log_counts(struct watch *watch, const struct status *status) {
    char counts[sizeof watch->counts], now[CLOCK_UTC_SIZE], left[32] = "--",
                                                            line[3 * sizeof counts];
    (void)snprintf(counts, sizeof counts, "%zu/%zu done, %zu failed, %zu running, %zu waiting",
                   status->n_done, status->n, status->n_failed + status->n_diverged,
                   status->n_running, status->n_waiting);
    if (strcmp(counts, watch->counts) == 0)
        return;
    memcpy(watch->counts, counts, sizeof counts);
    clock_utc_second(now);
    if (isfinite(status->eta_s))
        label_duration(status->eta_s, left, sizeof left);
    (void)snprintf(line, sizeof line, "%s %s, ETA %s%s%s", now, counts, left,
                   status->queue[0] != '\0' ? "; queue: " : "", status->queue);
    vib_make_printable(line);
    live_print(&watch->live, line);
}

static int learn(struct watch *watch, const struct status *status, struct vib_error *err) {
    int rc = VIB_OK;
    for (size_t i = 0; i < status->n_running && rc == VIB_OK; i++)
        rc = value_label_learn(&watch->label, status->running[i].values,
                               status->running[i].values_size, err);
    for (size_t i = 0; i < watch->n_ended && rc == VIB_OK; i++)
        rc = value_label_learn(&watch->label, watch->ended[i].status.values,
                               watch->ended[i].status.values_size, err);
    return rc;
}

int watch_show(struct watch *watch, const struct status *status, struct vib_error *err) {
    int rc = learn(watch, status, err);
    if (rc != VIB_OK)
        return rc;
    keep_best(watch, status);
    tell_all_ended(watch, status);
    if (watch->terminal)
        draw(watch, status);
    else
        log_counts(watch, status);
    forget_ended(watch);
    return remember_ended(watch, status, err);
}

bool watch_is_over(const struct status *status) {
    for (size_t i = 0; i < status->n_runs; i++)
        if (status->runs[i].life == RUN_LIVES)
            return false;
    return status->n_running == 0 && !status->in_queue;
}
