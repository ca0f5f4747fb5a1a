#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void assert_ok(int code, const struct vib_error *err) {
    if (code != 0)
        fail_msg("code %d: %s", code, err->message);
}

static void make_data(struct vib_dataset *data) {
    *data = (struct vib_dataset){.name = "toy", .dim = 3, .classes = 4, .ixy = (double)NAN};
    data->ixy_se = (double)NAN;
    data->split[VIB_TRAIN].n = 50;
    data->split[VIB_TRAIN].h_y = 2;
    data->split[VIB_TEST].n = 20;
    data->split[VIB_TEST].h_y = 1.875;
    memset(data->digest, 'd', 64);
}

int64_t fixture_begin_run(struct fixture *f, struct store *store, const struct host *host) {
    const struct run_info info = {.sweep = "toy",
                                  .config_path = "toy.yaml",
                                  .config_text = "beta: 1\n",
                                  .version = "1.2.3",
                                  .build = "cc",
                                  .libraries = "none",
                                  .host = host,
                                  .threads = 2};
    int64_t run = 0;
    assert_ok(store_begin_run(store, &info, &run, &f->err), &f->err);
    return run;
}

struct store *fixture_open(struct fixture *f) {
    struct store *store = NULL;
    assert_ok(store_open(&store, f->path, &f->err), &f->err);
    return store;
}

int fixture_new(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    make_folder(f->folder);
    snprintf(f->path, sizeof f->path, "%s/toy.db", f->folder);
    host_init(&f->host);
    make_data(&f->data);
    f->store = fixture_open(f);
    f->run = fixture_begin_run(f, f->store, &f->host);
    assert_ok(store_add_dataset(f->store, &f->data, &f->err), &f->err);
    *state = f;
    return 0;
}

int fixture_free(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    remove_folder(f->folder);
    free(f);
    return 0;
}

void fixture_settings(size_t i, struct settings *settings) {
    settings_init(settings);
    settings->job.beta = (double)(i + 1);
}

int64_t fixture_add_settings(struct fixture *f, struct store *store,
                             const struct settings *settings) {
    struct job_identities identities;
    int64_t job = 0;
    enum job_state state;
    assert_ok(job_identities(settings, f->data.digest, &identities, &f->err), &f->err);
    assert_ok(store_add_job(store, &identities, settings, &f->data, NULL, &job, &state, &f->err),
              &f->err);
    return job;
}

int64_t fixture_add_job(struct fixture *f, struct store *store, size_t i) {
    struct settings settings;
    fixture_settings(i, &settings);
    return fixture_add_settings(f, store, &settings);
}

/* The columns of jobs that differ in nothing else are one group. */
static void write_groups(FILE *out, const char *identity, const char *but) {
    char column[KEY_COLUMN_SIZE];
    (void)fprintf(out,
                  "UPDATE job SET %s = name FROM (SELECT job.id AS id, printf('%%064d',"
                  " min(job.id) OVER (PARTITION BY dataset_digest",
                  identity);
    for (size_t k = 0; k < n_keys; k++) {
        if (!key_has_column(&keys[k]) || keys[k].flags & KEY_DATA ||
            strcmp(keys[k].name, "seed") == 0 || strcmp(keys[k].name, but) == 0)
            continue;
        key_column(&keys[k], column);
        (void)fprintf(out, ", %s", column);
    }
    (void)fputs(
        ")) AS name FROM job JOIN setting ON setting.job = job.id) AS named"
        " WHERE named.id = job.id;",
        out);
}

void fixture_regroup(struct fixture *f) {
    char *sql = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&sql, &size);
    assert_non_null(out);
    write_groups(out, "point_identity", "");
    write_groups(out, "curve_identity", "beta");
    assert_int_equal(fclose(out), 0);
    fixture_execute(f, sql);
    free(sql);
}

void fixture_result(struct job_result *result, struct epoch_result epochs[2]) {
    *result = (struct job_result){.state = JOB_DONE,
                                  .message = "a note",
                                  .n_epochs = 2,
                                  .epochs = epochs,
                                  .final = 1,
                                  .train_s = 12.5,
                                  .evaluate_s = 0.5,
                                  .examples = 100,
                                  .objective = 0.75,
                                  .weight = 0.125};
    memset(epochs, 0, 2 * sizeof *epochs);
    for (size_t i = 0; i < 2; i++) {
        epochs[i].epoch = 5 * (i + 1);
        epochs[i].lr = 0.1 / (double)(i + 1);
        epochs[i].splits = 1u << VIB_TRAIN | 1u << VIB_TEST;
        for (size_t s = 0; s < VIB_SPLITS; s++) {
            if ((epochs[i].splits & 1u << s) == 0)
                continue;
            const double base = 0.125 + (double)i / 16 + (double)s / 32;
            epochs[i].split[s] = (struct vib_evaluation){.error = base,
                                                         .error_mc = base / 2,
                                                         .error_mu = base / 4,
                                                         .ce = base + 0.5,
                                                         .ce_se = base / 8,
                                                         .ce_mc = base + 0.25,
                                                         .rate = base + 7};
        }
    }
}

static sqlite3_stmt *query(struct fixture *f, sqlite3 **db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(f->path, db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(*db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(*db));
    return statement;
}

int64_t fixture_integer(struct fixture *f, const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *statement = query(f, &db, sql);
    const int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

char *fixture_text(struct fixture *f, const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *statement = query(f, &db, sql);
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    char *copy = strdup(text != NULL ? text : "NULL");
    sqlite3_finalize(statement);
    sqlite3_close(db);
    assert_non_null(copy);
    return copy;
}

void fixture_execute(struct fixture *f, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}
