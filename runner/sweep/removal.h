/* Jobs that are to be run again as if they had never run, and jobs that are to leave a database:
 * which they are is told, asked, and then done in one transaction. What living runs are at stays,
 * and a sweep may be running meanwhile.
 *
 * Checkpoints go after the transaction, and only of jobs that nobody has begun since. Files of
 * weights stay: a database that is a copy or a snapshot speaks of those of another, and a job that
 * runs again replaces its own. Thread rule: one thread, which has the terminal. */
#ifndef RUNNER_SWEEP_REMOVAL_H
#define RUNNER_SWEEP_REMOVAL_H

#include "core/error.h"
#include "runner/base/options.h"

#include <stdbool.h>

enum removal_kind { REMOVAL_RERUN, REMOVAL_FORGET };

struct removal_options {
    const char *database;
    const char *checkpoints; /* a folder; NULL: <database>.checkpoints */
    struct option_list only; /* "KEY=VALUE" */
    struct option_list jobs; /* ids */
    bool failed;             /* failed jobs alone */
    bool yes;                /* do not ask */
};

/* Tells on stdout, and asks on the terminal. Returns 0 also where nobody agreed or no job is meant.
 * Errors: VIB_EUSAGE where the options name no jobs, or there is nobody to ask; VIB_EBUSY when a
 * living run is at one, or they have changed while it was asked; VIB_EDATA without a database;
 * those of store_open; VIB_EIO for a checkpoint that cannot be deleted, when the
 * database has changed already and the others are deleted. */
int removal_run(enum removal_kind kind, const struct removal_options *options,
                struct vib_error *err);

#endif
