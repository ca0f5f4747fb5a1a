/* Merging: which of two jobs stays, what comes along, what is told, and what is left out. */
#include "runner/store/store_merge.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The fixture's own database is the target, and closed while others are merged into it. */
struct bench {
    struct fixture *f;
    char part[300];
    struct store *store; /* of the part */
    int64_t run;
    struct host far;
    char said[2048];
    size_t n_said;
    struct merge_counts counts;
    bool left_out;
};

static struct store *open_at(struct bench *b, const char *path) {
    struct store *store = NULL;
    assert_ok(store_open(&store, path, &b->f->err), &b->f->err);
    return store;
}

/* An open part with a run and the data set. */
static void begin_part(struct bench *b, const char *name) {
    struct fixture *f = b->f;
    snprintf(b->part, sizeof b->part, "%s/%s.db", f->folder, name);
    b->store = open_at(b, b->part);
    b->run = fixture_begin_run(f, b->store, &b->far);
    assert_ok(store_add_dataset(b->store, &f->data, &f->err), &f->err);
}

static int setup(void **state) {
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_int_equal(fixture_new((void **)&b->f), 0);
    b->far = b->f->host;
    snprintf(b->far.name, sizeof b->far.name, "far");
    snprintf(b->far.cpu, sizeof b->far.cpu, "another processor");
    begin_part(b, "part");
    *state = b;
    return 0;
}

static int teardown(void **state) {
    struct bench *b = *state;
    store_close(b->store);
    fixture_free((void **)&b->f);
    free(b);
    return 0;
}

