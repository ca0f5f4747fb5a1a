/* What the coordinating thread writes to and reads from the database, one transaction at a time. */
#include "runner/sweep/sweep_internal.h"

#include "runner/sweep/checkpoint.h"
#include "runner/base/clock.h"
#include "runner/config/identity.h"
#include "runner/sweep/weights_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD_MAX = 4096 };
static const double AHEAD_S = 0.25;  /* of work claimed ahead */
static const double FORGET = 0.9;    /* of the longest recent job, with each job */
static const double COLLECT_S = 0.1; /* a result waits for company at most */
static const double OTHERS_S = 1.0;  /* between looks at jobs that other processes run */

static void enter_flight(struct sweep *s, struct job *job) {
    job->before = NULL;
    job->after = s->flight;
    if (s->flight != NULL)
        s->flight->before = job;
    s->flight = job;
    s->n_flight++;
}

static void leave_flight(struct sweep *s, struct job *job) {
    if (job->before != NULL)
        job->before->after = job->after;
    else
        s->flight = job->after;
    if (job->after != NULL)
        job->after->before = job->before;
    s->n_flight--;
}

static void collect_ended(struct sweep *s) {
    struct job *job;
    while ((job = (struct job *)pool_finished(s->pool)) != NULL) {
        leave_flight(s, job);
        fifo_push(&s->unsaved, &job->item);
        s->job_s = fmax(job->elapsed_s, FORGET * s->job_s);
    }
}

static int save_ended(struct sweep *s, struct vib_error *err) {
    int rc = VIB_OK;
    for (struct fifo_item *item = s->unsaved.first; item != NULL && rc == VIB_OK;
         item = item->next) {
        struct job *job = (struct job *)item;
        if (job->interrupted)
            rc = store_release(s->store, job->id, s->run, atomic_load(&job->monitor.started), err);
        else
            rc = store_finish(s->store, job->id, s->run, job->data, &job->result, &job->recorded,
                              err);
    }
    return rc;
}

/* A job with the paths of its files. */
static struct job *new_job(const struct sweep *s, const char *identity, bool save_weights,
                           struct vib_error *err) {
    char *path = checkpoint_path(s->checkpoints, identity);
    struct job *job = path == NULL ? NULL : job_new(path);
    free(path);
    if (job != NULL && save_weights)
        job->weights_path = weights_path(s->weights_place, identity);
    if (job != NULL && (job->weights_path != NULL || !save_weights))
        return job;
    job_free(job);
    vib_error_set(err, VIB_ENOMEM, "out of memory for a job");
    return NULL;
}

static struct job *make_job(struct sweep *s, size_t i, struct vib_error *err) {
    struct settings settings;
    char identity[65];
    sweep_settings(s, i, &settings);
    if (job_identity(&settings, s->points[i].data->digest, identity, err) != VIB_OK)
        return NULL;
    struct job *job = new_job(s, identity, settings.save_weights, err);
    if (job == NULL)
        return NULL;
    job->point = i;
    job->id = s->points[i].id;
    memcpy(job->identity, identity, sizeof identity);
    job->settings = settings;
    job->data = s->points[i].data;
    job->stop = &s->stop;
    return job;
}

/* The longest waiting job that no other process has got meanwhile. *found is false when there is
 * none. */
static int claim_one(struct sweep *s, bool *found, struct vib_error *err) {
    *found = false;
    for (; s->next < s->grid.n && !*found; s->next++) {
        size_t i = s->order[s->next];
        if (s->points[i].state != POINT_WAITING)
            continue;
        int rc = store_claim(s->store, s->points[i].id, s->run, found, err);
        if (rc != VIB_OK)
            return rc;
        if (!*found) {
            sweep_move(s, i, POINT_ELSEWHERE);
            continue;
        }
        struct job *job = make_job(s, i, err);
        if (job == NULL)
            return err->code;
        fifo_push(&s->claimed, &job->item);
    }
    return VIB_OK;
}

static int claim_jobs(struct sweep *s, struct vib_error *err) {
    bool found = true;
    int rc = VIB_OK;
    for (size_t n = s->n_flight; n < s->threads + s->ahead && found && rc == VIB_OK; n++)
        rc = claim_one(s, &found, err);
    return rc;
}

