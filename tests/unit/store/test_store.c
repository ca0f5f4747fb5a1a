/* Jobs and results in the store: what goes in comes out, once, whole or not at all. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t claimed_job(struct fixture *f, size_t i) {
    const int64_t job = fixture_add_job(f, f->store, i);
    bool claimed = false;
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_true(claimed);
    return job;
}

static enum job_state state_of(struct fixture *f, int64_t job) {
    enum job_state state;
    bool found;
    assert_ok(store_job_state(f->store, job, &state, &found, &f->err), &f->err);
    assert_true(found);
    return state;
}

static void assert_text(struct fixture *f, const char *sql, const char *want) {
    char *got = fixture_text(f, sql);
    assert_string_equal(got, want);
    free(got);
}

/* --- the table of keys and the schema --- */

static void test_every_key_has_its_column(void **state) {
    static const char *const types[] = {
        [KEY_STORE_INTEGER] = "INTEGER", [KEY_STORE_REAL] = "REAL", [KEY_STORE_TEXT] = "TEXT"};
    struct fixture *f = *state;
    char sql[256], column[KEY_COLUMN_SIZE];
    size_t n = 0;
    for (size_t i = 0; i < n_keys; i++) {
        if (!key_has_column(&keys[i]))
            continue;
        n++;
        key_column(&keys[i], column);
        snprintf(sql, sizeof sql,
                 "SELECT coalesce(max(type), 'no column %s') FROM pragma_table_info('setting')"
                 " WHERE name = '%s'",
                 column, column);
        assert_text(f, sql, types[key_storage(&keys[i])]);
    }
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM pragma_table_info('setting')"),
                     n + 1);
}

/* `*` brings all columns of a table: two of a name would become "name" and "name:1". */
static void test_no_view_names_a_column_twice(void **state) {
    struct fixture *f = *state;
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM sqlite_schema AS view,"
                                     " pragma_table_info(view.name) AS column"
                                     " WHERE view.type = 'view'") > 100,
                     1);
    assert_text(f,
                "SELECT coalesce(group_concat(view.name || '.' || column.name), '')"
                " FROM sqlite_schema AS view, pragma_table_info(view.name) AS column"
                " WHERE view.type = 'view' AND column.name LIKE '%:%'",
                "");
}

static void test_methods_are_recorded(void **state) {
    struct fixture *f = *state;
    assert_text(
        f,
        "SELECT group_concat(name || stochastic || rate || ifnull(trade_off, '-'), ' ')"
        " FROM (SELECT * FROM method ORDER BY name)",
        "ceb10train.gamma confidence_penalty00- deterministic00- dropout00- label_smoothing00- nonlinear_ib10beta vib11beta");
    /* As a database that was made before a method was known. */
    fixture_execute(f, "DELETE FROM method WHERE name = 'dropout'");
    struct store *store = fixture_open(f);
    store_close(store);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM method"), VIB_METHODS);
}

/* Whatever a key's value is, its column holds that value. */
static void test_values_are_stored(void **state) {
    struct fixture *f = *state;
    struct settings settings;
    char text[512], sql[128], column[KEY_COLUMN_SIZE];
    settings_init(&settings);
    const struct key *lr = key_find("train.lr"), *hidden = key_find("model.hidden");
    assert_ok(key_set(&settings, lr, "0.12345678901234568", &f->err), &f->err);
    assert_ok(key_set(&settings, hidden, "[3, 2]", &f->err), &f->err);
    fixture_add_settings(f, f->store, &settings);
    for (size_t i = 0; i < n_keys; i++) {
        if (!key_has_column(&keys[i]))
            continue;
        key_column(&keys[i], column);
        if (!key_matters(&keys[i], settings_kind(&settings))) {
            snprintf(sql, sizeof sql, "SELECT count(%s) FROM setting", column);
            assert_int_equal(fixture_integer(f, sql), 0);
            continue;
        }
        assert_true(key_format(&settings, &keys[i], text, sizeof text) < (int)sizeof text);
        snprintf(sql, sizeof sql, "SELECT %s FROM setting", column);
        char *got = fixture_text(f, sql);
        if (keys[i].type == KEY_REAL) {
            /* As text SQLite keeps 15 digits. */
            if (!(fabs(strtod(got, NULL) - strtod(text, NULL)) <= 1e-14))
                fail_msg("%s: %s is not %s", keys[i].name, got, text);
        } else
            assert_string_equal(got, text);
        free(got);
    }
    assert_int_equal(fixture_integer(f, "SELECT train_lr = 0.12345678901234568 FROM setting"), 1);
}