/* Ends job i of a store; every measure is raised by `shift`. */
static int64_t end_job(struct bench *b, struct store *store, int64_t run, size_t i,
                       enum job_state state, double shift) {
    struct fixture *f = b->f;
    struct epoch_result epochs[2];
    struct job_result result;
    bool claimed, recorded;
    const int64_t job = fixture_add_job(f, store, i);
    fixture_result(&result, epochs);
    result.state = state;
    for (size_t e = 0; e < 2; e++)
        epochs[e].split[VIB_TEST].error += shift;
    assert_ok(store_claim(store, job, run, &claimed, &f->err), &f->err);
    assert_ok(store_finish(store, job, run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(recorded);
    return job;
}

static void hear(void *context, const char *sentence) {
    struct bench *b = context;
    snprintf(b->said, sizeof b->said, "%s", sentence);
    b->n_said++;
}

static struct store_merge *begin_merge(struct bench *b) {
    const struct merge_listener listener = {.tell = hear, .context = b};
    struct store_merge *merge = NULL;
    assert_ok(store_merge_begin(&merge, b->f->path, &b->f->host, &listener, &b->f->err),
              &b->f->err);
    b->counts = (struct merge_counts){0};
    b->n_said = 0;
    return merge;
}

/* Merges a database into the fixture's. */
static void merge_at(struct bench *b, const char *path) {
    struct store_merge *merge = begin_merge(b);
    assert_ok(store_merge_add(merge, path, &b->counts, &b->left_out, &b->f->err), &b->f->err);
    assert_ok(store_merge_commit(merge, &b->f->err), &b->f->err);
    store_merge_free(merge);
}

static void merge_part(struct bench *b) {
    merge_at(b, b->part);
    if (b->left_out)
        fail_msg("left out: %s", b->f->err.message);
}

static void assert_text(struct bench *b, const char *sql, const char *want) {
    char *got = fixture_text(b->f, sql);
    if (strcmp(got, want) != 0)
        fail_msg("%s\ngives '%s', not '%s'", sql, got, want);
    free(got);
}

static void execute(const char *path, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* All that can tell two states of the target apart. */
static char *whole(struct bench *b) {
    return fixture_text(
        b->f,
        "SELECT (SELECT group_concat(id || identity || state || attempts || coalesce(run, '-') ||"
        "   coalesce(finished_at, '-') || message || coalesce(weights, '-'), ';') FROM job) ||"
        " (SELECT group_concat(job || split || epoch || error || log2_n, ';') FROM result) ||"
        " (SELECT group_concat(job || split || epoch || error || lr, ';') FROM epoch) ||"
        " (SELECT group_concat(id || uid || host || merged, ';') FROM run) ||"
        " (SELECT group_concat(digest || name, ';') FROM dataset) ||"
        " (SELECT group_concat(split || n || h_y, ';') FROM dataset_split)");
}

/* --- which of two --- */

static void a_job_comes_with_all_it_left(void **state) {
    struct bench *b = *state;
    end_job(b, b->store, b->run, 3, JOB_DONE, 0);
    end_job(b, b->f->store, b->f->run, 0, JOB_DONE, 0);
    merge_part(b);
    assert_int_equal(b->counts.n_new, 1);
    assert_text(b,
                "SELECT job.id || state || attempts || ' ' || train_s || message || worker || host"
                " FROM job JOIN run ON run.id = job.run WHERE job.id = 2",
                "2done1 12.5a note0far");
    assert_text(b, "SELECT beta || K || dataset_name FROM setting WHERE job = 2", "4.0256toy");
    assert_text(b,
                "SELECT count(*) FROM result AS a JOIN result AS b USING (split, epoch, error)"
                " WHERE a.job = 1 AND b.job = 2",
                "2");
    assert_text(b, "SELECT count(*) FROM epoch WHERE job = 2", "4");
    assert_text(b, "SELECT count(*) FROM pragma_foreign_key_check", "0");
    assert_text(b, "PRAGMA integrity_check", "ok");
    assert_int_equal(b->n_said, 0);
}

static void give_state(struct bench *b, struct store *store, int64_t run, size_t i,
                       enum job_state state) {
    bool claimed;
    if (state == JOB_PENDING)
        fixture_add_job(b->f, store, i);
    else if (state == JOB_RUNNING)
        assert_ok(store_claim(store, fixture_add_job(b->f, store, i), run, &claimed, &b->f->err),
                  &b->f->err);
    else
        end_job(b, store, run, i, state, 0);
}

/* Every state against every other. */
static void the_better_one_stands(void **state) {
    static const enum job_state states[] = {JOB_PENDING, JOB_RUNNING, JOB_FAILED, JOB_DIVERGED,
                                            JOB_DONE};
    static const int ranks[] = {0, 0, 1, 2, 3};
    struct bench *b = *state;
    char sql[200], want[64];
    size_t n_new = 0, n_better = 0, n_known = 0;
    for (size_t i = 0; i < 25; i++) {
        const size_t here = i / 5, there = i % 5;
        give_state(b, b->f->store, b->f->run, i, states[here]);
        give_state(b, b->store, b->run, i, states[there]);
        n_new += ranks[there] > 0 && ranks[here] == 0;
        n_better += ranks[here] > 0 && ranks[there] > ranks[here];
        n_known += ranks[there] > 0 && ranks[there] <= ranks[here];
    }
    merge_part(b);
    assert_int_equal(b->counts.n_new, n_new);
    assert_int_equal(b->counts.n_better, n_better);
    assert_int_equal(b->counts.n_known, n_known);
    for (size_t i = 0; i < 25; i++) {
        const size_t here = i / 5, there = i % 5;
        const bool comes = ranks[there] > ranks[here];
        snprintf(sql, sizeof sql,
                 "SELECT state || (run IS 1) || (SELECT count(*) FROM epoch WHERE job = id) ||"
                 " (SELECT count(*) FROM result WHERE job = id) FROM job WHERE id = %zu",
                 i + 1);
        snprintf(want, sizeof want, "%s%d%d%d", job_state_name(states[comes ? there : here]),
                 !comes && states[here] != JOB_PENDING, ranks[comes ? there : here] > 0 ? 4 : 0,
                 ranks[comes ? there : here] == 3 ? 2 : 0);
        assert_text(b, sql, want);
    }
}

static void merging_again_changes_nothing(void **state) {
    struct bench *b = *state;
    for (size_t i = 0; i < 6; i++)
        end_job(b, b->store, b->run, i, i < 3 ? JOB_DONE : i < 5 ? JOB_DIVERGED : JOB_FAILED, 0);
    merge_part(b);
    char *before = whole(b);
    merge_part(b);
    char *after = whole(b);
    assert_string_equal(after, before);
    assert_int_equal(b->counts.n_known, 6);
    assert_int_equal(b->counts.n_new + b->counts.n_better + b->counts.n_completed + b->n_said, 0);
    free(before);
    free(after);
}

static void jobs_that_are_not_settled_stay_away(void **state) {
    struct bench *b = *state;
    give_state(b, b->store, b->run, 0, JOB_PENDING);
    give_state(b, b->store, b->run, 1, JOB_RUNNING);
    merge_part(b);
    assert_text(b, "SELECT count(*) FROM job", "0");
}

/* A sweep that is at a job which another has done: what it then brings is not taken. */
static void a_running_job_is_overtaken(void **state) {
    static const struct job_progress progress = {.steps_per_epoch = 1};
    struct bench *b = *state;
    struct fixture *f = b->f;
    struct epoch_result epochs[2];
    struct job_result result;
    bool claimed, recorded;
    const int64_t job = fixture_add_job(f, f->store, 0);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_set_progress(f->store, job, f->run, &progress, &f->err), &f->err);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    merge_part(b);
    assert_text(b, "SELECT state || (SELECT count(*) FROM progress) FROM job", "done0");
    fixture_result(&result, epochs);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_false(recorded);
}

/* --- disagreement --- */

static void other_results_are_told(void **state) {
    struct bench *b = *state;
    end_job(b, b->f->store, b->f->run, 0, JOB_DONE, 0);
    end_job(b, b->store, b->run, 0, JOB_DONE, 1e-9);
    merge_part(b);
    assert_int_equal(b->counts.n_disagree, 1);
    assert_int_equal(b->n_said, 1);
    assert_non_null(strstr(b->said, "part.db (far, another processor)"));
    assert_non_null(strstr(b->said, b->f->host.name));
    assert_non_null(strstr(b->said, "these stay"));
    assert_text(b, "SELECT error FROM result WHERE split = 'test'", "0.21875");
}

static void one_epoch_or_bound_is_enough(void **state) {
    struct bench *b = *state;
    end_job(b, b->f->store, b->f->run, 0, JOB_DONE, 0);
    end_job(b, b->f->store, b->f->run, 1, JOB_DONE, 0);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    end_job(b, b->store, b->run, 1, JOB_DONE, 0);
    execute(b->part,
            "DELETE FROM epoch WHERE job = 1 AND epoch = 5 AND split = 'train';"
            "INSERT INTO bound VALUES (2, 'izx', 'test', 'mixture', 'lower', 20, 1, 0, 4)");
    merge_part(b);
    assert_int_equal(b->counts.n_disagree, 2);
}

/* An older program measured less: that contradicts nothing, and what ours lacks comes. */
static void less_is_no_disagreement(void **state) {
    struct bench *b = *state;
    static const char residual[] =
        "INSERT INTO bound VALUES (1, 'izx_y', 'test', 'mixture', 'lower', 20, 1, 0, 4)";
    end_job(b, b->f->store, b->f->run, 0, JOB_DONE, 0);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part,
            "UPDATE result SET error_mu = 0.5, izx_upper_se = 0.25, izx_y_upper = NULL;"
            "UPDATE epoch SET error_mu = epoch / 10.0 WHERE split = 'test';"
            "UPDATE job SET effective_weight = 0.125");
    execute(b->f->path,
            "UPDATE result SET error_mu = NULL, izx_upper_se = NULL, izx_y_upper = 2;"
            "UPDATE epoch SET error_mu = NULL;"
            "UPDATE job SET effective_weight = NULL");
    execute(b->part, residual);
    merge_part(b);
    assert_int_equal(b->counts.n_disagree + b->n_said, 0);
    assert_int_equal(b->counts.n_completed, 1);
    assert_text(
        b,
        "SELECT group_concat(DISTINCT error_mu || ' ' || izx_upper_se || ' ' || izx_y_upper)"
        " FROM result",
        "0.5 0.25 2.0");
    assert_text(
        b, "SELECT sum(error_mu = epoch / 10.0) || count(*) FROM epoch WHERE split = 'test'", "22");
    assert_text(b, "SELECT effective_weight FROM job", "0.125");
    assert_text(b, "SELECT quantity || bits FROM bound", "izx_y1.0");
    merge_part(b);
    assert_int_equal(b->counts.n_completed, 0); /* any more */
    execute(b->part, "UPDATE bound SET bits = 2");
    merge_part(b);
    assert_int_equal(b->counts.n_disagree, 1);
}

static void times_do_not_count(void **state) {
    struct bench *b = *state;
    end_job(b, b->f->store, b->f->run, 0, JOB_DONE, 0);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part, "UPDATE job SET train_s = 99, finished_at = started_at, attempts = 7");
    merge_part(b);
    assert_int_equal(b->counts.n_disagree + b->n_said, 0);
    assert_text(b, "SELECT train_s || attempts FROM job", "12.51");
}

