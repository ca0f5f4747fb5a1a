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
    RUN_JOBS /* n_running; of a job its state */
};

struct status_walk {
    struct store *store;
    const struct host *self;
    const struct status_reader *reader;
    struct store_flops *flops;
    int *columns; /* [n_keys] of table setting */
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

enum {
    JOB_STATE_COLUMN = RUN_JOBS,
    JOB_ID,
    JOB_IDENTITY,
    JOB_POINT,
    JOB_DATA,
    JOB_SECONDS,
    JOB_EPOCH,
    JOB_SHARE,
    JOB_OBJECTIVE,
    JOB_STEP,
    JOB_STEPS
};

static int on_running(const struct status_walk *walk, struct store_row *row,
                      const struct settings *settings, struct job_status *job,
                      struct vib_error *err) {
    struct running_status *running = &job->running;
    char *values = NULL;
    running->job = store_row_integer(row, JOB_ID);
    take_run(walk, row, &running->run);
    running->epoch = (size_t)store_row_integer(row, JOB_EPOCH);
    running->epochs = settings->job.epochs;
    running->share = store_row_real(row, JOB_SHARE);
    running->objective = store_row_real(row, JOB_OBJECTIVE);
    running->step = (size_t)store_row_integer(row, JOB_STEP);
    running->steps = (size_t)store_row_integer(row, JOB_STEPS);
    int rc =
        store_setting_values(row, walk->columns, settings, &values, &running->values_size, err);
    running->values = values;
    if (rc == 0)
        rc = walk->reader->job(walk->reader->context, job, err);
    free(values);
    return rc;
}

static int on_head(void *context, struct store_row *row, struct vib_error *err) {
    struct status_walk *walk = context;
    (void)err;
    store_setting_find(row, walk->columns);
    return 0;
}

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct status_walk *walk = context;
    const struct status_reader *reader = walk->reader;
    struct job_status job = {.state = job_state_of(store_row_text(row, JOB_STATE_COLUMN, NULL)),
                             .train_s = store_row_real(row, JOB_SECONDS),
                             .flops = (double)NAN};
    struct settings settings;
    int rc = 0;
    copy_text(job.identity, sizeof job.identity, store_row_text(row, JOB_IDENTITY, NULL));
    const char *point = store_row_text(row, JOB_POINT, NULL);
    const bool known = !reader->flops || store_flops_find(walk->flops, point, &job.flops);
    if (known && job.state != JOB_RUNNING)
        return reader->job(reader->context, &job, err);
    rc = store_setting_read(row, walk->columns, &settings, err);
    if (rc == 0 && !known)
        rc = store_flops_make(walk->flops, point, store_row_text(row, JOB_DATA, NULL), &settings,
                              &job.flops, err);
    if (rc != 0)
        return rc;
    return job.state == JOB_RUNNING ? on_running(walk, row, &settings, &job, err)
                                    : reader->job(reader->context, &job, err);
}

/* One statement, so that each job is seen once though a sweep is at them. */
static int read_jobs(struct status_walk *walk, struct vib_error *err) {
    static const char sql[] =
        "SELECT " RUN_COLUMNS ", " AGE_S("max(run.heartbeat_at, coalesce(progress.at, ''))") ","
        " job.state, job.id, job.identity, job.point_identity, job.dataset_digest,"
        " job.train_s + job.evaluate_s, progress.epoch, progress.share, progress.objective,"
        " progress.step, progress.steps_per_epoch, setting.* FROM job JOIN setting ON setting.job = job.id"
        " LEFT JOIN run ON job.state = 'running' AND run.id = job.run"
        " LEFT JOIN progress ON job.state = 'running' AND progress.job = job.id ORDER BY job.id";
    const struct store_query query = {.sql = sql, .head = on_head, .row = on_job, .context = walk};
    return store_query(walk->store, &query, err);
}

int store_read_status(struct store *store, const struct host *self,
                      const struct status_reader *reader, struct vib_error *err) {
    struct status_walk walk = {
        .store = store, .self = self, .reader = reader, .columns = calloc(n_keys, sizeof(int))};
    if (walk.columns == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
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
