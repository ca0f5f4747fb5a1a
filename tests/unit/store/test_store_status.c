/* What a database tells of a sweep under way, and snapshots of it. */
#include "runner/store/store_status.h"
#include "core/trainer.h"
#include "runner/store/store.h"
#include "runner/store/store_ended.h"
#include "runner/store/store_internal.h"
#include "runner/store/store_snapshot.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 8 };

struct seen {
    struct run_status runs[MOST];
    struct job_status jobs[MOST]; /* without the values */
    char values[MOST][2000];
    size_t n_runs, n_jobs;
};

static int on_run(void *context, const struct run_status *run, struct vib_error *err) {
    struct seen *seen = context;
    (void)err;
    assert_true(seen->n_runs < MOST);
    seen->runs[seen->n_runs++] = *run;
    return 0;
}

static int on_job(void *context, const struct job_status *job, struct vib_error *err) {
    struct seen *seen = context;
    (void)err;
    assert_true(seen->n_jobs < MOST && job->running.values_size < sizeof seen->values[0]);
    if (job->state == JOB_RUNNING)
        memcpy(seen->values[seen->n_jobs], job->running.values, job->running.values_size);
    seen->jobs[seen->n_jobs++] = *job;
    return 0;
}

static struct seen seen;

static void read_status(struct fixture *f, struct store *store, bool flops) {
    const struct status_reader reader = {
        .run = on_run, .job = on_job, .context = &seen, .flops = flops};
    memset(&seen, 0, sizeof seen);
    assert_ok(store_read_status(store, &f->host, &reader, &f->err), &f->err);
}