static void diverged_and_done_contradict(void **state) {
    struct bench *b = *state;
    end_job(b, b->f->store, b->f->run, 0, JOB_DIVERGED, 0);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    merge_part(b);
    assert_int_equal(b->counts.n_disagree, 1);
    assert_non_null(strstr(b->said, "those come here"));
    assert_text(b, "SELECT state FROM job", "done");
}

/* --- what comes along --- */

static void runs_are_known_by_their_uid(void **state) {
    struct bench *b = *state;
    struct store_silence silence;
    size_t n = 0;
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    merge_part(b);
    assert_text(b, "SELECT group_concat(merged || coalesce(outcome, '-'), ' ') FROM run", "0- 1-");
    execute(b->f->path, "UPDATE run SET process_start = process_start + 1 WHERE merged");
    assert_ok(store_take_back(b->f->store, &b->f->host, &n, &silence, &b->f->err), &b->f->err);
    assert_text(b, "SELECT outcome FROM run WHERE merged", "NULL");
    assert_ok(store_end_run(b->store, b->run, "complete", &b->f->err), &b->f->err);
    merge_part(b);
    assert_text(b, "SELECT group_concat(merged || coalesce(outcome, '-'), ' ') FROM run",
                "0- 1complete");
}

static void own_runs_stay_what_they_are(void **state) {
    struct bench *b = *state;
    char sql[200];
    char *uid = fixture_text(b->f, "SELECT uid FROM run");
    snprintf(sql, sizeof sql, "UPDATE run SET uid = '%s', heartbeat_at = '2999', host = 'forged'",
             uid);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part, sql);
    merge_part(b);
    assert_text(
        b, "SELECT count(*) || (host = 'forged') || (heartbeat_at = '2999') || merged FROM run",
        "1000");
    free(uid);
}