static void test_a_job_tells_point_curve_and_numerics(void **state) {
    struct fixture *f = *state;
    struct job_identities identities;
    struct settings settings;
    char want[300];
    fixture_settings(0, &settings);
    fixture_add_settings(f, f->store, &settings);
    assert_ok(job_identities(&settings, f->data.digest, &identities, &f->err), &f->err);
    snprintf(want, sizeof want, "%s %s %s %d", identities.job, identities.point, identities.curve,
             numerics_version());
    assert_text(f,
                "SELECT identity || ' ' || point_identity || ' ' || curve_identity || ' ' ||"
                " numerics FROM job",
                want);
}

static void test_dataset_is_recorded_once(void **state) {
    struct fixture *f = *state;
    assert_ok(store_add_dataset(f->store, &f->data, &f->err), &f->err);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM dataset"), 1);
    assert_text(f, "SELECT name || dim || classes FROM dataset", "toy34");
    assert_text(f, "SELECT group_concat(split || ' ' || n || ' ' || h_y, ', ') FROM dataset_split",
                "test 20 1.875, train 50 2.0");
    assert_int_equal(fixture_integer(f, "SELECT ixy IS NULL AND ixy_se IS NULL FROM dataset"), 1);
}

/* --- jobs --- */

static void test_ids_ascend_and_identities_are_unique(void **state) {
    struct fixture *f = *state;
    int64_t last = 0;
    for (size_t i = 0; i < 20; i++) {
        const int64_t job = fixture_add_job(f, f->store, i);
        assert_true(job > last);
        last = job;
    }
    assert_true(fixture_add_job(f, f->store, 3) < last);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), 20);
}

static void test_a_job_is_claimed_once(void **state) {
    struct fixture *f = *state;
    const int64_t job = claimed_job(f, 0);
    bool claimed = true;
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_false(claimed);
    assert_int_equal(state_of(f, job), JOB_RUNNING);
    assert_int_equal(fixture_integer(f,
                                     "SELECT attempts = 1 AND worker IS NULL AND"
                                     " started_at LIKE '____-__-__T__:__:__.___Z' FROM job"),
                     1);
}

static void test_release_and_retry(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const int64_t released = claimed_job(f, 0), failed = claimed_job(f, 1);
    assert_ok(store_release(f->store, released, f->run + 1, true, &f->err), &f->err);
    assert_int_equal(state_of(f, released), JOB_RUNNING); /* not that run's to release */
    assert_ok(store_release(f->store, released, f->run, true, &f->err), &f->err);
    assert_int_equal(state_of(f, released), JOB_PENDING);
    fixture_result(&result, epochs);
    result.state = JOB_FAILED;
    assert_ok(store_finish(f->store, failed, f->run, &f->data, &result, &recorded, &f->err),
              &f->err);
    assert_true(recorded);
    assert_int_equal(state_of(f, failed), JOB_FAILED);
    assert_ok(store_retry(f->store, failed, &f->err), &f->err);
    assert_int_equal(state_of(f, failed), JOB_PENDING);
}

/* A job that was claimed ahead and never begun. */
static void test_release_of_a_job_not_begun(void **state) {
    static const char attempts[] = "SELECT 10 * attempts + (started_at IS NOT NULL) FROM job";
    struct fixture *f = *state;
    bool claimed;
    const int64_t job = claimed_job(f, 0);
    assert_ok(store_release(f->store, job, f->run, false, &f->err), &f->err);
    assert_int_equal(state_of(f, job), JOB_PENDING);
    assert_int_equal(fixture_integer(f, attempts), 0);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_release(f->store, job, f->run, true, &f->err), &f->err);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    assert_ok(store_release(f->store, job, f->run, false, &f->err), &f->err);
    assert_int_equal(fixture_integer(f, attempts), 11); /* the first attempt's start stays */
}

