/* A sweep, or a part of one, from configuration to report: the thread that owns database and
 * terminal. */
#ifndef RUNNER_SWEEP_SWEEP_H
#define RUNNER_SWEEP_SWEEP_H

#include "core/error.h"
#include "runner/base/options.h"

#include <stdbool.h>
#include <stddef.h>

struct store;

struct sweep_options {
    const char *config;      /* path of the YAML file */
    struct option_list sets; /* "KEY=VALUE" */
    const char *database;    /* NULL: results/<name>.db */
    const char *checkpoints; /* a folder; NULL: <database>.checkpoints */
    size_t threads;
    const char *shard;        /* "I/N" or "I"; NULL: the whole grid */
    const char *plan;         /* path of the plan that lists shard I's jobs; NULL: none */
    struct option_list known; /* paths of databases: jobs settled in them are left out */
    const char *publish;      /* path for snapshots of the database; NULL: none */
    bool retry, quiet;
    bool json;           /* events as JSON on stdout, no table; closed, it must have been refused */
    size_t log_every_s;  /* seconds between lines of a log about all jobs; 0: none */
    bool fail_fast;      /* as max_failures of 1 */
    size_t max_failures; /* jobs of this run that fail or diverge before it ends; 0: any number */
};

/* Exit codes. */
enum {
    SWEEP_SOME_FAILED = 1,   /* to run it again may do better */
    SWEEP_SOME_DIVERGED = 2, /* all others are done: to run it again changes nothing */
    SWEEP_WORK_LEFT = 3      /* with a shard: it was asked to stop before its end */
};

enum {
    SWEEP_MOST_FAILURES =
        5 /* in a row, after which a shard takes it that the machine is at fault */
};

/* Runs what is missing and prints the table of results. Returns 0 when every job of the grid, or of
 * the shard, is done, SWEEP_SOME_FAILED or SWEEP_SOME_DIVERGED, 128 + signal when ended by one
 * (with a shard SWEEP_WORK_LEFT), or a vib_status. Nothing is created before configuration and data
 * are known to be good, and nothing at all where no job is left to be run. */
int sweep_run(const struct sweep_options *options, struct vib_error *err);

/* Adds the whole grid to a store within the caller's transaction, in its order and as sweep_run
 * would, but runs nothing. Of the options only config and sets count, and quiet. Errors: of
 * sweep_run, but for what its database is about. */
int sweep_register(struct store *store, const struct sweep_options *options, struct vib_error *err);

#endif