/* Two databases may call the same data otherwise. */
static void data_keep_the_name_that_is_there(void **state) {
    struct bench *b = *state;
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    assert_ok(store_rename_dataset(b->f->store, b->f->data.digest, "mine", &b->f->err), &b->f->err);
    merge_part(b);
    assert_text(b, "SELECT dataset.name || dataset_name FROM dataset, setting", "minemine");
}

static void labels_and_scales_come_along(void **state) {
    struct bench *b = *state;
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part,
            "INSERT INTO dataset_class SELECT digest, 1, 'dog' FROM dataset;"
            "INSERT INTO input_scale VALUES (printf('%064d', 7), '[1]', '[2]');"
            "UPDATE job SET input_scale = printf('%064d', 7)");
    merge_part(b);
    assert_text(b,
                "SELECT dataset_class.name || mean || deviation FROM dataset_class, input_scale"
                " JOIN job ON job.input_scale = input_scale.digest",
                "dog[1][2]");
}

static void codes_that_were_not_kept_here_are_taken(void **state) {
    struct bench *b = *state;
    static const char codes[] =
        "INSERT INTO code VALUES (1, 0, 1, 1, '[1]', '[2]');"
        "INSERT INTO decoder VALUES (1, '[[1]]', '[0]')";
    end_job(b, b->f->store, b->f->run, 0, JOB_DONE, 0);
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part, codes);
    merge_part(b);
    assert_int_equal(b->counts.n_completed, 1);
    assert_text(b, "SELECT mu || factor || weight || bias FROM code, decoder", "[1][2][[1]][0]");
    merge_part(b);
    assert_int_equal(b->counts.n_completed, 0);
}