static void assert_moved(struct fixture *f) {
    assert_int_equal(store_heartbeat(f->store, f->run, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "was deleted or replaced"));
    assert_int_equal(store_end_run(f->store, f->run, "complete", &f->err), VIB_EDATA);
}

static void test_a_file_that_is_gone(void **state) {
    struct fixture *f = *state;
    char aside[320];
    snprintf(aside, sizeof aside, "%s.aside", f->path);
    assert_ok(store_heartbeat(f->store, f->run, &f->err), &f->err);
    assert_int_equal(rename(f->path, aside), 0);
    assert_moved(f);
    FILE *other = fopen(f->path, "w");
    assert_non_null(other);
    assert_int_equal(fclose(other), 0);
    assert_moved(f);
    assert_int_equal(rename(aside, f->path), 0);
    assert_ok(store_heartbeat(f->store, f->run, &f->err), &f->err);
}

static void test_only_failed_jobs_are_retried(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const int64_t done = claimed_job(f, 0), diverged = claimed_job(f, 1);
    fixture_result(&result, epochs);
    assert_ok(store_finish(f->store, done, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    result.state = JOB_DIVERGED;
    assert_ok(store_finish(f->store, diverged, f->run, &f->data, &result, &recorded, &f->err),
              &f->err);
    assert_ok(store_retry(f->store, done, &f->err), &f->err);
    assert_ok(store_retry(f->store, diverged, &f->err), &f->err);
    assert_int_equal(state_of(f, done), JOB_DONE);
    assert_int_equal(state_of(f, diverged), JOB_DIVERGED);
}

static void test_unknown_job(void **state) {
    struct fixture *f = *state;
    enum job_state job_state;
    bool found;
    assert_ok(store_job_state(f->store, 99, &job_state, &found, &f->err), &f->err);
    assert_false(found);
}

/* --- results --- */

static void test_finish_records_everything(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    struct result_row rows[VIB_SPLITS];
    bool recorded = false;
    unsigned splits = 0;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(recorded);
    assert_int_equal(state_of(f, job), JOB_DONE);
    assert_text(f,
                "SELECT train_s || ' ' || evaluate_s || ' ' || examples || ' ' || objective ||"
                " ' ' || message FROM job WHERE finished_at >= started_at",
                "12.5 0.5 100 0.75 a note");
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM epoch"), 4);
    assert_text(f, "SELECT group_concat(split || epoch || ' ' || n || ' ' || h_y) FROM result",
                "test10 20 1.875,train10 50 2.0");
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM result WHERE izy_lower = h_y - ce"
                                     " AND izy_mc = h_y - ce_mc AND ce > ce_mc"
                                     " AND izy_lower_se > 0"),
                     2);
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM epoch e JOIN result r USING (job,"
                                     " split, epoch) WHERE e.izx_upper = r.izx_upper AND"
                                     " e.error = r.error AND e.lr = 0.05"),
                     2);
    assert_ok(store_read_result(f->store, job, rows, &splits, &f->err), &f->err);
    assert_int_equal(splits, 1u << VIB_TRAIN | 1u << VIB_TEST);
    for (size_t s = 0; s <= VIB_TEST; s++) {
        const struct vib_evaluation *want = &epochs[1].split[s];
        assert_true(rows[s].error == want->error && rows[s].error_mc == want->error_mc);
        assert_true(rows[s].izx_upper == want->rate);
        assert_true(rows[s].izy_lower == f->data.split[s].h_y - want->ce);
    }
}

