/* What happens in a sweep, for programs: JSON, one object a line; results/README.md has the fields.
 *
 * Every line is out when the call returns, or as soon as its reader takes it (event_stream.h).
 * Without memory for a line it counts as not written. Thread rule: one thread. */
#ifndef RUNNER_SWEEP_EVENTS_H
#define RUNNER_SWEEP_EVENTS_H

#include "runner/store/result.h"
#include "runner/sweep/event_stream.h"
#include "runner/sweep/job.h"
#include "runner/sweep/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct events {
    bool on;
    struct event_stream stream;
};

/* on: false makes nothing of all that follows. Errors: of event_stream_init; events_release is then
 * still to be called. */
int events_init(struct events *events, bool on, int fd, struct vib_error *err);
void events_release(struct events *events); /* harmless where all is 0 */

void events_start(struct events *events, const char *name, const struct progress_counts *counts,
                  size_t n_threads, const char *database);
void events_job_started(struct events *events, const struct job *job, size_t epoch);
void events_epoch(struct events *events, const struct job *job, const struct epoch_result *epoch);

/* Of a job that has ended and is recorded: "job_finished" of one that is done, else "job_failed".
 */
void events_job_ended(struct events *events, const struct job *job);

/* The last line. exit_code negative: an error ended the sweep, which its sentence tells. */
void events_end(struct events *events, const char *name, const struct progress_counts *counts,
                const char *database, int exit_code, const char *error);

/* Gives the reader what it has not taken yet. */
void events_flush(struct events *events);

#endif
