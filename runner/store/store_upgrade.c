/* Databases of older programs.
 *
 * Version 2 of the schema had the values of a job in table job and two splits in every CHECK; its
 * tables are made anew and its rows copied. Versions 3 and 4 lacked tables and columns, and any may
 * lack those of keys that came later: they are added, and are NULL for what was measured before.
 * All of it happens in one exclusive transaction.
 */
#include "runner/store/store_internal.h"

#include <limits.h>
#include <stdlib.h>

enum {
    OLDEST_VERSION = 2,
    VERSION_OF_SETTINGS = 3,
    VERSION_OF_PROGRESS = 4,
    NUMERICS_OF_VERSION_2 = 2
};

int store_upgrade_needed(struct store *store, int refusal, bool *needed, struct vib_error *err) {
    int64_t version = 0;
    bool complete = true;
    int rc = store_query_integer(store, "PRAGMA user_version", &version, err);
    if (rc != 0)
        return rc;
    if (version > STORE_SCHEMA_VERSION)
        return vib_error_set(err, refusal,
                             "%s has schema version %lld; this program knows version %d: use a "
                             "newer program",
                             store->path, (long long)version, STORE_SCHEMA_VERSION);
    if (version < OLDEST_VERSION)
        return vib_error_set(err, refusal,
                             "%s has schema version %lld, whose jobs give other results than this "
                             "program's: since numerics 2, %s; start a new database",
                             store->path, (long long)version, numerics_change(2));
    if (version >= VERSION_OF_SETTINGS)
        rc = store_setting_check(store, refusal, &complete, err);
    *needed = version < STORE_SCHEMA_VERSION || !complete;
    return rc;
}

/* Jobs of this version's numerics and of others would give results that nobody could tell apart. */
static int check_numerics(struct store *store, int64_t version, struct vib_error *err) {
    const int known = numerics_version();
    if (version == known)
        return 0;
    if (version > known)
        return vib_error_set(err, VIB_EIO,
                             "%s holds jobs of numerics %lld, this program computes by numerics %d "
                             "and would give other results: use a newer program",
                             store->path, (long long)version, known);
    return vib_error_set(
        err, VIB_EIO,
        "%s holds jobs of numerics %lld, and this program would give other results: "
        "since numerics %d, %s; start a new database",
        store->path, (long long)version, known, numerics_change(known));
}

int store_check_numerics(struct store *store, struct vib_error *err) {
    int64_t version = 0;
    const int known = numerics_version();
    int rc =
        store_query_integer(store, "SELECT coalesce(max(numerics), 0) FROM job", &version, err);
    if (rc == 0 && (version == 0 || version == known))
        rc =
            store_query_integer(store, "SELECT coalesce(min(numerics), 0) FROM job", &version, err);
    return rc != 0 || version == 0 ? rc : check_numerics(store, version, err);
}

static int run(struct store *store, const char *sql, struct vib_error *err) {
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, "bring the database up to date", err);
    return 0;
}

/* --- from version 2 --- */

/* A user's own views stay, though they may name columns that are gone. */
static const char set_aside[] =
    "DROP VIEW IF EXISTS valid_bound; DROP VIEW IF EXISTS information_plane;"
    "DROP VIEW IF EXISTS student_t; DROP VIEW IF EXISTS job_point; DROP VIEW IF EXISTS summary;"
    "DROP VIEW IF EXISTS pareto; DROP VIEW IF EXISTS best_beta;"
    "DROP VIEW IF EXISTS generalization_gap; DROP VIEW IF EXISTS efficiency;"
    "DROP INDEX IF EXISTS job_running;"
    "ALTER TABLE run RENAME TO old_run; ALTER TABLE dataset RENAME TO old_dataset;"
    "ALTER TABLE job RENAME TO old_job; ALTER TABLE result RENAME TO old_result;"
    "ALTER TABLE epoch RENAME TO old_epoch; ALTER TABLE bound RENAME TO old_bound;"
    "ALTER TABLE code RENAME TO old_code; ALTER TABLE decoder RENAME TO old_decoder";

static const char copy_before_jobs[] =
    "INSERT INTO run (id, sweep, config_path, config_text, version, build, libraries, host,"
    " host_identity, cpu, threads, pid, process_start, started_at, heartbeat_at, ended_at, outcome)"
    " SELECT id, sweep, config_path, config_text, version, build, libraries, host, host_identity,"
    " cpu, threads, pid, process_start, started_at, heartbeat_at, ended_at, outcome FROM old_run"
    " ORDER BY id;"
    "INSERT INTO dataset (digest, name, dim, classes, ixy, ixy_se)"
    " SELECT digest, name, dim, classes, ixy, ixy_se FROM old_dataset;"
    "INSERT INTO dataset_split (dataset_digest, split, n, h_y)"
    " SELECT digest, 'train', n_train, h_y_train FROM old_dataset UNION ALL"
    " SELECT digest, 'test', n_test, h_y_test FROM old_dataset";

