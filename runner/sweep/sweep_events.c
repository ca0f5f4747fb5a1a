/* What other programs are told of a sweep, with --json. */
#include "runner/sweep/sweep_internal.h"

#include <string.h>

/* How far a job is that was told to have started: its checkpoint's last evaluation is no news. */
static void tell_start(struct sweep *s, struct job *job) {
    struct epoch_result last = {.epoch = 0};
    const size_t evaluated = atomic_load(&job->monitor.evaluated);
    if (job->start_told)
        return;
    if (evaluated > 0)
        (void)job_evaluation(job, evaluated - 1, &last);
    events_job_started(&s->events, job, last.epoch);
    job->start_told = true;
    job->evaluations_told = evaluated;
}

static void tell_epochs(struct sweep *s, struct job *job) {
    struct epoch_result epoch;
    for (; job_evaluation(job, job->evaluations_told, &epoch); job->evaluations_told++)
        events_epoch(&s->events, job, &epoch);
}

static void tell_failure(struct sweep *s) {
    const struct event_stream *stream = &s->events.stream;
    if (stream->failure == 0 || s->events_failure_told)
        return;
    s->events_failure_told = true;
    progress_note(&s->progress,
                  "cannot write to standard output: %s; the sweep goes on without telling events",
                  strerror(stream->failure));
}

void sweep_tell_running(struct sweep *s) {
    if (!s->events.on)
        return;
    for (struct job *job = s->flight; job != NULL; job = job->after) {
        if (!atomic_load(&job->monitor.started))
            continue;
        tell_start(s, job);
        tell_epochs(s, job);
    }
    events_flush(&s->events);
    tell_failure(s);
}

void sweep_tell_ended(struct sweep *s, struct job *job) {
    const bool begun = !job->interrupted || atomic_load(&job->monitor.started);
    if (!s->events.on || !begun)
        return;
    tell_start(s, job);
    tell_epochs(s, job);
    if (!job->interrupted && job->recorded)
        events_job_ended(&s->events, job);
}

/* Where no job was left to be run, none was opened. */
static const char *database(const struct sweep *s) {
    return s->database != NULL ? s->database : "";
}

void sweep_tell_start(struct sweep *s) {
    struct progress_counts counts;
    sweep_count(s, &counts);
    events_start(&s->events, s->config.base.name, &counts, s->threads, database(s));
    s->start_told = s->events.on;
}

int sweep_tell_end(struct sweep *s, int rc, struct vib_error *err) {
    struct progress_counts counts;
    if (!s->start_told)
        return rc;
    sweep_count(s, &counts);
    events_end(&s->events, s->config.base.name, &counts, database(s), rc, err->message);
    if (rc < 0 || rc > SWEEP_SOME_DIVERGED || s->events.stream.failure == 0)
        return rc;
    const bool any = s->database != NULL;
    return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s%s%s",
                         strerror(s->events.stream.failure), any ? "; all results are in " : "",
                         database(s));
}
