/* Watching a sweep that runs elsewhere, from one reading of its status to the next: what has ended
 * since, and how far the rest is. On a terminal a block (runner/sweep/live.h), what has ended
 * scrolling above it; elsewhere a line for every change. Nothing is written to what is watched.
 * Thread rule: one thread. */
#ifndef RUNNER_STATUS_WATCH_H
#define RUNNER_STATUS_WATCH_H

#include "core/error.h"
#include "runner/status/status.h"
#include "runner/config/value_label.h"
#include "runner/sweep/job_set.h"
#include "runner/sweep/live.h"

#include <stdbool.h>
#include <stddef.h>

struct watch_ended; /* a job that has ended since the last reading; private */

struct watch {
    bool terminal, begun; /* begun: there was a reading before */
    struct live live;
    struct value_label label;
    struct job_set known;      /* jobs that had ended before */
    struct watch_ended *ended; /* [n_ended] owned */
    size_t n_ended, n_untold;  /* n_untold: further ones, of which there are too many to tell */
    char counts[256];          /* what was said last of all jobs */
};

/* fd: where it is shown. Errors: of live_init; watch_release is then still to be called. */
int watch_init(struct watch *watch, int fd, struct vib_error *err);
void watch_release(struct watch *watch); /* leaves the block on the screen */

/* To be called on an empty status, before anything is added to it: the watch looks at its jobs. */
void watch_follow(struct watch *watch, struct status *status);

/* Shows a status, after status_sum. Error: VIB_ENOMEM. */
int watch_show(struct watch *watch, const struct status *status, struct vib_error *err);

/* Takes the block off the screen, and waits until all is written. */
void watch_clear(struct watch *watch);

/* Whether nothing runs, nor waits for a batch system, so that there is nothing more to be seen. */
bool watch_is_over(const struct status *status);

#endif