static void test_plane_starts_with_the_settings(void **state) {
    struct fixture *f = *state;
    assert_text(f,
                "SELECT group_concat(name, ' ') FROM (SELECT name FROM"
                " pragma_table_info('information_plane') ORDER BY cid LIMIT 6)",
                "job method beta K seed dataset_name");
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM pragma_table_info('setting') AS s"
                                     " JOIN pragma_table_info('information_plane') AS p"
                                     " USING (cid, name)"),
                     fixture_integer(f, "SELECT count(*) FROM pragma_table_info('setting')"));
}

static void test_plane_holds_done_jobs_only(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    unsigned splits = 1;
    struct result_row rows[VIB_SPLITS];
    const enum job_state states[] = {JOB_DONE, JOB_DIVERGED, JOB_FAILED};
    int64_t job = 0;
    fixture_result(&result, epochs);
    for (size_t i = 0; i < 3; i++) {
        job = claimed_job(f, i);
        result.state = states[i];
        assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err),
                  &f->err);
    }
    assert_int_equal(fixture_integer(f, "SELECT sum(beta) FROM information_plane"), 2);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM result"), 2);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM epoch"), 12);
    assert_ok(store_read_result(f->store, job, rows, &splits, &f->err), &f->err);
    assert_int_equal(splits, 0);
}

static void test_not_a_number_becomes_null(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    struct result_row rows[VIB_SPLITS];
    bool recorded;
    unsigned splits;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    result.objective = (double)NAN;
    epochs[1].split[VIB_TEST].ce = HUGE_VAL;
    epochs[1].split[VIB_TEST].error = (double)NAN;
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM result WHERE split = 'test' AND"
                                     " ce IS NULL AND izy_lower IS NULL AND error IS NULL"
                                     " AND izx_upper > 0 AND izy_mc IS NOT NULL"),
                     1);
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM result WHERE split = 'train' AND"
                                     " izx_upper > 0 AND izy_lower IS NOT NULL AND ce > 0"),
                     1);
    assert_int_equal(fixture_integer(f, "SELECT objective IS NULL FROM job"), 1);
    assert_ok(store_read_result(f->store, job, rows, &splits, &f->err), &f->err);
    assert_true(splits != 0 && isnan(rows[VIB_TEST].error) && !isnan(rows[VIB_TRAIN].error));
}

/* The method tells, whatever stands in the evaluation; H(Y) less the cross-entropy bounds I(Z;Y) of
 * every code. */
static void test_a_deterministic_code_has_no_rate(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    struct result_row rows[VIB_SPLITS];
    bool recorded;
    unsigned splits;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    result.method = VIB_METHOD_DROPOUT;
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    const char *const sql[] = {
        "SELECT count(*) FROM result WHERE izy_lower = h_y - ce AND izy_mc = h_y - ce_mc AND"
        " izy_lower_se > 0 AND coalesce(izx_upper, izx_upper_se, izx_y_upper) IS NULL",
        "SELECT count(*) FROM epoch WHERE izy_lower = h_y - ce AND izy_mc = h_y - ce_mc AND"
        " izy_lower_se > 0 AND coalesce(izx_upper, izx_upper_se, izx_y_upper) IS NULL"};
    assert_int_equal(fixture_integer(f, sql[0]), 2);
    assert_int_equal(fixture_integer(f, sql[1]), 4);
    assert_ok(store_read_result(f->store, job, rows, &splits, &f->err), &f->err);
    assert_true(isnan(rows[VIB_TEST].izx_upper) && isfinite(rows[VIB_TEST].izy_lower));
}