static int64_t claim(struct fixture *f, size_t i, int64_t run) {
    bool claimed = false;
    const int64_t job = fixture_add_job(f, f->store, i);
    assert_ok(store_claim(f->store, job, run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return job;
}

/* The value of a key among those of a job. */
static const char *value_of(size_t job, const char *name) {
    const char *value = seen.values[job];
    for (size_t k = 0; k < n_keys; k++, value += strlen(value) + 1)
        if (strcmp(keys[k].name, name) == 0)
            return value;
    return NULL;
}

static void test_jobs(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const struct job_progress progress = {
        .epoch = 3, .step = 1, .steps_per_epoch = 5, .share = 0.25, .objective = 0.5};
    const int64_t done = claim(f, 0, f->run), told = claim(f, 1, f->run);
    fixture_result(&result, epochs);
    assert_ok(store_finish(f->store, done, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_ok(store_set_progress(f->store, told, f->run, &progress, &f->err), &f->err);
    claim(f, 2, f->run); /* of which nothing was told yet */
    fixture_add_job(f, f->store, 3);
    read_status(f, f->store, false);
    assert_int_equal(seen.n_jobs, 4);
    assert_int_equal(seen.jobs[0].state, JOB_DONE);
    assert_true(seen.jobs[0].train_s == 13.0); /* of training and evaluation */
    assert_true(isnan(seen.jobs[0].flops));
    assert_int_equal(strlen(seen.jobs[0].identity), 64);
    const struct running_status *running = &seen.jobs[1].running;
    assert_int_equal(seen.jobs[1].state, JOB_RUNNING);
    assert_int_equal(running->job, told);
    assert_int_equal(running->epoch, 3);
    assert_int_equal(running->epochs, settings_defaults()->job.epochs);
    assert_true(running->share == 0.25 && running->objective == 0.5);
    assert_int_equal(running->step, 1);
    assert_int_equal(running->steps, 5);
    assert_true(running->run.age_s > -1 && running->run.age_s < 60);
    assert_string_equal(running->run.host, f->host.name);
    assert_int_equal(running->run.life, RUN_LIVES);
    assert_string_equal(value_of(1, "beta"), "2");
    assert_string_equal(value_of(1, "train.dropout"), ""); /* does not matter to the method */
    assert_true(isnan(seen.jobs[2].running.share) && isnan(seen.jobs[2].running.objective));
    assert_int_equal(seen.jobs[3].state, JOB_PENDING);
}

static void test_ended(void **state) {
    struct fixture *f = *state;
    struct ended_status ended;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const int64_t job = claim(f, 1, f->run);
    fixture_result(&result, epochs);
    strcpy(result.message, "a note");
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    read_status(f, f->store, false);
    assert_ok(store_read_ended(f->store, seen.jobs[0].identity, &ended, &f->err), &f->err);
    assert_int_equal(ended.state, JOB_DONE);
    assert_true(ended.elapsed_s == 13.0);
    assert_string_equal(ended.message, "a note");
    assert_true(ended.splits & 1u << VIB_TEST);
    assert_true(ended.split[VIB_TEST].error_mc == epochs[1].split[VIB_TEST].error_mc);
    memcpy(seen.values[0], ended.values, ended.values_size);
    assert_string_equal(value_of(0, "beta"), "2");
    ended_status_release(&ended);
    assert_ok(store_read_ended(f->store, "nobody", &ended, &f->err), &f->err);
    assert_int_equal(ended.state, JOB_PENDING);
    assert_null(ended.values);
}

static void test_runs(void **state) {
    struct fixture *f = *state;
    struct host other = f->host;
    strcpy(other.identity, "elsewhere");
    const int64_t ended = fixture_begin_run(f, f->store, &f->host);
    assert_ok(store_end_run(f->store, ended, "complete", &f->err), &f->err);
    const int64_t far = fixture_begin_run(f, f->store, &other);
    const int64_t silent = fixture_begin_run(f, f->store, &other);
    other = f->host;
    other.start--; /* another process had the number */
    const int64_t gone = fixture_begin_run(f, f->store, &other);
    claim(f, 0, gone);
    char sql[300];
    snprintf(sql, sizeof sql,
             "UPDATE run SET heartbeat_at = '2999-01-01T00:00:00.000Z' WHERE id = %lld;"
             "UPDATE run SET heartbeat_at = '2001-01-01T00:00:00.000Z' WHERE id = %lld",
             (long long)far, (long long)silent);
    fixture_execute(f, sql);
    read_status(f, f->store, false);
    assert_int_equal(seen.n_runs, 4);
    assert_int_equal(seen.runs[0].life, RUN_LIVES);
    assert_int_equal(seen.runs[0].threads, 2);
    assert_int_equal(seen.runs[1].life, RUN_LIVES); /* nobody can tell */
    assert_true(seen.runs[1].age_s < 0);
    assert_int_equal(seen.runs[2].life, RUN_SILENT);
    assert_int_equal(seen.runs[3].life, RUN_GONE);
    assert_int_equal(seen.runs[3].n_running, 1);
    assert_int_equal(seen.jobs[0].running.run.life, RUN_GONE);
    assert_ok(store_end_run(f->store, gone, "interrupted", &f->err), &f->err);
    read_status(f, f->store, false);
    assert_int_equal(seen.runs[3].life, RUN_GONE); /* it has left a job behind */
}

static void test_flops(void **state) {
    struct fixture *f = *state;
    struct settings settings;
    fixture_add_job(f, f->store, 0);
    fixture_settings(1, &settings);
    settings.job.K = 8;
    fixture_add_settings(f, f->store, &settings);
    settings.job.seed = 7; /* another job of that point */
    fixture_add_settings(f, f->store, &settings);
    read_status(f, f->store, true);
    fixture_settings(0, &settings);
    assert_true(seen.jobs[0].flops == vib_job_flops(&settings.job, &f->data));
    settings.job.K = 8;
    assert_true(seen.jobs[1].flops == vib_job_flops(&settings.job, &f->data));
    assert_true(seen.jobs[2].flops == seen.jobs[1].flops);
    assert_true(seen.jobs[0].flops != seen.jobs[1].flops);
}

/* Of a job that sees a part of its data. */
static void test_flops_of_a_view(void **state) {
    struct fixture *f = *state;
    struct settings settings;
    struct vib_dataset part = f->data;
    fixture_settings(0, &settings);
    settings.data.name = "toy";
    settings.data.view.validation = 0.2;
    fixture_add_settings(f, f->store, &settings);
    settings.data.view.validation = 7;
    fixture_add_settings(f, f->store, &settings);
    read_status(f, f->store, true);
    part.split[VIB_TRAIN].n = 40;
    part.split[VIB_VALIDATION].n = 10;
    assert_true(seen.jobs[0].flops == vib_job_flops(&settings.job, &part));
    part.split[VIB_TRAIN].n = 43;
    part.split[VIB_VALIDATION].n = 7;
    assert_true(seen.jobs[1].flops == vib_job_flops(&settings.job, &part));
}

static void test_name(void **state) {
    struct fixture *f = *state;
    char name[4];
    assert_ok(store_sweep_name(f->store, name, sizeof name, &f->err), &f->err);
    assert_string_equal(name, "toy");
    assert_ok(store_sweep_name(f->store, name, 3, &f->err), &f->err);
    assert_string_equal(name, "to");
}

/* --- snapshots --- */

static void snapshot(struct fixture *f, char path[400]) {
    snprintf(path, 400, "%s/part.db", f->folder);
    assert_ok(store_snapshot(f->store, path, &f->err), &f->err);
}

static size_t jobs_of(struct fixture *f, struct store *store) {
    read_status(f, store, false);
    return seen.n_jobs;
}

/* Without a lock, and without a file beside it; what replaces it meanwhile does not matter. */
static void test_snapshot(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    char path[400], beside[420];
    fixture_add_job(f, f->store, 0);
    snapshot(f, path);
    sqlite3 *writer;
    assert_int_equal(sqlite3_open(path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(store_open_snapshot(&reader, path, &f->err), &f->err);
    assert_int_equal(jobs_of(f, reader), 1);
    assert_int_equal(sqlite3_close(writer), SQLITE_OK);
    fixture_add_job(f, f->store, 1);
    snapshot(f, path);
    assert_int_equal(jobs_of(f, reader), 1);
    store_close(reader);
    assert_ok(store_open_snapshot(&reader, path, &f->err), &f->err);
    assert_int_equal(jobs_of(f, reader), 2);
    store_close(reader);
    for (size_t i = 0; i < 3; i++) {
        static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
        snprintf(beside, sizeof beside, "%s%s", path, suffixes[i]);
        assert_int_not_equal(access(beside, F_OK), 0);
    }
}

static void test_no_snapshot(void **state) {
    struct fixture *f = *state;
    struct store *reader = NULL;
    char path[400];
    snprintf(path, sizeof path, "%s/none.db", f->folder);
    assert_int_equal(store_open_snapshot(&reader, path, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "there is no database"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++)
        assert_true(fputs("nothing ", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_open_snapshot(&reader, path, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "is not a vib-sweep database"));
    snapshot(f, path);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(truncate(path, status.st_size / 2), 0);
    if (store_open_snapshot(&reader, path, &f->err) == 0) {
        const struct status_reader walk = {.run = on_run, .job = on_job, .context = &seen};
        assert_int_equal(store_read_status(reader, &f->host, &walk, &f->err), VIB_EDATABASE);
        store_close(reader);
    }
    assert_non_null(strstr(f->err.message, path));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_jobs),     WITH_FIXTURE(test_ended),           WITH_FIXTURE(test_runs),
        WITH_FIXTURE(test_flops),    WITH_FIXTURE(test_flops_of_a_view), WITH_FIXTURE(test_name),
        WITH_FIXTURE(test_snapshot), WITH_FIXTURE(test_no_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
