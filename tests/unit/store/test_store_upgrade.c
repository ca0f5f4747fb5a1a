/* Databases of older and newer programs: read as if they were this one's, brought up to date by a
 * sweep, or refused. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"
#include "tests/unit/store/store_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char version_2[] = "tests/unit/store/version2.sql";
static const char version_3[] = "tests/unit/store/version3.sql";
static const char version_4[] = "tests/unit/store/version4.sql";

static char *read_whole(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long end = ftell(file);
    assert_true(end >= 0);
    rewind(file);
    char *bytes = calloc((size_t)end + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)end, file), end);
    fclose(file);
    *size = (size_t)end;
    return bytes;
}

/* f->path becomes a database of an older version, in which f has nothing open. */
static void make(struct fixture *f, const char *version) {
    size_t size;
    store_close(f->store);
    f->store = NULL;
    snprintf(f->path, sizeof f->path, "%s/old.db", f->folder);
    char *sql = read_whole(version, &size);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", version, sqlite3_errmsg(db));
    sqlite3_close(db);
    free(sql);
}

static void make_old(struct fixture *f) {
    make(f, version_2);
}

static void assert_text(struct fixture *f, const char *sql, const char *want) {
    char *got = fixture_text(f, sql);
    if (strcmp(got, want) != 0)
        fail_msg("%s\ngives '%s', not '%s'", sql, got, want);
    free(got);
}

static int take_text(void *context, struct store_row *row, struct vib_error *err) {
    const char *text = store_row_text(row, 0, NULL);
    (void)err;
    snprintf(context, 256, "%s", text != NULL ? text : "NULL");
    return 0;
}

/* The same through a reader. */
static void assert_reads(struct fixture *f, const char *sql, const char *want) {
    struct store *reader = NULL;
    char got[256] = "no row";
    const struct store_query query = {.sql = sql, .row = take_text, .context = got};
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    assert_ok(store_query(reader, &query, &f->err), &f->err);
    store_close(reader);
    if (strcmp(got, want) != 0)
        fail_msg("%s\ngives '%s', not '%s'", sql, got, want);
}

static void assert_refused(struct fixture *f, int rc, const char *words) {
    struct store *store = NULL;
    assert_int_equal(store_open(&store, f->path, &f->err), rc);
    assert_null(store);
    if (strstr(f->err.message, words) == NULL)
        fail_msg("'%s' says nothing of '%s'", f->err.message, words);
}

/* --- version 2 --- */

static const char jobs_sql[] =
    "SELECT group_concat(id || method || state || attempts || ' ' || coalesce(beta, '-') || ' ' ||"
    " seed, ', ') FROM (SELECT * FROM job JOIN setting ON setting.job = job.id ORDER BY id)";
static const char jobs[] =
    "1vibdone1 0.001 0, 2vibdone1 0.001 9223372036854775807, 3vibdone1 0.1 0,"
    " 4vibdone1 0.1 9223372036854775807, 5dropoutdone1 - 0, 6dropoutfailed1 - 9223372036854775807";
static const char points_sql[] =
    "SELECT group_concat(point || ' ' || curve || ' ' || n_seeds, ', ') FROM"
    " (SELECT point, curve, n_seeds FROM summary WHERE split = 'test' ORDER BY point)";
static const char points[] = "1 1 2, 3 1 2, 5 5 1";

static void test_reader_leaves_the_file_alone(void **state) {
    struct fixture *f = *state;
    size_t size_before, size_after;
    make_old(f);
    char *before = read_whole(f->path, &size_before);
    assert_reads(f, jobs_sql, jobs);
    assert_reads(f, points_sql, points);
    assert_reads(f, "SELECT t FROM notes", "keep");
    char *after = read_whole(f->path, &size_after);
    assert_int_equal(size_after, size_before);
    assert_memory_equal(after, before, size_before);
    free(before);
    free(after);
}