/* Rows of jobs that somebody deleted with foreign keys switched off are left behind. */
static const char copy_after_jobs[] =
    "INSERT INTO result (job, split, epoch, n, error, error_mc, ce, ce_mc, h_y, izy_lower,"
    " izy_lower_se, izy_mc, izx_upper, log2_n) SELECT job, split, epoch, n, error, error_mc, ce,"
    " ce_mc, h_y, izy_lower, izy_lower_se, izy_mc, izx_upper, log2_n FROM old_result"
    " WHERE job IN (SELECT id FROM job);"
    "INSERT INTO epoch (job, split, epoch, n, error, error_mc, ce, ce_mc, h_y, izy_lower,"
    " izy_lower_se, izy_mc, izx_upper, lr) SELECT job, split, epoch, n, error, error_mc, ce, ce_mc,"
    " h_y, izy_lower, izy_lower_se, izy_mc, izx_upper, lr FROM old_epoch"
    " WHERE job IN (SELECT id FROM job);"
    "INSERT INTO bound (job, quantity, split, estimator, side, n, bits, se, cap)"
    " SELECT job, 'izx', split, estimator, side, n, bits, se, cap FROM old_bound"
    " WHERE job IN (SELECT id FROM job);"
    "INSERT INTO code (job, example, label, prediction, mu, factor)"
    " SELECT job, example, label, prediction, mu, factor FROM old_code"
    " WHERE job IN (SELECT id FROM job);"
    "INSERT INTO decoder (job, weight, bias) SELECT job, weight, bias FROM old_decoder"
    " WHERE job IN (SELECT id FROM job);"
    "DROP TABLE old_decoder; DROP TABLE old_code; DROP TABLE old_bound; DROP TABLE old_epoch;"
    "DROP TABLE old_result; DROP TABLE old_job; DROP TABLE old_dataset; DROP TABLE old_run";

/* A walk over the jobs; columns are those of store_setting_find. */
struct copying {
    struct store *store;
    int id, digest;
    int *columns; /* [n_keys] */
};

static int on_head(void *context, struct store_row *row, struct vib_error *err) {
    struct copying *copying = context;
    (void)err;
    copying->id = store_row_find(row, "id");
    copying->digest = store_row_find(row, "dataset_digest");
    store_setting_find(row, copying->columns);
    return 0;
}