/* CEB trades by a bound on I(X;Z|Y) and has no rate; a sampled rate has a standard error. */
static void test_what_a_method_trades(void **state) {
    struct fixture *f = *state;
    static const char sql[] =
        "SELECT group_concat(coalesce(izx_upper, '-') || ' ' || coalesce(izx_upper_se, '-') || ' '"
        " || coalesce(izx_y_upper, '-') || ' ' || error_mu, ', ') FROM epoch";
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    fixture_result(&result, epochs);
    result.n_epochs = 1;
    result.final = 0;
    for (int split = 0; split < 2; split++) {
        epochs[0].split[split].rate_se = 0.25 * split;
        epochs[0].split[split].compression = 3.0 + split;
    }
    const int64_t vib = claimed_job(f, 0), ceb = claimed_job(f, 1);
    assert_ok(store_finish(f->store, vib, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_text(f, sql, "7.15625 0.25 - 0.0390625, 7.125 - - 0.03125");
    fixture_execute(f, "DELETE FROM epoch");
    result.method = VIB_METHOD_CEB;
    assert_ok(store_finish(f->store, ceb, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_text(f, sql, "- - 4.0 0.0390625, - - 3.0 0.03125");
    assert_text(f, "SELECT group_concat(izx_y_upper) FROM result WHERE job = 2", "4.0,3.0");
}

/* Estimates go to their table, and the tightest that are valid to the plane: of a subsample, here
 * 10 of 50 training examples, only a lower or a leave-one-out estimate is valid for the split. */
static void test_bounds_are_recorded(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    for (size_t s = 0; s <= VIB_TEST; s++) {
        struct vib_information *information = &result.information[s];
        information->n = s == VIB_TRAIN ? 10 : f->data.split[s].n;
        information->cap = log2((double)information->n);
        information->residual_made = 1u << VIB_ESTIMATOR_MIXTURE;
        information->residual[VIB_ESTIMATOR_MIXTURE] = (struct vib_bound){2.0, 0.25};
        information->residual_cap = 1.5;
        information->made = (1u << VIB_ESTIMATORS) - 1 - (1u << VIB_ESTIMATOR_RATE);
        for (int e = 0; e < VIB_ESTIMATORS; e++)
            information->bound[e] = (struct vib_bound){1.0 + e, 0.25};
    }
    /* below the lower ones, so that it is the tightest wherever it counts; these are cut at it */
    result.information[VIB_TRAIN].bound[VIB_ESTIMATOR_PAIRWISE_KL].bits = 0.5;
    result.information[VIB_TEST].bound[VIB_ESTIMATOR_PAIRWISE_KL].bits = 0.5;
    result.information[VIB_TEST].bound[VIB_ESTIMATOR_LEAVE_ONE_OUT].bits = (double)NAN;
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_text(f,
                "SELECT group_concat(split || ' ' || estimator || ' ' || side || ' ' || n || ' ' ||"
                " coalesce(bits, '-') || ' ' || se || ' ' || round(cap, 4), ', ') FROM bound"
                " WHERE estimator IN ('mixture', 'leave_one_out') AND quantity = 'izx'",
                "test leave_one_out upper 20 - 0.25 4.3219, test mixture lower 20 3.0 0.25 4.3219,"
                " train leave_one_out upper 10 4.0 0.25 3.3219,"
                " train mixture lower 10 3.0 0.25 3.3219");
    assert_text(f,
                "SELECT group_concat(split || ' ' || izx_lower || ' ' || izx_lower_by || ' ' ||"
                " izx_upper_tight || ' ' || izx_upper_tight_by, ', ') FROM information_plane",
                "test 0.5 pairwise_bhattacharyya 0.5 pairwise_kl,"
                " train 4.5 pairwise_bhattacharyya 4.5 leave_one_out");
    assert_text(f,
                "SELECT group_concat(split || estimator || side || n || ' ' || bits || ' ' || se ||"
                " ' ' || cap, ', ') FROM bound WHERE quantity = 'izx_y'",
                "testmixturelower20 2.0 0.25 1.5, trainmixturelower10 2.0 0.25 1.5");
}

/* A row that cannot be written undoes all the others, in a transaction of its own and in a larger
 * one, which goes on. */
static void test_finish_is_atomic(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded = true;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    fixture_execute(f,
                    "CREATE TRIGGER broken BEFORE INSERT ON result WHEN NEW.split = 'test'"
                    " BEGIN SELECT RAISE(ABORT, 'injected'); END");
    assert_int_equal(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err),
                     VIB_EIO);
    assert_false(recorded);
    assert_non_null(strstr(f->err.message, "injected"));
    assert_non_null(strstr(f->err.message, f->path));
    assert_ok(store_begin(f->store, &f->err), &f->err);
    assert_int_equal(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err),
                     VIB_EIO);
    fixture_add_job(f, f->store, 1);
    assert_ok(store_commit(f->store, &f->err), &f->err);
    assert_int_equal(state_of(f, job), JOB_RUNNING);
    assert_int_equal(fixture_integer(f,
                                     "SELECT (SELECT count(*) FROM epoch) +"
                                     " (SELECT count(*) FROM result)"),
                     0);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), 2);
    fixture_execute(f, "DROP TRIGGER broken");
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_true(recorded);
}