static void test_a_sweep_brings_it_up_to_date(void **state) {
    struct fixture *f = *state;
    make_old(f);
    char *message =
        fixture_text(f, "SELECT message || examples || finished_at FROM job WHERE id = 6");
    char *bits = fixture_text(f, "SELECT sum(bits * 1e9) || ' ' || sum(se * 1e9) FROM bound");
    char *ce = fixture_text(f, "SELECT sum(ce * 1e9 * epoch) FROM epoch WHERE job < 99");
    f->store = fixture_open(f);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
    assert_text(f, "PRAGMA integrity_check", "ok");
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(
        fixture_integer(f,
                        "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%old!_%' ESCAPE '!'"),
        0);
    assert_text(f, jobs_sql, jobs);
    assert_text(f, points_sql, points);
    assert_text(f, "SELECT message || examples || finished_at FROM job WHERE id = 6", message);
    assert_text(f,
                "SELECT sum(bits * 1e9) || ' ' || sum(se * 1e9) FROM bound WHERE quantity = 'izx'",
                bits);
    assert_text(f, "SELECT sum(ce * 1e9 * epoch) FROM epoch", ce);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM epoch WHERE job = 99"), 0);
    assert_text(f, "SELECT group_concat(split || n, ' ') FROM dataset_split", "test40 train60");
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM code JOIN decoder USING (job)"), 10);
    assert_text(f, "SELECT host || length(uid) || outcome FROM run", "oldhost32complete");
    assert_text(f, "SELECT one || t FROM mine, notes", "1keep");
    free(message);
    free(bits);
    free(ce);
}

/* The jobs are what they were: a sweep of the same grid finds every one of them. */
static void test_identities_are_those_of_the_settings(void **state) {
    static const double betas[] = {0.001, 0.1};
    struct fixture *f = *state;
    struct job_identities identities;
    struct settings settings;
    char sql[400];
    make_old(f);
    f->store = fixture_open(f);
    char *digest = fixture_text(f, "SELECT digest FROM dataset");
    settings_init(&settings);
    static const char *const values[][2] = {{"dataset.name", "mixture"},
                                            {"dataset.dim", "3"},
                                            {"dataset.classes", "3"},
                                            {"dataset.n_train", "60"},
                                            {"dataset.n_test", "40"},
                                            {"model.hidden", "[4]"},
                                            {"train.epochs", "2"},
                                            {"train.batch", "20"},
                                            {"train.lr", "1e-3"},
                                            {"evaluate.every", "1"},
                                            {"evaluate.samples", "2"},
                                            {"evaluate.bounds_n", "20"},
                                            {"K", "2"}};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_ok(key_set(&settings, key_find(values[i][0]), values[i][1], &f->err), &f->err);
    for (size_t i = 0; i < 4; i++) {
        settings.job.beta = betas[i / 2];
        settings.job.seed = i % 2 == 0 ? 0 : INT64_MAX;
        assert_ok(job_identities(&settings, digest, &identities, &f->err), &f->err);
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM job WHERE id = %zu AND identity = '%s'"
                 " AND point_identity = '%s' AND curve_identity = '%s' AND numerics = %d",
                 i + 1, identities.job, identities.point, identities.curve, numerics_version());
        assert_int_equal(fixture_integer(f, sql), 1);
    }
    free(digest);
}

static void test_ids_are_never_used_again(void **state) {
    struct fixture *f = *state;
    make_old(f);
    f->store = fixture_open(f);
    fixture_execute(f,
                    "PRAGMA foreign_keys = ON; DELETE FROM job WHERE id = 6;"
                    "UPDATE job SET run = NULL; DELETE FROM run");
    assert_ok(store_add_dataset(f->store, &f->data, &f->err), &f->err);
    assert_int_equal(fixture_add_job(f, f->store, 0), 7);
    fixture_execute(f, "PRAGMA foreign_keys = ON; DELETE FROM job WHERE id = 7");
    assert_int_equal(fixture_add_job(f, f->store, 1), 8);
    assert_int_equal(fixture_begin_run(f, f->store, &f->host), 2);
}

static void test_refused_while_a_run_lives(void **state) {
    struct fixture *f = *state;
    char sql[900];
    make_old(f);
    snprintf(sql, sizeof sql,
             "UPDATE run SET host = '%s', host_identity = '%s', pid = %lld, process_start = %lld,"
             " ended_at = NULL, outcome = NULL",
             f->host.name, f->host.identity, (long long)f->host.pid, (long long)f->host.start);
    fixture_execute(f, sql);
    assert_refused(f, VIB_EBUSY, "while run 1 (process ");
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), 2);
    assert_reads(f, jobs_sql, jobs);
    fixture_execute(f, "UPDATE run SET outcome = 'complete', ended_at = started_at");
    f->store = fixture_open(f);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
}