/* --- weights --- */

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A done job with a file of weights. */
static void end_with_weights(struct bench *b) {
    char path[400];
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part, "UPDATE job SET weights = 'part.db.weights/x.safetensors'");
    snprintf(path, sizeof path, "%s.weights", b->part);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s.weights/x.safetensors", b->part);
    write_text(path, "numbers");
}

static bool has_weights(const struct bench *b) {
    char path[400], text[16] = "";
    snprintf(path, sizeof path, "%s.weights/x.safetensors", b->f->path);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "numbers");
    return true;
}

static void weights_are_copied(void **state) {
    struct bench *b = *state;
    end_with_weights(b);
    merge_part(b);
    assert_true(has_weights(b));
    assert_text(b, "SELECT weights FROM job", "toy.db.weights/x.safetensors");
}

static void weights_that_are_missing_are_told_and_may_come_later(void **state) {
    struct bench *b = *state;
    char path[400], aside[420];
    end_with_weights(b);
    snprintf(path, sizeof path, "%s.weights", b->part);
    snprintf(aside, sizeof aside, "%s.aside", b->part);
    assert_int_equal(rename(path, aside), 0);
    merge_part(b);
    assert_int_equal(b->counts.n_weightless, 1);
    assert_non_null(strstr(b->said, "without its weights"));
    assert_text(b, "SELECT state || coalesce(weights, '-') FROM job", "done-");
    assert_int_equal(rename(aside, path), 0);
    merge_part(b);
    assert_int_equal(b->counts.n_completed, 1);
    assert_int_equal(b->n_said, 0);
    assert_true(has_weights(b));
}

static void no_file_from_elsewhere_is_copied(void **state) {
    static const char *const names[] = {"../x/y", "/etc/passwd", "a/../passwd", "y", "a/.."};
    struct bench *b = *state;
    char sql[200];
    end_with_weights(b);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(sql, sizeof sql, "UPDATE job SET weights = '%s'", names[i]);
        execute(b->part, sql);
        merge_part(b);
        assert_int_equal(b->counts.n_weightless, 1);
    }
}

/* --- what is left out or undone --- */

static void what_is_not_committed_is_undone(void **state) {
    struct bench *b = *state;
    char folder[400];
    end_with_weights(b);
    end_job(b, b->f->store, b->f->run, 5, JOB_DONE, 0);
    char *before = whole(b);
    struct store_merge *merge = begin_merge(b);
    assert_ok(store_merge_add(merge, b->part, &b->counts, &b->left_out, &b->f->err), &b->f->err);
    assert_true(has_weights(b));
    store_merge_free(merge);
    char *after = whole(b);
    assert_string_equal(after, before);
    snprintf(folder, sizeof folder, "%s.weights", b->f->path);
    assert_int_equal(access(folder, F_OK), -1);
    free(before);
    free(after);
}

static void assert_left_out(struct bench *b, const char *path, const char *words) {
    merge_at(b, path);
    assert_true(b->left_out);
    if (strstr(b->f->err.message, words) == NULL)
        fail_msg("'%s' says nothing of '%s'", b->f->err.message, words);
    assert_text(b, "SELECT count(*) FROM job", "0");
    assert_text(b, "SELECT count(*) FROM run", "1");
}

/* Jobs before the bad one do not come, either. */
static void a_row_that_cannot_be_leaves_all_out(void **state) {
    struct bench *b = *state;
    end_with_weights(b);
    end_job(b, b->store, b->run, 1, JOB_DONE, 0);
    execute(b->part,
            "PRAGMA foreign_keys = OFF; UPDATE result SET split = 'x' WHERE job = 2 AND"
            " split = 'test'");
    assert_left_out(b, b->part, "FOREIGN KEY");
    assert_false(has_weights(b));
}

