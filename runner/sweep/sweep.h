/* A sweep from configuration to report: the thread that owns database and terminal. */
#ifndef RUNNER_SWEEP_SWEEP_H
#define RUNNER_SWEEP_SWEEP_H

#include "core/error.h"
#include "runner/base/options.h"

#include <stdbool.h>
#include <stddef.h>

struct sweep_options {
    const char *config;      /* path of the YAML file */
    struct option_list sets; /* "KEY=VALUE" */
    const char *database;    /* NULL: results/<name>.db */
    const char *checkpoints; /* a folder; NULL: <database>.checkpoints */
    size_t threads;
    bool retry, quiet;
};

/* Runs what is missing and prints the table of results. Returns 0 when every job of the grid is
 * done, 1 when some failed or diverged, 128 + signal when ended by one, or a vib_status. Nothing is
 * created before configuration and data are known to be good. */
int sweep_run(const struct sweep_options *options, struct vib_error *err);

#endif