/* A run of another machine whose clock was ahead: no promise of an end that does not come. */
static void test_sign_of_life_to_come(void **state) {
    struct fixture *f = *state;
    make_old(f);
    fixture_execute(f,
                    "UPDATE run SET host_identity = 'another', ended_at = NULL, outcome = NULL,"
                    " heartbeat_at = '2999-01-01T00:00:00.000Z'");
    assert_refused(f, VIB_EBUSY, "set this machine's clock right");
    assert_null(strstr(f->err.message, "if it is gone"));
    /* Two hosts' clocks may differ by hours, not by days. */
    fixture_execute(f,
                    "UPDATE run SET heartbeat_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now',"
                    " '-1290 minutes')");
    assert_refused(f, VIB_EBUSY, "or in 2 h ");
    fixture_execute(f, "UPDATE run SET heartbeat_at = '2001-01-01T00:00:00.000Z'");
    f->store = fixture_open(f);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
}

static void test_nothing_is_changed_by_halves(void **state) {
    struct fixture *f = *state;
    make_old(f);
    fixture_execute(f, "UPDATE job SET method = 'guess' WHERE id = 5");
    assert_refused(f, VIB_EIO, "job 5 has a value that no job can have");
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), 2);
    assert_text(f, "SELECT group_concat(id || method) FROM job WHERE id > 3",
                "4vib,5guess,6dropout");
    assert_int_equal(fixture_integer(f, "SELECT version FROM summary"), 2);
}

/* --- version 3 --- */

static const char tables_sql[] =
    "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'table'"
    " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> 'notes' ORDER BY name)";
static const char columns_sql[] =
    "SELECT group_concat(name || type || \"notnull\" || pk, ' ') FROM"
    " (SELECT * FROM pragma_table_info('job') UNION ALL SELECT * FROM pragma_table_info('run')"
    " UNION ALL SELECT * FROM pragma_table_info('result')"
    " UNION ALL SELECT * FROM pragma_table_info('epoch')"
    " UNION ALL SELECT * FROM pragma_table_info('prediction'))";
static const char values_sql[] =
    "SELECT group_concat(job || ' ' || beta || ' ' || split || ' ' || ce, ', ') FROM"
    " (SELECT * FROM information_plane ORDER BY job, split)";

static void test_version_3_is_read_as_it_is(void **state) {
    struct fixture *f = *state;
    size_t size_before, size_after;
    make(f, version_3);
    char *before = read_whole(f->path, &size_before);
    assert_reads(f, values_sql,
                 "1 0.001 test 1.14615692379048, 1 0.001 train 1.13992256681125,"
                 " 2 0.1 test 1.15232612838953, 2 0.1 train 1.14316873502519");
    assert_reads(f, "SELECT chosen_by || K FROM best_beta", "test2");
    assert_reads(f, "SELECT count(*) FROM progress, dataset_class, input_scale", "0");
    char *after = read_whole(f->path, &size_after);
    assert_int_equal(size_after, size_before);
    assert_memory_equal(after, before, size_before);
    free(before);
    free(after);
}

static void check_what_it_lacks(struct fixture *f, const char *version) {
    struct store *reader = NULL;
    make(f, version);
    char *uid = fixture_text(f, "SELECT uid FROM run");
    f->store = fixture_open(f);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
    assert_text(f, "PRAGMA integrity_check", "ok");
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_text(f, "SELECT uid FROM run", uid);
    assert_text(f, "SELECT one || t FROM mine, notes", "1keep");
    assert_int_equal(fixture_integer(f, "SELECT count(input_scale) FROM job"), 0);
    assert_ok(store_open_reader(&reader, f->path, &f->err), &f->err);
    store_close(reader);
    char *tables = fixture_text(f, tables_sql), *columns = fixture_text(f, columns_sql);
    snprintf(f->path, sizeof f->path, "%s/new.db", f->folder);
    store_close(f->store);
    f->store = fixture_open(f);
    assert_text(f, tables_sql, tables);
    assert_text(f, columns_sql, columns);
    free(tables);
    free(columns);
    free(uid);
}