/* Jobs that are under way are checkpointed, not ended: hours of them may be left. */
static void give_up(struct sweep *s) {
    s->gave_up = true;
    atomic_store(&s->stop, true);
}

/* Of a shard: a machine that fails job after job would fail all that others could do. */
static bool shard_fails(const struct sweep *s) {
    return s->options->shard != NULL && s->n_failing >= SWEEP_MOST_FAILURES;
}

/* As --fail-fast and --max-failures ask for. */
static bool fails_too_often(const struct sweep *s) {
    const size_t most = s->options->fail_fast ? 1 : s->options->max_failures;
    return most > 0 && s->n_trouble >= most && s->n_waiting + s->n_running > 0;
}

static void count_failure(struct sweep *s, const struct job *job) {
    if (job->interrupted || !job->recorded)
        return;
    s->n_failing = job->result.state == JOB_FAILED ? s->n_failing + 1 : 0;
    s->n_trouble += job->result.state != JOB_DONE;
    if (s->gave_up)
        return;
    if (shard_fails(s)) {
        progress_note(&s->progress,
                      "giving up: %zu jobs in a row failed here, the last one because: %s",
                      s->n_failing, job->result.message);
        give_up(s);
    } else if (fails_too_often(s)) {
        progress_note(&s->progress,
                      "giving up, as asked: %zu job%s failed or diverged; what runs is "
                      "checkpointed, and the same command continues",
                      s->n_trouble, s->n_trouble == 1 ? "" : "s");
        give_up(s);
    }
}

/* After the commit: an ended job is accounted for, told, forgotten, and its checkpoint removed. */
static void settle_job(struct sweep *s, struct job *job) {
    struct progress_counts counts;
    if (job->interrupted)
        sweep_move(s, job->point, POINT_WAITING);
    else if (!job->recorded)
        sweep_move(s, job->point, POINT_ELSEWHERE);
    else
        sweep_move(s, job->point, sweep_point_state(job->result.state));
    /* A failed job's stays, for --retry. */
    if (job->has_checkpoint && !job->interrupted && job->recorded &&
        job->result.state != JOB_FAILED)
        sweep_drop_checkpoint(s, job);
    count_failure(s, job);
    sweep_count(s, &counts);
    struct progress_job told = {job, s->points[job->point].flops};
    progress_finished(&s->progress, &told, &counts);
    sweep_tell_ended(s, job);
    if (job->holds_data)
        data_cache_let_go(s->cache, job->data);
    job_free(job);
}

static void settle(struct sweep *s) {
    struct job *job;
    while ((job = (struct job *)fifo_pop(&s->unsaved)) != NULL)
        settle_job(s, job);
    while ((job = (struct job *)fifo_pop(&s->claimed)) != NULL) {
        enter_flight(s, job);
        sweep_move(s, job->point, POINT_RUNNING);
        pool_submit(s->pool, &job->item);
    }
}

/* Undoes claims whose transaction failed. */
static void unclaim(struct sweep *s, size_t next) {
    struct job *job;
    while ((job = (struct job *)fifo_pop(&s->claimed)) != NULL)
        job_free(job);
    s->next = next;
}

static bool heartbeat_due(const struct sweep *s) {
    return clock_s() - s->heartbeat_at_s >= STORE_HEARTBEAT_S;
}

/* Jobs are claimed ahead of the threads, as many as surely end in AHEAD_S, so that threads do not
 * wait for a transaction (it waits for the disk) when jobs are short. Jobs that take seconds are
 * claimed one by one and so shared fairly with other processes. */
static size_t jobs_ahead(const struct sweep *s) {
    double ahead = (double)s->threads * AHEAD_S / s->job_s;
    return ahead < AHEAD_MAX ? (size_t)ahead : AHEAD_MAX;
}

static bool can_claim(const struct sweep *s) {
    return !atomic_load(&s->stop) && s->n_waiting > 0 && s->n_flight < s->threads + s->ahead;
}

/* While threads have enough to go on with, what ended is collected for one larger transaction. */
static bool turn_due(const struct sweep *s, bool heartbeat) {
    if (s->unsaved.first == NULL && !can_claim(s))
        return heartbeat;
    bool supplied = s->n_flight > s->threads + s->ahead / 2;
    return heartbeat || !supplied || clock_s() - s->turn_at_s >= COLLECT_S;
}