static void test_a_lost_job_is_not_finished(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded = true;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    assert_ok(store_finish(f->store, job, f->run + 1, &f->data, &result, &recorded, &f->err),
              &f->err);
    assert_false(recorded);
    assert_int_equal(state_of(f, job), JOB_RUNNING);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM epoch"), 0);
}

/* The trajectory of a failed attempt does not mix with the next one's. */
static void test_retry_replaces_epochs(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded, claimed;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    result.state = JOB_FAILED;
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_ok(store_retry(f->store, job, &f->err), &f->err);
    assert_ok(store_claim(f->store, job, f->run, &claimed, &f->err), &f->err);
    result.state = JOB_DONE;
    result.n_epochs = 1;
    result.final = 0;
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM epoch"), 2);
    assert_int_equal(fixture_integer(f, "SELECT attempts FROM job"), 2);
}

/* Early stopping goes back to the best epoch: the way past it is kept, too. */
static void test_the_final_result_may_be_an_earlier_one(void **state) {
    struct fixture *f = *state;
    struct epoch_result epochs[2];
    struct job_result result;
    bool recorded;
    const int64_t job = claimed_job(f, 0);
    fixture_result(&result, epochs);
    result.final = 0;
    assert_ok(store_finish(f->store, job, f->run, &f->data, &result, &recorded, &f->err), &f->err);
    assert_text(f,
                "SELECT group_concat(split || ' ' || epoch || ' ' || error, ', ') FROM result"
                " ORDER BY split",
                "test 5 0.15625, train 5 0.125");
    assert_int_equal(fixture_integer(f, "SELECT max(epoch) FROM epoch"), 10);
}

static void test_rollback_forgets(void **state) {
    struct fixture *f = *state;
    store_rollback(f->store);
    assert_ok(store_begin(f->store, &f->err), &f->err);
    fixture_add_job(f, f->store, 0);
    store_rollback(f->store);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM job"), 0);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_every_key_has_its_column),
        WITH_FIXTURE(test_no_view_names_a_column_twice),
        WITH_FIXTURE(test_methods_are_recorded),
        WITH_FIXTURE(test_a_job_tells_point_curve_and_numerics),
        WITH_FIXTURE(test_values_are_stored),
        WITH_FIXTURE(test_dataset_is_recorded_once),
        WITH_FIXTURE(test_ids_ascend_and_identities_are_unique),
        WITH_FIXTURE(test_a_job_is_claimed_once),
        WITH_FIXTURE(test_release_and_retry),
        WITH_FIXTURE(test_release_of_a_job_not_begun),
        WITH_FIXTURE(test_a_file_that_is_gone),
        WITH_FIXTURE(test_only_failed_jobs_are_retried),
        WITH_FIXTURE(test_unknown_job),
        WITH_FIXTURE(test_finish_records_everything),
        WITH_FIXTURE(test_plane_starts_with_the_settings),
        WITH_FIXTURE(test_plane_holds_done_jobs_only),
        WITH_FIXTURE(test_not_a_number_becomes_null),
        WITH_FIXTURE(test_a_deterministic_code_has_no_rate),
        WITH_FIXTURE(test_what_a_method_trades),
        WITH_FIXTURE(test_bounds_are_recorded),
        WITH_FIXTURE(test_finish_is_atomic),
        WITH_FIXTURE(test_a_lost_job_is_not_finished),
        WITH_FIXTURE(test_retry_replaces_epochs),
        WITH_FIXTURE(test_the_final_result_may_be_an_earlier_one),
        WITH_FIXTURE(test_rollback_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