static void test_version_3_gets_what_it_lacks(void **state) {
    check_what_it_lacks(*state, version_3);
}

static void test_version_4_gets_what_it_lacks(void **state) {
    check_what_it_lacks(*state, version_4);
}

/* --- version 4 --- */

/* What it measured stays; what it did not is not made up. */
static void test_version_4_keeps_its_values(void **state) {
    static const char values_4[] =
        "SELECT group_concat(method || ' ' || split || ' ' || round(ce, 6) || ' ' ||"
        " coalesce(round(izy_lower, 6), '-') || ' ' || coalesce(round(izx_upper, 6), '-'), ', ')"
        " FROM (SELECT * FROM information_plane ORDER BY job, split)";
    static const char want[] =
        "vib test 1.152326 0.37726 17.361071, vib train 1.143169 0.399241 17.548663,"
        " deterministic test 2.336849 - -, deterministic train 2.540583 - -";
    static const char unknown[] =
        "SELECT count(error_mu) || count(izx_upper_se) || count(izx_y_upper) || count(effective_weight)"
        " FROM information_plane";
    static const char residual[] =
        "SELECT group_concat(coalesce(izx_y_upper_tight_by, '-'), ' ') FROM"
        " (SELECT * FROM information_plane WHERE split = 'test' ORDER BY job)";
    struct fixture *f = *state;
    size_t size_before, size_after;
    char sums[2][400];
    make(f, version_4);
    char *before = read_whole(f->path, &size_before);
    for (int i = 0; i < 2; i++) {
        char *sum = fixture_text(
            f, i == 0
                   ? "SELECT sum(bits * 1e9) || ' ' || sum(se * 1e9) || ' ' || count(*) FROM bound"
                   : "SELECT sum(ce * 1e9 * epoch) || ' ' || sum(izx_upper * 1e9) FROM epoch");
        snprintf(sums[i], sizeof sums[i], "%s", sum);
        free(sum);
    }
    assert_reads(f, values_4, want);
    assert_reads(f, unknown, "0000");
    char *after = read_whole(f->path, &size_after);
    assert_int_equal(size_after, size_before);
    assert_memory_equal(after, before, size_before);
    f->store = fixture_open(f);
    assert_text(f, values_4, want);
    assert_text(f, unknown, "0000");
    assert_text(f, residual, "log2_n_less_h_y -");
    assert_text(f, "SELECT sum(bits * 1e9) || ' ' || sum(se * 1e9) || ' ' || count(*) FROM bound",
                sums[0]);
    assert_text(f, "SELECT sum(ce * 1e9 * epoch) || ' ' || sum(izx_upper * 1e9) FROM epoch",
                sums[1]);
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM code JOIN decoder USING (job)"), 4);
    free(before);
    free(after);
}

static void test_version_3_with_a_table_of_a_new_name(void **state) {
    struct fixture *f = *state;
    make(f, version_3);
    fixture_execute(f, "CREATE TABLE progress (mine)");
    assert_refused(f, VIB_EIO, "is named progress");
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), 3);
    assert_int_equal(
        fixture_integer(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'input_scale'"), 0);
}

static void test_version_3_of_other_numerics(void **state) {
    struct fixture *f = *state;
    make(f, version_3);
    fixture_execute(f, "UPDATE job SET numerics = numerics + 1");
    assert_refused(f, VIB_EIO, "use a newer program");
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), 3);
}

/* --- other programs of this version --- */