static void settings_that_are_missing(void **state) {
    struct bench *b = *state;
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part, "DELETE FROM setting");
    assert_left_out(b, b->part, "job 1 has no settings");
}

static void other_numerics(void **state) {
    struct bench *b = *state;
    end_job(b, b->store, b->run, 0, JOB_DONE, 0);
    execute(b->part, "UPDATE job SET numerics = numerics + 1");
    assert_left_out(b, b->part, "use a newer program");
}

static void what_is_no_database(void **state) {
    struct bench *b = *state;
    char path[400];
    snprintf(path, sizeof path, "%s/none.db", b->f->folder);
    assert_left_out(b, path, "there is no database");
    write_text(path,
               "This is some text, and more than the header of a database has: it goes on for"
               " a hundred bytes and then a few.");
    assert_left_out(b, path, "is not a vib-sweep database");
}

static void itself(void **state) {
    struct bench *b = *state;
    struct store_merge *merge = begin_merge(b);
    assert_int_equal(store_merge_add(merge, b->f->path, &b->counts, &b->left_out, &b->f->err),
                     VIB_EUSAGE);
    store_merge_free(merge);
}

static void one_merge_at_a_time(void **state) {
    struct bench *b = *state;
    const struct merge_listener listener = {.tell = hear, .context = b};
    struct store_merge *merge = begin_merge(b), *second = NULL;
    assert_int_equal(store_merge_begin(&second, b->f->path, &b->f->host, &listener, &b->f->err),
                     VIB_EBUSY);
    assert_null(second);
    store_merge_free(merge);
    merge_part(b);
}

/* --- older ones --- */

static void an_older_schema_is_merged_as_it_is(void **state) {
    static const char *const versions[] = {"tests/unit/store/version2.sql",
                                           "tests/unit/store/version3.sql"};
    struct bench *b = *state;
    char path[400];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/old%zu.db", b->f->folder, i);
        sqlite3 *db;
        FILE *file = fopen(versions[i], "r");
        assert_non_null(file);
        char *sql = NULL;
        size_t size = 0;
        assert_true(getdelim(&sql, &size, '\0', file) > 0);
        fclose(file);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        free(sql);
        assert_int_equal(chmod(path, 0444), 0);
        merge_at(b, path);
        if (b->left_out)
            fail_msg("%s: %s", versions[i], b->f->err.message);
    }
    assert_text(b, "SELECT count(*) || ' ' || count(DISTINCT curve_identity) FROM job", "6 2");
    assert_text(b, "SELECT count(*) FROM pragma_foreign_key_check", "0");
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_BENCH(a_job_comes_with_all_it_left),
        WITH_BENCH(the_better_one_stands),
        WITH_BENCH(merging_again_changes_nothing),
        WITH_BENCH(jobs_that_are_not_settled_stay_away),
        WITH_BENCH(a_running_job_is_overtaken),
        WITH_BENCH(other_results_are_told),
        WITH_BENCH(one_epoch_or_bound_is_enough),
        WITH_BENCH(less_is_no_disagreement),
        WITH_BENCH(times_do_not_count),
        WITH_BENCH(diverged_and_done_contradict),
        WITH_BENCH(runs_are_known_by_their_uid),
        WITH_BENCH(own_runs_stay_what_they_are),
        WITH_BENCH(data_keep_the_name_that_is_there),
        WITH_BENCH(labels_and_scales_come_along),
        WITH_BENCH(codes_that_were_not_kept_here_are_taken),
        WITH_BENCH(weights_are_copied),
        WITH_BENCH(weights_that_are_missing_are_told_and_may_come_later),
        WITH_BENCH(no_file_from_elsewhere_is_copied),
        WITH_BENCH(what_is_not_committed_is_undone),
        WITH_BENCH(a_row_that_cannot_be_leaves_all_out),
        WITH_BENCH(settings_that_are_missing),
        WITH_BENCH(other_numerics),
        WITH_BENCH(what_is_no_database),
        WITH_BENCH(itself),
        WITH_BENCH(one_merge_at_a_time),
        WITH_BENCH(an_older_schema_is_merged_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
