/* The sweep's SQLite database: what is known of every job, shared by processes, safe to kill.
 *
 * Schema: runner/store/schema.sql (commented; units are bits and seconds). WAL, or a rollback
 * journal on a file system that hosts share; busy_timeout, STRICT. Thread rule: a store belongs to
 * the thread that opened it. Order of use: store_open; store_begin_run; store_add_dataset and
 * store_add_job for the whole grid within store_begin/store_commit; then store_claim / store_finish
 * / store_release as jobs come and go, store_heartbeat every few seconds; store_end_run;
 * store_close.
 *
 * Every function but open and close may be called between store_begin and store_commit, which make
 * one transaction of them (BEGIN IMMEDIATE); outside, each is a transaction of its own.
 * Errors, unless said otherwise. Those that may pass, after which nothing was changed and the same
 * call may succeed: VIB_EBUSY when another program holds the write lock longer than STORE_BUSY_MS;
 * VIB_EIO when the disk is full or fails, permission or descriptors are lacking, or a trigger of
 * somebody's refuses; VIB_ENOMEM. One that stays: VIB_EDATABASE, for a damaged file, a constraint
 * that is violated, or tables that somebody altered. All but VIB_ENOMEM tell SQLite's words and the
 * path. */
#ifndef RUNNER_STORE_STORE_H
#define RUNNER_STORE_STORE_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/base/host.h"
#include "runner/config/identity.h"
#include "runner/config/keys.h"
#include "runner/store/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_BUSY_MS = 5000, STORE_HEARTBEAT_S = 5, STORE_DEAD_AFTER_S = 120 };

struct store;

/* Opens, creating it (with its schema) where it does not exist; views that are not this program's
 * word for word are made anew. The folder must exist. What is created is deleted again on failure.
 * Errors: VIB_ECREATE (cannot be created, or no name of a file: the message says which), VIB_EIO
 * (not a database, not a vib-sweep database by its application_id, of a version that cannot be
 * used, or with a table named like a view: likewise), VIB_EBUSY. */
int store_open(struct store **store, const char *path, struct vib_error *err);

/* Opens an existing database for reading only (for export).
 * Errors: VIB_EDATA when it does not exist or is no vib-sweep database; VIB_EIO. */
int store_open_reader(struct store **store, const char *path, struct vib_error *err);

/* Has a reader read a copy in memory from now on, where its file is on a file system that hosts
 * share: there a writer waits for readers, but so for no longer than copying takes. Elsewhere it
 * does nothing. Errors: VIB_EBUSY, VIB_EIO, VIB_ENOMEM; the store is then to be closed. */
int store_copy_shared(struct store *store, struct vib_error *err);

/* Opens for reading only a file that is never written where it is, only replaced as a whole, as
 * snapshots are (store_snapshot.h): without locks, and what is replaced meanwhile stays readable.
 * It has no views. Errors: as of store_open_reader. */
int store_open_snapshot(struct store **store, const char *path, struct vib_error *err);

void store_close(struct store *store); /* NULL is harmless */

/* Closes what store_open opened, and deletes the file if this created it, no run began in it, and
 * no other process has it open. NULL is harmless. */
void store_discard(struct store *store);

/* How long to wait for another program's lock before VIB_EBUSY, instead of STORE_BUSY_MS. */
int store_set_busy_ms(struct store *store, int busy_ms, struct vib_error *err);

int store_begin(struct store *store, struct vib_error *err);
int store_commit(struct store *store, struct vib_error *err);
void store_rollback(struct store *store); /* harmless outside a transaction */

/* One invocation of the program. All strings are borrowed for the call. */
struct run_info {
    const char *sweep;       /* name */
    const char *config_path; /* as given */
    const char *config_text; /* whole text and overrides */
    const char *version;     /* of the program */
    const char *build;       /* compiler, flags, matrix backend */
    const char *libraries;   /* names and versions at run time */
    const struct host *host;
    size_t threads;
};

int store_begin_run(struct store *store, const struct run_info *info, int64_t *run,
                    struct vib_error *err);
/* These two also tell when the database's file was deleted or replaced under the open store, which
 * writes on into a file without a name: VIB_EDATA. outcome: "complete", "incomplete" or
 * "interrupted". */
int store_heartbeat(struct store *store, int64_t run, struct vib_error *err);
int store_end_run(struct store *store, int64_t run, const char *outcome, struct vib_error *err);

/* Records a data set, with its splits and what its classes stand for, and of a view that which it
 * is a view of; one that is there already is left alone. */
int store_add_dataset(struct store *store, const struct vib_dataset *data, struct vib_error *err);

/* Records what standardizes inputs, x -> (x - mean) / deviation, both [dim]: one that is there
 * already is left alone. digest: 64 characters, SHA-256 of mean, then deviation, as little-endian
 * float32. */