static void test_a_key_that_is_new_to_the_database(void **state) {
    struct fixture *f = *state;
    struct settings settings;
    fixture_settings(0, &settings);
    fixture_add_settings(f, f->store, &settings);
    settings.job.method = VIB_METHOD_DROPOUT;
    settings.job.beta = 1e-3;
    fixture_add_settings(f, f->store, &settings);
    fixture_execute(f,
                    "ALTER TABLE setting DROP COLUMN train_dropout;"
                    "ALTER TABLE setting DROP COLUMN evaluate_samples;"
                    "ALTER TABLE setting DROP COLUMN train_lr;"
                    "ALTER TABLE setting DROP COLUMN dataset_noise");
    static const char values[] =
        "SELECT group_concat(method || coalesce(train_dropout, '-') ||"
        " coalesce(evaluate_samples, '-') || coalesce(train_lr, '-') || coalesce(dataset_noise, '-'),"
        " ' ') FROM setting";
    assert_reads(f, values, "vib-120.0001- dropout0.5-0.0001-");
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM pragma_table_info('setting')"
                                     " WHERE name = 'train_lr'"),
                     0);
    /* The run of the fixture lives. */
    assert_refused(f, VIB_EBUSY, "cannot be brought up to date while");
    assert_ok(store_end_run(f->store, f->run, "complete", &f->err), &f->err);
    store_close(f->store);
    f->store = fixture_open(f);
    assert_text(f, values, "vib-120.0001- dropout0.5-0.0001-");
    assert_int_equal(fixture_integer(f,
                                     "SELECT count(*) FROM pragma_table_info('summary')"
                                     " WHERE name IN ('train_lr', 'dataset_noise')"),
                     2);
    fixture_add_job(f, f->store, 5);
}

static void test_a_setting_that_this_program_does_not_know(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    fixture_execute(f, "ALTER TABLE setting ADD COLUMN train_unheard REAL");
    assert_refused(f, VIB_EIO, "has a setting train_unheard, which this program does not know");
    assert_int_equal(store_open_reader(&store, f->path, &f->err), VIB_EDATA);
    assert_non_null(strstr(f->err.message, "train_unheard"));
}

static void test_other_numerics(void **state) {
    struct fixture *f = *state;
    char sql[100];
    fixture_add_job(f, f->store, 0);
    snprintf(sql, sizeof sql, "UPDATE job SET numerics = %d", numerics_version() + 1);
    fixture_execute(f, sql);
    assert_refused(f, VIB_EIO, "use a newer program");
    snprintf(sql, sizeof sql, "UPDATE job SET numerics = %d", numerics_version() - 1);
    fixture_execute(f, sql);
    assert_refused(f, VIB_EIO, "start a new database");
    assert_non_null(strstr(f->err.message, numerics_change(numerics_version())));
    assert_reads(f, "SELECT count(*) FROM job", "1");
}

/* A reader has its own program's views, whatever the file's are. */
static void test_views_of_a_reader(void **state) {
    struct fixture *f = *state;
    fixture_add_job(f, f->store, 0);
    fixture_execute(f,
                    "UPDATE job SET state = 'done';"
                    "INSERT INTO result (job, split, epoch, n, log2_n) VALUES (1, 'test', 1, 1, 0);"
                    "DROP VIEW summary; CREATE VIEW summary AS SELECT 'other' AS point;"
                    "DROP VIEW job_point");
    assert_reads(f, "SELECT point || split FROM summary", "1test");
    assert_text(f, "SELECT point FROM summary", "other");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_new, fixture_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_reader_leaves_the_file_alone),
        WITH_FIXTURE(test_a_sweep_brings_it_up_to_date),
        WITH_FIXTURE(test_identities_are_those_of_the_settings),
        WITH_FIXTURE(test_ids_are_never_used_again),
        WITH_FIXTURE(test_refused_while_a_run_lives),
        WITH_FIXTURE(test_sign_of_life_to_come),
        WITH_FIXTURE(test_nothing_is_changed_by_halves),
        WITH_FIXTURE(test_version_3_is_read_as_it_is),
        WITH_FIXTURE(test_version_3_gets_what_it_lacks),
        WITH_FIXTURE(test_version_4_gets_what_it_lacks),
        WITH_FIXTURE(test_version_4_keeps_its_values),
        WITH_FIXTURE(test_version_3_with_a_table_of_a_new_name),
        WITH_FIXTURE(test_version_3_of_other_numerics),
        WITH_FIXTURE(test_a_key_that_is_new_to_the_database),
        WITH_FIXTURE(test_a_setting_that_this_program_does_not_know),
        WITH_FIXTURE(test_other_numerics),
        WITH_FIXTURE(test_views_of_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
