/* What the user sees of a sweep under way, on stderr.
 *
 * On a terminal: a block redrawn in place (runner/sweep/live.h), everything else scrolling above
 * it. Elsewhere: a line now and then about all jobs. On both: a line at the start and one for every
 * job that ended, the same on both, each with the time of day in UTC. Quiet: notes and trouble
 * only. NO_COLOR and TERM=dumb are respected. A stderr that nobody reads is not waited for, and one
 * that cannot be written is ignored, since the sweep matters more. Thread rule: one thread. */
#ifndef RUNNER_SWEEP_PROGRESS_H
#define RUNNER_SWEEP_PROGRESS_H

#include "runner/config/config.h"
#include "runner/config/label.h"
#include "runner/sweep/job.h"
#include "runner/sweep/live.h"

#include <stdbool.h>
#include <stddef.h>

struct progress_counts {
    size_t total;           /* jobs of the grid */
    size_t done;            /* finished well, now or earlier */
    size_t failed;          /* failed or diverged, */
    size_t diverged;        /* of which these diverged */
    size_t running;         /* in this process */
    size_t helping;         /* threads that help with the running jobs */
    size_t elsewhere;       /* in other processes */
    double flops_left;      /* estimate of all jobs that nobody runs yet */
    double longest_pending; /* estimate of the largest of them */
};

struct progress_job; /* a running job and its estimate, below */

struct progress {
    const struct config *config; /* borrowed */
    struct label label;          /* how its jobs are called */
    bool quiet, terminal;
    struct live live;   /* of a terminal */
    double log_every_s; /* between lines about all jobs, where there is no terminal; 0: none */
    double logged_at_s; /* by clock_s: of the last one, or the start */
    double flops_done;  /* by jobs that ended in this process */
    double busy_s;      /* seconds of running jobs, summed over the threads that worked on them, */
    double busy_at_s;   /* until this clock_s; 0 before the first look */
    double finished_examples;
    double sampled_s, sampled_examples, examples_per_s; /* smoothed rate */
};

struct progress_job {
    const struct job *job;
    double flops; /* of the whole job */
};

/* log_every_s: above; 0 means never. Errors: of live_init; progress_release is then still to be
 * called. */
int progress_init(struct progress *progress, const struct config *config, bool quiet,
                  double log_every_s, struct vib_error *err);
void progress_release(struct progress *progress); /* harmless where all is 0 */

/* Where something else is written to the terminal, a block would be torn: lines as elsewhere. To be
 * called before anything is shown. */
void progress_without_block(struct progress *progress);

/* A line for the user; made printable (core/printable.h), as all that is shown. */
void progress_note(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The line at the start: what there is to do, on so many threads, and where it goes. */
void progress_begin(struct progress *progress, const struct progress_counts *counts,
                    size_t n_threads, const char *database);

/* To be called once for every job that ended in this process. */
void progress_finished(struct progress *progress, const struct progress_job *job,
                       const struct progress_counts *counts);

/* To be called several times a second on a terminal, elsewhere every second or so: redraws the
 * block, or writes a line when it is time. */
void progress_show(struct progress *progress, const struct progress_counts *counts,
                   const struct progress_job *running, size_t n_running);

/* Takes the block off the screen. */
void progress_clear(struct progress *progress);

/* Waits, so many seconds at most, until all that was told is written: before others write there,
 * and before the end. Returns whether it is; true where all is 0. */
bool progress_wait(struct progress *progress, unsigned seconds);

/* Seconds left by the FLOP estimates at the rate measured so far; NaN when nothing is measured or
 * nothing runs. Exposed for its test. rate: FLOP/s of one thread; flops_left, longest: what all
 * jobs together and the longest of those that are not helped still need, running ones included. */
double progress_time_left(double rate, double flops_left, double longest, size_t n_threads);

#endif
