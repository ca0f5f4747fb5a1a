/* vib-sweep watch D|DB: the running jobs of a sweep elsewhere, until it ends. */
#include "runner/base/clock.h"
#include "runner/cluster/queue_words.h"
#include "runner/command.h"
#include "runner/status/place.h"
#include "runner/status/status.h"
#include "runner/status/status_show.h"
#include "runner/status/watch.h"
#include "runner/sweep/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Of a processor, what reading may take; between two questions to the batch system. */
static const double MOST_SHARE = 0.025, QUEUE_S = 30.0;

enum { EVERY_S = 2, MAX_EVERY_S = 3600 };

struct watch_options {
    const char *place; /* a database, or a folder of them */
    size_t every_s;
};

static const struct option_row rows[] = {
    {.argument = "D|DB",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct watch_options, place),
     .help = "the database of a sweep, or the folder of one in parts"},
    {.name = "every",
     .kind = OPTION_NUMBER,
     .argument = "SECONDS",
     .min = 1,
     .max = MAX_EVERY_S,
     .offset = offsetof(struct watch_options, every_s),
     .help = "look so often (default: 2), or as often as takes a fortieth of a processor"},
};

/* What the batch system said, and when. */
struct queue_answer {
    double at_s; /* by clock_s; negative: never */
    bool in_queue;
    char words[QUEUE_WORDS_SIZE];
};

static void ask_queue(struct queue_answer *answer, struct status *status, const char *place) {
    _Static_assert(sizeof status->queue >= QUEUE_WORDS_SIZE, "room for the words");
    if (answer->at_s < 0.0 || clock_s() - answer->at_s >= QUEUE_S) {
        answer->in_queue = queue_words(answer->words, place);
        answer->at_s = clock_s();
    }
    status->in_queue = answer->in_queue;
    memcpy(status->queue, answer->words, sizeof answer->words);
}

/* One reading. Of a database that is locked just now *seen is false: it is looked at again. */
static int look(struct watch *watch, struct status *status, struct queue_answer *queue,
                const char *place, bool *seen, struct vib_error *err) {
    status_init(status);
    watch_follow(watch, status);
    int rc = place_read(status, place, err);
    *seen = rc != VIB_EBUSY || !watch->begun;
    if (!*seen)
        return VIB_OK;
    if (rc == VIB_OK) {
        ask_queue(queue, status, place);
        rc = status_sum(status, err);
    }
    return rc == VIB_OK ? watch_show(watch, status, err) : rc;
}

static double processor_s(void) {
    return (double)clock() / (double)CLOCKS_PER_SEC;
}

static void rest(double seconds) {
    const struct timespec span = {.tv_sec = (time_t)seconds,
                                  .tv_nsec = (long)(1e9 * (seconds - floor(seconds)))};
    (void)nanosleep(&span, NULL); /* cut short by a signal that is of no meaning here */
}

/* The last status, in words, below what has ended; the exit code that its sweep has. */
static int conclude(struct watch *watch, const struct status *status, struct vib_error *err) {
    watch_clear(watch);
    const int rc = status_print(stdout, status, 0, err);
    if (rc != VIB_OK || status->n_failed + status->n_diverged == 0)
        return rc;
    return status->n_failed > 0 ? SWEEP_SOME_FAILED : SWEEP_SOME_DIVERGED;
}

static int follow(struct watch *watch, const struct watch_options *options, struct vib_error *err) {
    struct queue_answer queue = {.at_s = -1.0};
    for (;;) {
        struct status status;
        const double before_s = processor_s();
        bool seen;
        int rc = look(watch, &status, &queue, options->place, &seen, err);
        const bool over = rc != VIB_OK || (seen && watch_is_over(&status));
        if (rc == VIB_OK && over)
            rc = conclude(watch, &status, err);
        status_release(&status);
        if (over)
            return rc;
        const double took_s = processor_s() - before_s;
        rest(fmax((double)options->every_s, took_s / MOST_SHARE - took_s));
    }
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct watch_options options = {.every_s = EVERY_S};
    struct watch watch;
    int rc = options_read(&command_watch.options, argc, argv, &options, err);
    if (rc != 0)
        return rc;
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "cannot set SIGPIPE: %s", strerror(errno));
    /* Asked before the database is opened, which might get the number of a closed stdout. */
    if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    rc = watch_init(&watch, STDOUT_FILENO, err);
    if (rc == VIB_OK) {
        rc = follow(&watch, &options, err);
        watch_clear(&watch);
    }
    watch_release(&watch);
    return rc;
}

const struct command command_watch = {
    .summary = "show a sweep that runs elsewhere, until it ends",
    .options = {.command = "watch",
                .help =
                    "Shows the running jobs of a sweep in another terminal, process or machine, "
                    "and tells each job as it ends; where stdout is no terminal, a line for "
                    "every change. Ends when nothing runs any more, nor waits in Slurm's queue: "
                    "with 1 if jobs failed, 2 if some diverged, else with 0; Ctrl-C ends it any "
                    "time. What is watched is only read, as by vib-sweep status.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
