/* Jobs: adding them, and handing them out. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include <string.h>

static enum job_state column_state(sqlite3_stmt *row, int column) {
    return job_state_of((const char *)sqlite3_column_text(row, column));
}

static int find(struct store *store, const char *identity, int64_t *job, enum job_state *state,
                bool *found, struct vib_error *err) {
    static const char sql[] = "SELECT id, state FROM job WHERE identity = ?";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_FIND, sql, &statement, err);
    if (rc != 0 ||
        (rc = store_fetch(store, statement, store_bind_text(statement, 1, identity), found,
                          "look for a job", err)) != 0 ||
        !*found)
        return rc;
    *job = sqlite3_column_int64(statement, 0);
    *state = column_state(statement, 1);
    store_reset(statement);
    return 0;
}

/* *job is the new row's id; *added is false when the identity was there. */
static int insert(struct store *store, const struct job_identities *identities,
                  const struct vib_dataset *data, const char *input_scale, int64_t *job,
                  bool *added, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO job (identity, point_identity, curve_identity, numerics, dataset_digest,"
        " input_scale, created_at) VALUES (?, ?, ?, ?, ?, ?, " STORE_NOW
        ") ON CONFLICT (identity) DO NOTHING";
    sqlite3_stmt *statement;
    int i = 0, rc = store_statement(store, STORE_JOB_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, ++i, identities->job);
    bound |= store_bind_text(statement, ++i, identities->point);
    bound |= store_bind_text(statement, ++i, identities->curve);
    bound |= sqlite3_bind_int(statement, ++i, numerics_version());
    bound |= store_bind_text(statement, ++i, data->digest);
    bound |= store_bind_text(statement, ++i, input_scale);
    rc = store_execute(store, statement, bound, "add a job", err);
    *added = rc == 0 && sqlite3_changes(store->db) == 1;
    *job = sqlite3_last_insert_rowid(store->db);
    return rc;
}

/* Another process can have added the job since it was looked for. */
static int add_missing(struct store *store, const struct job_identities *identities,
                       const struct settings *settings, const struct vib_dataset *data,
                       const char *input_scale, int64_t *job, enum job_state *state,
                       struct vib_error *err) {
    bool added, found;
    int rc = insert(store, identities, data, input_scale, job, &added, err);
    if (rc != 0)
        return rc;
    if (added) {
        *state = JOB_PENDING;
        return store_setting_insert(store, *job, settings, err);
    }
    if ((rc = find(store, identities->job, job, state, &found, err)) != 0 || found)
        return rc;
    return vib_error_set(err, VIB_EIO, "%s: job %s vanished", store->path, identities->job);
}

int store_add_job(struct store *store, const struct job_identities *identities,
                  const struct settings *settings, const struct vib_dataset *data,
                  const char *input_scale, int64_t *job, enum job_state *state,
                  struct vib_error *err) {
    bool found, outermost;
    int rc = find(store, identities->job, job, state, &found, err);
    if (rc != 0 || found)
        return rc;
    if ((rc = store_enter(store, &outermost, err)) != 0)
        return rc;
    rc = add_missing(store, identities, settings, data, input_scale, job, state, err);
    return store_leave(store, outermost, rc, err);
}

int store_lacks(struct store *store, int64_t job, const struct store_kept *kept, bool *lacks,
                struct vib_error *err) {
    static const char sql[] =
        "SELECT 1 FROM job WHERE id = ?1 AND (?2 AND weights IS NULL"
        " OR (SELECT count(*) FROM code WHERE code.job = ?1) < ?3"
        " OR ?4 AND NOT EXISTS (SELECT 1 FROM prediction WHERE prediction.job = ?1))";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_LACKS, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= sqlite3_bind_int(statement, 2, kept->weights);
    bound |= store_bind_size(statement, 3, kept->codes);
    bound |= sqlite3_bind_int(statement, 4, kept->predictions);
    rc = store_fetch(store, statement, bound, lacks, "look at a job", err);
    if (rc == 0 && *lacks)
        store_reset(statement);
    return rc;
}

/* An UPDATE or DELETE of one job whose only parameters are the job and, where `run` is not 0, the
 * run. */
static int update_job(struct store *store, enum store_statement id, const char *sql, int64_t job,
                      int64_t run, const char *doing, struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, id, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    if (run != 0)
        bound |= sqlite3_bind_int64(statement, 2, run);
    return store_execute(store, statement, bound, doing, err);
}

int store_retry(struct store *store, int64_t job, struct vib_error *err) {
    return update_job(store, STORE_JOB_RETRY,
                      "UPDATE job SET state = 'pending', finished_at = NULL"
                      " WHERE id = ?1 AND state = 'failed'",
                      job, 0, "retry a job", err);
}

int store_forget_results(struct store *store, int64_t job, struct vib_error *err) {
    static const struct {
        enum store_statement id;
        const char *sql;
    } tables[] = {
        {STORE_RESULT_DELETE, "DELETE FROM result WHERE job = ?1"},
        {STORE_EPOCH_DELETE, "DELETE FROM epoch WHERE job = ?1"},
        {STORE_BOUND_DELETE, "DELETE FROM bound WHERE job = ?1"},
        {STORE_CODE_DELETE, "DELETE FROM code WHERE job = ?1"},
        {STORE_DECODER_DELETE, "DELETE FROM decoder WHERE job = ?1"},
        {STORE_EPOCH_BOUND_DELETE, "DELETE FROM epoch_bound WHERE job = ?1"},
        {STORE_PREDICTION_DELETE, "DELETE FROM prediction WHERE job = ?1"},
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == 0; i++)
        rc = update_job(store, tables[i].id, tables[i].sql, job, 0, "forget old results", err);
    return rc;
}

static int release(struct store *store, int64_t job, int64_t run, bool begun,
                   struct vib_error *err) {
    static const char interrupted[] =
        "UPDATE job SET state = 'pending'"
        " WHERE id = ?1 AND run = ?2 AND state = 'running'";
    static const char not_begun[] =
        "UPDATE job SET state = 'pending', attempts = attempts - 1,"
        " started_at = CASE WHEN attempts > 1 THEN started_at END"
        " WHERE id = ?1 AND run = ?2 AND state = 'running'";
    return update_job(store, begun ? STORE_JOB_RELEASE : STORE_JOB_UNCLAIM,
                      begun ? interrupted : not_begun, job, run, "give a job back", err);
}

int store_release(struct store *store, int64_t job, int64_t run, bool begun,
                  struct vib_error *err) {
    bool outermost;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    rc = store_forget_progress(store, job, run, err);
    if (rc == 0)
        rc = release(store, job, run, begun, err);
    return store_leave(store, outermost, rc, err);
}

int store_job_state(struct store *store, int64_t job, enum job_state *state, bool *found,
                    struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_STATE, "SELECT state FROM job WHERE id = ?",
                             &statement, err);
    if (rc != 0 || (rc = store_fetch(store, statement, sqlite3_bind_int64(statement, 1, job), found,
                                     "look at a job", err)) != 0)
        return rc;
    if (*found) {
        *state = column_state(statement, 0);
        store_reset(statement);
    }
    return 0;
}

int store_identity_state(struct store *store, const char *identity, enum job_state *state,
                         bool *found, struct vib_error *err) {
    int64_t job;
    return find(store, identity, &job, state, found, err);
}

int store_claim(struct store *store, int64_t job, int64_t run, bool *claimed,
                struct vib_error *err) {
    static const char sql[] =
        "UPDATE job SET state = 'running', run = ?2, worker = NULL, attempts = attempts + 1,"
        " started_at = " STORE_NOW ", finished_at = NULL WHERE id = ?1 AND state = 'pending'";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_CLAIM, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= sqlite3_bind_int64(statement, 2, run);
    if ((rc = store_execute(store, statement, bound, "claim a job", err)) != 0)
        return rc;
    *claimed = sqlite3_changes(store->db) == 1;
    return 0;
}