/* A sign of life, and how far the jobs are that a thread is at; others are claimed ahead. */
static int give_sign(struct sweep *s, struct vib_error *err) {
    int rc = store_heartbeat(s->store, s->run, err);
    for (const struct job *job = s->flight; job != NULL && rc == VIB_OK; job = job->after) {
        const struct job_monitor *monitor = &job->monitor;
        if (!atomic_load(&monitor->started))
            continue;
        const struct job_progress progress = {.epoch = atomic_load(&monitor->epoch),
                                              .step = atomic_load(&monitor->step),
                                              .steps_per_epoch =
                                                  atomic_load(&monitor->steps_per_epoch),
                                              .share = atomic_load(&monitor->done),
                                              .objective = atomic_load(&monitor->objective)};
        rc = store_set_progress(s->store, job->id, s->run, &progress, err);
    }
    return rc;
}

int sweep_turn(struct sweep *s, bool *written, struct vib_error *err) {
    const size_t next = s->next;
    const bool heartbeat = heartbeat_due(s);
    *written = false;
    collect_ended(s);
    if (!turn_due(s, heartbeat))
        return VIB_OK;
    s->ahead = jobs_ahead(s);
    s->turn_at_s = clock_s();
    int rc = store_begin(s->store, err);
    if (rc != VIB_OK)
        return rc;
    rc = save_ended(s, err);
    if (rc == VIB_OK && !atomic_load(&s->stop))
        rc = claim_jobs(s, err);
    if (rc == VIB_OK && heartbeat)
        rc = give_sign(s, err);
    if (rc == VIB_OK)
        rc = store_commit(s->store, err);
    if (rc != VIB_OK) {
        store_rollback(s->store);
        unclaim(s, next);
        return rc;
    }
    *written = heartbeat || s->unsaved.first != NULL || s->claimed.first != NULL;
    s->heartbeat_at_s = heartbeat ? clock_s() : s->heartbeat_at_s;
    settle(s);
    return VIB_OK;
}

static int refresh(struct sweep *s, struct vib_error *err) {
    for (size_t i = 0; i < s->grid.n && s->n_elsewhere > 0; i++) {
        enum job_state state = JOB_FAILED;
        bool found;
        if (s->points[i].state != POINT_ELSEWHERE)
            continue;
        int rc = store_job_state(s->store, s->points[i].id, &state, &found, err);
        if (rc != VIB_OK)
            return rc;
        if (!found)
            progress_note(&s->progress, "job %lld was deleted from %s and counts as failed",
                          (long long)s->points[i].id, s->database);
        sweep_move(s, i, sweep_point_state(state));
        if (s->points[i].state == POINT_WAITING)
            s->next = 0;
    }
    return VIB_OK;
}

static void tell_silence(struct sweep *s, const struct store_silence *silence) {
    if (s->n_elsewhere == 0 || silence->run == s->silence_told)
        return;
    s->silence_told = silence->run;
    if (silence->run == 0)
        return;
    char since[64] = "whose last sign of life is of a time to come";
    if (!silence->ahead)
        (void)snprintf(since, sizeof since, "silent for %.0f s", silence->silent_s);
    progress_note(&s->progress,
                  "waiting for run %lld (process %lld on %s), %s: its %zu job%s will be taken back "
                  "in %.0f s unless it shows",
                  (long long)silence->run, (long long)silence->pid, silence->host, since,
                  silence->n_jobs, silence->n_jobs == 1 ? "" : "s", silence->left_s);
}

void sweep_tell_runs(struct sweep *s, size_t n_taken, const struct store_silence *silence) {
    if (n_taken > 0)
        progress_note(&s->progress, "took back %zu job%s of a process that died", n_taken,
                      n_taken == 1 ? "" : "s");
    tell_silence(s, silence);
}

int sweep_look_elsewhere(struct sweep *s, struct vib_error *err) {
    struct store_silence silence;
    size_t n_taken = 0;
    if (s->n_elsewhere == 0 || clock_s() - s->others_at_s < OTHERS_S)
        return VIB_OK;
    int rc = store_take_back(s->store, &s->host, &n_taken, &silence, err);
    if (rc == VIB_OK)
        sweep_tell_runs(s, n_taken, &silence);
    if (rc == VIB_OK)
        rc = refresh(s, err);
    if (rc == VIB_OK)
        s->others_at_s = clock_s();
    return rc;
}
