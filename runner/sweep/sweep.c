/* The coordinating thread's loop, its end, and the report. */
#include "core/kernel.h"
#include "runner/sweep/sweep.h"

#include "runner/base/clock.h"
#include "runner/sweep/report.h"
#include "runner/sweep/signals.h"
#include "runner/sweep/sweep_internal.h"

static const double TICK_LIVE_S = 0.2, TICK_S = 1.0;
static const double COLLECTING_S = 0.05;    /* while results wait for the next transaction */
static const double TELL_AFTER_S = 5.0;     /* of a lock: two sweeps meet often, briefly */
static const double GIVE_UP_AFTER_S = 60.0; /* of failing writes, once asked to stop */

static void show(struct sweep *s) {
    struct progress_counts counts;
    size_t n = 0;
    /* At most as many have started as there are threads; others are claimed ahead. */
    for (const struct job *job = s->flight; job != NULL && n < s->threads; job = job->after)
        if (atomic_load(&job->monitor.started))
            s->shown[n++] = (struct progress_job){job, s->points[job->point].flops};
    sweep_count(s, &counts);
    progress_show(&s->progress, &counts, s->shown, n);
}

static bool may_pass(int rc) {
    return rc == VIB_EBUSY || rc == VIB_EIO || rc == VIB_ENOMEM;
}

static void writes_succeed(struct sweep *s) {
    if (s->failure_told)
        progress_note(&s->progress, "the database takes results again");
    s->failing_since_s = 0.0;
    s->failure_told = false;
}

/* A database that is locked, or on a full disk, is waited for as long as it takes: the results of
 * hours may wait in memory, and somebody may yet make room. Only after a request to stop is there
 * an end to it. Of an error that stays there is nothing to wait for: what has not ended is in its
 * checkpoint. Returns what is to be given up for, or 0. */
static int tolerate(struct sweep *s, int rc, const struct vib_error *err) {
    const double now = clock_s();
    if (!may_pass(rc))
        return rc;
    if (s->failing_since_s == 0.0)
        s->failing_since_s = now;
    const double failing_s = now - s->failing_since_s;
    if (!s->failure_told && (rc != VIB_EBUSY || failing_s >= TELL_AFTER_S)) {
        s->failure_told = true;
        progress_note(&s->progress, "%s; results wait in memory, trying again", err->message);
    }
    return atomic_load(&s->stop) && failing_s >= GIVE_UP_AFTER_S ? rc : VIB_OK;
}

static void obey_signal(struct sweep *s) {
    if (signals_received() == 0 || atomic_load(&s->stop))
        return;
    atomic_store(&s->stop, true);
    /* However long a lock has been waited for: its end is given another while. */
    s->failing_since_s = s->failing_since_s > 0.0 ? clock_s() : 0.0;
    struct progress_counts counts;
    sweep_count(s, &counts);
    progress_note(&s->progress, "stopping: %zu running job%s will be checkpointed%s",
                  counts.running, counts.running == 1 ? "" : "s",
                  s->options->shard != NULL ? "" : "; again to end at once");
}

static bool finished(const struct sweep *s) {
    if (s->n_running > 0)
        return false;
    return atomic_load(&s->stop) || (s->n_waiting == 0 && s->n_elsewhere == 0);
}

static int loop(struct sweep *s, struct vib_error *err) {
    const double tick = s->progress.terminal || s->events.on ? TICK_LIVE_S : TICK_S;
    int rc = VIB_OK;
    while (rc == VIB_OK) {
        bool written = false;
        obey_signal(s);
        rc = sweep_turn(s, &written, err);
        if (written)
            writes_succeed(s);
        if (rc == VIB_OK)
            rc = sweep_look_elsewhere(s, err);
        rc = tolerate(s, rc, err);
        if (rc != VIB_OK || finished(s))
            break;
        s->publishing.changed = s->publishing.changed || written;
        sweep_publish_sometimes(s);
        s->n_helping = pool_balance(s->pool);
        sweep_tell_running(s);
        show(s);
        signals_wait(s->unsaved.first != NULL ? COLLECTING_S : tick);
    }
    atomic_store(&s->stop, true); /* after an error, let the workers end soon */
    progress_clear(&s->progress);
    return rc;
}