int store_add_input_scale(struct store *store, const char *digest, const float *mean,
                          const float *deviation, size_t dim, struct vib_error *err);

/* What the data set of that digest is called, cut to size; "" when it is not there. */
int store_dataset_name(struct store *store, const char *digest, char *name, size_t size,
                       struct vib_error *err);

/* Calls the data set of that digest otherwise, also in the settings of its jobs. */
int store_rename_dataset(struct store *store, const char *digest, const char *name,
                         struct vib_error *err);

/* Adds a pending job unless its identity is there; gives its row's id and state either way. The
 * ids of new jobs ascend in the order of the calls. The data set must have been added, and so must
 * input_scale, the digest of what standardizes its inputs; NULL: nothing does. */
int store_add_job(struct store *store, const struct job_identities *identities,
                  const struct settings *settings, const struct vib_dataset *data,
                  const char *input_scale, int64_t *job, enum job_state *state,
                  struct vib_error *err);

/* What a job is to keep of itself. */
struct store_kept {
    size_t codes;
    bool weights, predictions;
};

/* Whether a job lacks what is wanted of it and only its training makes: so many codes, weights. */
int store_lacks(struct store *store, int64_t job, const struct store_kept *kept, bool *lacks,
                struct vib_error *err);

/* Makes a failed job pending again; any other is left alone. What it recorded stays until its next
 * end. */
int store_retry(struct store *store, int64_t job, struct vib_error *err);

/* *found is false when there is no such job, as when somebody deleted it. */
int store_job_state(struct store *store, int64_t job, enum job_state *state, bool *found,
                    struct vib_error *err);

/* The same by the job's identity. */
int store_identity_state(struct store *store, const char *identity, enum job_state *state,
                         bool *found, struct vib_error *err);

/* Takes a pending job for this run: *claimed tells whether it was still pending. Counts an
 * attempt and stamps its start. */
int store_claim(struct store *store, int64_t job, int64_t run, bool *claimed,
                struct vib_error *err);

/* Records how far a job is that this run has claimed; of any other nothing. The row is the job's
 * until it is finished, released or taken back. To be called with the run's heartbeats. */
int store_set_progress(struct store *store, int64_t job, int64_t run,
                       const struct job_progress *progress, struct vib_error *err);

/* Gives a claimed job back unfinished (interrupted); what it has done is in its checkpoint. One
 * that was not begun was no attempt. */
int store_release(struct store *store, int64_t job, int64_t run, bool begun, struct vib_error *err);

/* A run with running jobs whose process cannot be looked at from here and that has missed several
 * signs of life. */
struct store_silence {
    int64_t run; /* 0: there is none */
    int64_t pid;
    char host[256];
    size_t n_jobs;           /* that it runs */
    double silent_s, left_s; /* seconds since its last sign, and until it counts as dead */
    bool ahead;              /* that sign is of a time to come: a clock was set back since */
};

/* Makes pending every running job whose run is dead: a process of this machine that is gone, or one
 * that cannot be looked at, without a heartbeat for STORE_DEAD_AFTER_S, as this store has watched
 * it or, in another name space of this machine, by the clock. Clocks of two hosts are never
 * compared. *n counts the jobs; *silence is the run that is next to count as dead. */
int store_take_back(struct store *store, const struct host *self, size_t *n,
                    struct store_silence *silence, struct vib_error *err);

/* The name of the file system where that is one that hosts share (runner/store/file_system.h), on
 * which one host at a time may write; NULL on a local one. A static string. */
const char *store_shared(const struct store *store);

/* A run of another host that has not ended; other->run is 0 when there is none. *writes: it has
 * given a sign of life since this store first looked, so that it lives. Of one that is silent for
 * STORE_DEAD_AFTER_S store_take_back records the end. */
int store_other_host(struct store *store, const struct host *self, struct store_silence *other,
                     bool *writes, struct vib_error *err);

/* Records the end of a claimed job: state, times, every epoch's rows and, only for JOB_DONE, the
 * final rows, the estimates of I(Z;X) and the codes, in one transaction. They replace what an
 * earlier attempt recorded. *recorded is false, and
 * nothing is written, when the job is no longer this run's (it was taken back). h_y and the labels
 * of the codes come from `data`. */
int store_finish(struct store *store, int64_t job, int64_t run, const struct vib_dataset *data,
                 const struct job_result *result, bool *recorded, struct vib_error *err);

/* Final rows of a job, for the report: split[] is filled for the set of enum vib_split_id *splits,
 * which is empty for a job without a result. */
struct result_row {
    double error, error_mc, izx_upper, izy_lower;
};
int store_read_result(struct store *store, int64_t job, struct result_row split[VIB_SPLITS],
                      unsigned *splits, struct vib_error *err);

#endif