static int copy_job(struct store *store, int64_t job, const struct job_identities *identities,
                    struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO job (id, identity, point_identity, curve_identity, numerics, dataset_digest,"
        " state, attempts, run, worker, created_at, started_at, finished_at, train_s, evaluate_s,"
        " examples, objective, message, weights)"
        " SELECT id, identity, ?2, ?3, ?4, dataset_digest, state, attempts, run, worker, created_at,"
        " started_at, finished_at, train_s, evaluate_s, examples, objective, message, weights"
        " FROM old_job WHERE id = ?1";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_COPY, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= store_bind_text(statement, 2, identities->point);
    bound |= store_bind_text(statement, 3, identities->curve);
    bound |= sqlite3_bind_int(statement, 4, NUMERICS_OF_VERSION_2);
    return store_execute(store, statement, bound, "copy a job", err);
}

static int on_old_job(void *context, struct store_row *row, struct vib_error *err) {
    const struct copying *copying = context;
    struct store *store = copying->store;
    struct job_identities identities;
    struct settings settings;
    const int64_t job = store_row_integer(row, copying->id);
    const char *digest = store_row_text(row, copying->digest, NULL);
    int rc = store_setting_read(row, copying->columns, &settings, err);
    if (rc == 0)
        rc = job_identities(&settings, digest != NULL ? digest : "", &identities, err);
    if (rc == 0)
        rc = copy_job(store, job, &identities, err);
    if (rc == 0)
        rc = store_setting_insert(store, job, &settings, err);
    if (rc == VIB_ECONFIG)
        rc = vib_error_set(err, VIB_EIO, "%s: job %lld has a value that no job can have",
                           store->path, (long long)job);
    return rc;
}

static int copy_jobs(struct store *store, struct vib_error *err) {
    struct copying copying = {.store = store, .columns = calloc(n_keys, sizeof(int))};
    const struct store_query jobs = {.sql = "SELECT * FROM old_job ORDER BY id",
                                     .head = on_head,
                                     .row = on_old_job,
                                     .context = &copying};
    if (copying.columns == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    const int rc = store_query(store, &jobs, err);
    free(copying.columns);
    return rc;
}

static int upgrade_from_2(struct store *store, bool alone, struct vib_error *err) {
    int rc = alone ? 0 : check_numerics(store, NUMERICS_OF_VERSION_2, err);
    if (rc == 0)
        rc = run(store, set_aside, err);
    if (rc == 0)
        rc = store_create_tables(store, err);
    if (rc == 0)
        rc = run(store, copy_before_jobs, err);
    if (rc == 0)
        rc = copy_jobs(store, err);
    return rc == 0 ? run(store, copy_after_jobs, err) : rc;
}

/* --- from versions 3 and 4 --- */

static int add_what_3_lacks(struct store *store, struct vib_error *err) {
    static const char *const tables[] = {"dataset_class", "input_scale", "progress"};
    static const char changes[] =
        "ALTER TABLE job ADD COLUMN input_scale TEXT REFERENCES input_scale (digest);"
        "ALTER TABLE run ADD COLUMN merged INTEGER NOT NULL DEFAULT 0 CHECK (merged IN (0, 1))";
    const int rc = store_add_tables(store, tables, sizeof tables / sizeof tables[0], err);
    return rc == 0 ? run(store, changes, err) : rc;
}

static int add_what_4_lacks(struct store *store, struct vib_error *err) {
    static const char *const tables[] = {"epoch_bound", "label_list", "prediction"};
    static const char changes[] =
        "ALTER TABLE job ADD COLUMN effective_weight REAL;"
        "ALTER TABLE result ADD COLUMN error_mu REAL;"
        "ALTER TABLE result ADD COLUMN izx_upper_se REAL;"
        "ALTER TABLE result ADD COLUMN izx_y_upper REAL;"
        "ALTER TABLE epoch ADD COLUMN error_mu REAL;"
        "ALTER TABLE epoch ADD COLUMN izx_upper_se REAL;"
        "ALTER TABLE epoch ADD COLUMN izx_y_upper REAL;"
        "PRAGMA user_version = 5";
    const int rc = store_add_tables(store, tables, sizeof tables / sizeof tables[0], err);
    return rc == 0 ? run(store, changes, err) : rc;
}

static int upgrade_from_3_or_4(struct store *store, int64_t version, bool alone,
                               struct vib_error *err) {
    int rc = alone ? 0 : store_check_numerics(store, err);
    if (rc == 0 && version < VERSION_OF_PROGRESS)
        rc = add_what_3_lacks(store, err);
    if (rc == 0)
        rc = add_what_4_lacks(store, err);
    return rc == 0 ? store_setting_complete(store, err) : rc;
}

/* --- the transaction --- */

static int upgrade_from(struct store *store, int64_t version, bool alone, struct vib_error *err) {
    if (version == STORE_SCHEMA_VERSION)
        return store_setting_complete(store, err);
    return version < VERSION_OF_SETTINGS ? upgrade_from_2(store, alone, err)
                                         : upgrade_from_3_or_4(store, version, alone, err);
}

static int upgrade_within(struct store *store, bool alone, struct vib_error *err) {
    int64_t version = 0;
    bool needed = false;
    int rc = store_upgrade_needed(store, VIB_EIO, &needed, err); /* another may have been first */
    if (rc != 0 || !needed)
        return rc;
    if ((rc = store_query_integer(store, "PRAGMA user_version", &version, err)) != 0 ||
        (rc = upgrade_from(store, version, alone, err)) != 0)
        return rc;
    /* Only now the tables are such as tell. */
    return alone ? 0 : store_refuse_while_used(store, err);
}

/* The lock, for which another process that upgrades is waited: a millisecond for each job is
 * several times what it takes. */
static int begin(struct store *store, struct vib_error *err) {
    const int busy_ms = store->busy_ms;
    int64_t n_jobs = 0;
    int rc = store_query_integer(store, "SELECT count(*) FROM job", &n_jobs, err);
    if (rc == 0)
        rc = store_set_busy_ms(store, busy_ms + (int)(n_jobs < INT_MAX / 2 ? n_jobs : INT_MAX / 2),
                               err);
    if (rc == 0)
        rc = run(store, "BEGIN EXCLUSIVE", err);
    const int restored = store_set_busy_ms(store, busy_ms, rc == 0 ? err : NULL);
    return rc != 0 ? rc : restored;
}

int store_upgrade(struct store *store, bool alone, struct vib_error *err) {
    /* Renaming is to touch neither other tables' references nor anybody's views. */
    int rc = run(store, "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON", err);
    if (rc == 0)
        rc = begin(store, err);
    if (rc == 0)
        rc = upgrade_within(store, alone, err);
    if (rc == 0)
        rc = run(store, "COMMIT", err);
    store_rollback(store);
    return rc == 0 ? run(store, "PRAGMA legacy_alter_table = OFF", err) : rc;
}
