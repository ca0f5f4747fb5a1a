/* vib-sweep status D|DB: how far a sweep is. */
#include "runner/cluster/queue_words.h"
#include "runner/command.h"
#include "runner/status/place.h"
#include "runner/status/status.h"
#include "runner/status/status_show.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct status_options {
    const char *place; /* a database, or a folder of them */
    bool json;
};

static const struct option_row rows[] = {
    {.argument = "D|DB",
     .kind = OPTION_TEXT,
     .required = true,
     .offset = offsetof(struct status_options, place),
     .help = "the database of a sweep, or the folder of one in parts"},
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct status_options, json),
     .help = "write one JSON object instead; results/README.md has its fields"},
};

/* Of the terminal; 0 where there is none. */
static size_t columns(void) {
    struct winsize size;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int run(int argc, char **argv, struct vib_error *err) {
    struct status_options options = {0};
    struct status status;
    _Static_assert(sizeof status.queue >= QUEUE_WORDS_SIZE, "room for the words");
    int rc = options_read(&command_status.options, argc, argv, &options, err);
    if (rc != 0)
        return rc;
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        return vib_error_set(err, VIB_EIO, "cannot set SIGPIPE: %s", strerror(errno));
    /* Asked before the database is opened, which might get the number of a closed stdout. */
    if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
        return vib_error_set(err, VIB_EIO, "cannot write to standard output: %s", strerror(errno));
    status_init(&status);
    rc = place_read(&status, options.place, err);
    if (rc == VIB_OK)
        status.in_queue = queue_words(status.queue, options.place);
    if (rc == VIB_OK)
        rc = status_sum(&status, err);
    if (rc == VIB_OK && options.json)
        status_print_json(stdout, &status);
    else if (rc == VIB_OK)
        rc = status_print(stdout, &status, columns(), err);
    status_release(&status);
    return rc;
}

const struct command command_status = {
    .summary = "tell how far a sweep is",
    .options = {.command = "status",
                .help = "Tells how many jobs of a sweep are done, run and wait, how far each is "
                        "that runs, and what is left. DB is its database, which a sweep may be at; "
                        "D is a folder with plan.csv, parts/*.db or *.db, whose jobs are counted "
                        "once each, with what squeue says of them where it is a folder of "
                        "vib-sweep slurm's. Nothing is written.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .run = run,
};
