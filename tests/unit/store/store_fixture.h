/* What the tests of the store share: a folder of their own, a database in it, and made-up jobs. */
#ifndef TESTS_STORE_STORE_FIXTURE_H
#define TESTS_STORE_STORE_FIXTURE_H

#include "runner/store/store.h"
#include "tests/unit/base/folder.h"

#include <sqlite3.h>

struct fixture {
    char folder[FOLDER_SIZE];
    char path[300]; /* of the database */
    struct store *store;
    int64_t run;
    struct host host;
    struct vib_dataset data; /* only what the store reads */
    struct vib_error err;
};

/* cmocka set-up and tear-down; *state is the struct fixture *. The store is open, has one run and
 * the data set, and no jobs. */
int fixture_new(void **state);
int fixture_free(void **state);

/* The `code` of a call that must have succeeded; prints the error otherwise. */
void assert_ok(int code, const struct vib_error *err);

/* Another connection to the same database, as another process would have. */
struct store *fixture_open(struct fixture *f);

int64_t fixture_begin_run(struct fixture *f, struct store *store, const struct host *host);

/* What made-up job i is: every default, but a beta of i + 1. */
void fixture_settings(size_t i, struct settings *settings);

/* Adds a job of these settings, or made-up job i; returns its id. */
int64_t fixture_add_settings(struct fixture *f, struct store *store,
                             const struct settings *settings);
int64_t fixture_add_job(struct fixture *f, struct store *store, size_t i);

/* Makes points and curves of the jobs what their rows of table setting say, after those were
 * altered by SQL. */
void fixture_regroup(struct fixture *f);

/* A result of two evaluations in `epochs`; every number is different. */
void fixture_result(struct job_result *result, struct epoch_result epochs[2]);

/* The first column of a query's only row, through a connection of its own; *text needs free. */
int64_t fixture_integer(struct fixture *f, const char *sql);
char *fixture_text(struct fixture *f, const char *sql);
void fixture_execute(struct fixture *f, const char *sql);

#endif