static bool is_settled(const struct sweep *s) {
    return s->n_done + s->n_diverged + s->n_failed == s->grid.n;
}

/* A signal that came when all was done has interrupted nothing. */
static bool interrupted(const struct sweep *s) {
    return signals_received() != 0 && !s->gave_up && !is_settled(s);
}

static const char *outcome(const struct sweep *s) {
    if (interrupted(s))
        return "interrupted";
    return s->n_done == s->grid.n ? "complete" : "incomplete";
}

/* Tried again for GIVE_UP_AFTER_S: every job is settled, and its user wants to see the table. */
static int end_run(struct sweep *s, struct vib_error *err) {
    for (;;) {
        int rc = store_end_run(s->store, s->run, outcome(s), err);
        if (rc == VIB_OK) {
            writes_succeed(s);
            return rc;
        }
        rc = tolerate(s, rc, err);
        if (rc != VIB_OK)
            return rc;
        signals_wait(TICK_S);
    }
}

/* The last snapshot is waited for as results are: others have no other way to them. Somebody who
 * has asked to stop gets GIVE_UP_AFTER_S more; the checkpoints then remain. */
static int publish_last(struct sweep *s, struct vib_error *err) {
    double asked_s = 0.0;
    for (;;) {
        const int rc = sweep_publish(s, err);
        if (!may_pass(rc))
            return rc;
        sweep_tell_unpublished(s, err);
        if (asked_s == 0.0 && signals_received() != 0)
            asked_s = clock_s();
        if (asked_s > 0.0 && clock_s() - asked_s >= GIVE_UP_AFTER_S)
            return rc;
        signals_wait(TICK_S);
    }
}

/* What is asked of a shard comes from a batch system, which needs to know whether work is left. */
static int exit_of_signal(const struct sweep_options *options) {
    return options->shard != NULL ? SWEEP_WORK_LEFT : 128 + signals_received();
}

/* What is left where it gave up is tried again by the same command, as is what failed. */
static int exit_of_jobs(const struct sweep *s) {
    if (s->n_failed > 0 || !is_settled(s))
        return SWEEP_SOME_FAILED;
    return s->n_diverged > 0 ? SWEEP_SOME_DIVERGED : 0;
}

static int finish(struct sweep *s, struct vib_error *err) {
    const struct report report = {s->store, &s->grid, s->ids, s->database};
    int rc = end_run(s, err);
    if (rc == VIB_OK)
        rc = publish_last(s, err);
    if (rc == VIB_OK) {
        sweep_clean(s, true);
        if (sweep_told(s) && !s->options->json)
            rc = report_print(&report, err);
    }
    if (rc != VIB_OK)
        return rc;
    if (interrupted(s)) {
        progress_note(&s->progress,
                      "interrupted: %zu of %zu jobs are done; the same command continues",
                      s->n_done + s->n_known, s->grid.n + s->n_known);
        return exit_of_signal(s->options);
    }
    return exit_of_jobs(s);
}

/* Where all has ended already there is nothing to begin. */
static void begin(struct sweep *s) {
    struct progress_counts counts;
    if (is_settled(s))
        return;
    sweep_count(s, &counts);
    progress_begin(&s->progress, &counts, s->threads, s->database);
}

static int run(struct sweep *s, struct vib_error *err) {
    struct vib_error ignored;
    sweep_tell_start(s);
    if (s->grid.n == 0)
        return VIB_OK; /* as sweep_choose_jobs has told */
    if (s->n_done < s->grid.n && vib_kernel_notice() != NULL)
        progress_note(&s->progress, "%s", vib_kernel_notice());
    begin(s);
    int rc = loop(s, err);
    if (rc == VIB_OK)
        return finish(s, err);
    (void)sweep_publish(s, &ignored); /* what there is; the first error is told */
    return rc;
}

int sweep_run(const struct sweep_options *options, struct vib_error *err) {
    struct sweep s;
    int rc = sweep_init(&s, options, err);
    if (rc == VIB_OK)
        rc = sweep_tell_end(&s, run(&s, err), err);
    if (rc == VIB_ESTOPPED) {
        progress_note(&s.progress, "%s", err->message);
        rc = exit_of_signal(options);
    }
    sweep_release(&s);
    return rc;
}
