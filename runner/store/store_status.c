#include "runner/store/store_status.h"

#include "runner/store/store_flops.h"
#include "runner/store/store_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- runs --- */

#define AGE_S(sign) "(julianday('now') - julianday(" sign ")) * 86400"

/* Columns of a run, before any other. */
#define RUN_COLUMNS                                                                                \
    "run.id, run.uid, run.host, run.pid, run.threads, run.host_identity, run.process_start,"       \
    " run.outcome IS NOT NULL"
enum {
    RUN_ID,
    RUN_UID,
    RUN_HOST,
    RUN_PID,
    RUN_THREADS,
    RUN_IDENTITY,
    RUN_START,
    RUN_ENDED,
    RUN_AGE,
    RUN_JOBS /* n_running */
};

struct status_walk {
    struct store *store;
    const struct host *self;
    const struct status_reader *reader;
    struct store_flops *flops;
    int *columns; /* [n_keys] of table setting in a detail; NULL before the first */
};

static void copy_text(char *out, size_t size, const char *text) {
    (void)snprintf(out, size, "%s", text != NULL ? text : "?");
}

static enum run_life judge(const struct status_walk *walk, struct store_row *row, double age_s) {
    const char *identity = store_row_text(row, RUN_IDENTITY, NULL);
    if (store_row_integer(row, RUN_ENDED) != 0)
        return RUN_GONE;
    const int alive =
        store_process_alive(walk->store, walk->self, identity != NULL ? identity : "",
                            store_row_integer(row, RUN_PID), store_row_integer(row, RUN_START));
    if (alive >= 0)
        return alive != 0 ? RUN_LIVES : RUN_GONE;
    return age_s < STORE_DEAD_AFTER_S ? RUN_LIVES : RUN_SILENT;
}

static void take_run(const struct status_walk *walk, struct store_row *row,
                     struct run_status *run) {
    *run = (struct run_status){.id = store_row_integer(row, RUN_ID),
                               .pid = store_row_integer(row, RUN_PID),
                               .threads = (size_t)store_row_integer(row, RUN_THREADS),
                               .age_s = store_row_real(row, RUN_AGE)};
    copy_text(run->uid, sizeof run->uid, store_row_text(row, RUN_UID, NULL));
    copy_text(run->host, sizeof run->host, store_row_text(row, RUN_HOST, NULL));
    run->life = judge(walk, row, run->age_s);
}

static int on_run(void *context, struct store_row *row, struct vib_error *err) {
    const struct status_walk *walk = context;
    struct run_status run;
    take_run(walk, row, &run);
    run.n_running = (size_t)store_row_integer(row, RUN_JOBS);
    return walk->reader->run(walk->reader->context, &run, err);
}

static int read_runs(struct status_walk *walk, struct vib_error *err) {
    static const char sql[] =
        "SELECT " RUN_COLUMNS ", " AGE_S("run.heartbeat_at") ","
        " (SELECT count(*) FROM job WHERE job.run = run.id AND job.state = 'running') AS n"
        " FROM run WHERE NOT run.merged AND (run.outcome IS NULL OR n > 0) ORDER BY run.id";
    const struct store_query query = {.sql = sql, .row = on_run, .context = walk};
    return store_query(walk->store, &query, err);
}

/* --- jobs --- */

enum { JOB_STATE_COLUMN, JOB_ID, JOB_IDENTITY, JOB_POINT, JOB_DATA, JOB_SECONDS };

/* What is asked of a job that runs, or is the first of its point; behind it are its settings. */
enum { DETAIL_EPOCH = RUN_JOBS, DETAIL_SHARE, DETAIL_OBJECTIVE, DETAIL_STEP, DETAIL_STEPS };

static int on_running(const struct status_walk *walk, struct store_row *row, int64_t id,
                      const struct settings *settings, struct job_status *job,
                      struct vib_error *err) {
    struct running_status *running = &job->running;
    char *values = NULL;
    running->job = id;
    take_run(walk, row, &running->run);
    running->epoch = (size_t)store_row_integer(row, DETAIL_EPOCH);
    running->epochs = settings->job.epochs;
    running->share = store_row_real(row, DETAIL_SHARE);
    running->objective = store_row_real(row, DETAIL_OBJECTIVE);
    running->step = (size_t)store_row_integer(row, DETAIL_STEP);
    running->steps = (size_t)store_row_integer(row, DETAIL_STEPS);
    int rc =
        store_setting_values(row, walk->columns, settings, &values, &running->values_size, err);
    running->values = values;
    if (rc == 0)
        rc = walk->reader->job(walk->reader->context, job, err);
    free(values);
    return rc;
}

/* *row is the job's detail until the statement is reset, or NULL where it has no settings. */
static int find_detail(struct status_walk *walk, int64_t job, sqlite3_stmt **statement,
                       struct store_row **row, struct vib_error *err) {
    static const char sql[] =
        "SELECT " RUN_COLUMNS ", " AGE_S("max(run.heartbeat_at, coalesce(progress.at, ''))") ","
        " progress.epoch, progress.share, progress.objective, progress.step,"
        " progress.steps_per_epoch, setting.* FROM job JOIN setting ON setting.job = job.id"
        " LEFT JOIN run ON job.state = 'running' AND run.id = job.run"
        " LEFT JOIN progress ON job.state = 'running' AND progress.job = job.id WHERE job.id = ?1";
    bool found = false;
    int rc = store_statement(walk->store, STORE_STATUS_DETAIL, sql, statement, err);
    if (rc == 0)
        rc = store_fetch(walk->store, *statement, sqlite3_bind_int64(*statement, 1, job), &found,
                         "read", err);
    *row = found ? (struct store_row *)*statement : NULL;
    if (!found || walk->columns != NULL)
        return rc;
    walk->columns = calloc(n_keys, sizeof *walk->columns);
    if (walk->columns == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", walk->store->path);
    store_setting_find(*row, walk->columns);
    return 0;
}

/* With its detail, which the row of the job itself does not have. */
static int on_detail(struct status_walk *walk, struct store_row *row, struct store_row *detail,
                     bool known, struct job_status *job, struct vib_error *err) {
    struct settings settings;
    int rc = store_setting_read(detail, walk->columns, &settings, err);
    if (rc == 0 && !known)
        rc = store_flops_make(walk->flops, store_row_text(row, JOB_POINT, NULL),
                              store_row_text(row, JOB_DATA, NULL), &settings, &job->flops, err);
    if (rc != 0)
        return rc;
    return job->state == JOB_RUNNING
               ? on_running(walk, detail, store_row_integer(row, JOB_ID), &settings, job, err)
               : walk->reader->job(walk->reader->context, job, err);
}

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct status_walk *walk = context;
    const struct status_reader *reader = walk->reader;
    struct job_status job = {.state = job_state_of(store_row_text(row, JOB_STATE_COLUMN, NULL)),
                             .train_s = store_row_real(row, JOB_SECONDS),
                             .flops = (double)NAN};
    sqlite3_stmt *statement = NULL;
    struct store_row *detail = NULL;
    copy_text(job.identity, sizeof job.identity, store_row_text(row, JOB_IDENTITY, NULL));
    const bool known =
        !reader->flops ||
        store_flops_find(walk->flops, store_row_text(row, JOB_POINT, NULL), &job.flops);
    if (known && job.state != JOB_RUNNING)
        return reader->job(reader->context, &job, err);
    int rc = find_detail(walk, store_row_integer(row, JOB_ID), &statement, &detail, err);
    if (rc == 0 && detail != NULL)
        rc = on_detail(walk, row, detail, known, &job, err);
    if (detail != NULL)
        store_reset(statement);
    return rc;
}

/* One statement, so that each job is seen once though a sweep is at them; details are of its
 * moment, too, as they are read while it stands. */
static int read_jobs(struct status_walk *walk, struct vib_error *err) {
    static const char sql[] =
        "SELECT state, id, identity, point_identity, dataset_digest, train_s + evaluate_s FROM job"
        " ORDER BY id";
    const struct store_query query = {.sql = sql, .row = on_job, .context = walk};
    return store_query(walk->store, &query, err);
}

int store_read_status(struct store *store, const struct host *self,
                      const struct status_reader *reader, struct vib_error *err) {
    struct status_walk walk = {.store = store, .self = self, .reader = reader};
    int rc = read_runs(&walk, err);
    if (rc == 0 && reader->flops)
        rc = store_flops_new(&walk.flops, store, err);
    if (rc == 0)
        rc = read_jobs(&walk, err);
    store_flops_free(walk.flops);
    free(walk.columns);
    return rc;
}

struct name {
    char *text;
    size_t size;
};

static int on_name(void *context, struct store_row *row, struct vib_error *err) {
    const struct name *name = context;
    (void)err;
    copy_text(name->text, name->size, store_row_text(row, 0, NULL));
    return 0;
}

int store_sweep_name(struct store *store, char *text, size_t size, struct vib_error *err) {
    struct name name = {text, size};
    const struct store_query query = {
        .sql = "SELECT sweep FROM run ORDER BY id DESC LIMIT 1", .row = on_name, .context = &name};
    text[0] = '\0';
    return store_query(store, &query, err);
}
