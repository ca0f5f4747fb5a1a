/* Data sets and jobs: adding them, and handing jobs out. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum job_state column_state(sqlite3_stmt *row, int column) {
    return job_state_of((const char *)sqlite3_column_text(row, column));
}

int store_add_dataset(struct store *store, const struct vib_dataset *data, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO dataset (digest, name, dim, classes, n_train, n_test, h_y_train, h_y_test,"
        " ixy, ixy_se) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING";
    sqlite3_stmt *statement;
    int i = 0, bound = SQLITE_OK;
    int rc = store_statement(store, STORE_DATASET_INSERT, sql, &statement, err);
    if (rc != 0)
        return rc;
    bound |= store_bind_text(statement, ++i, data->digest);
    bound |= store_bind_text(statement, ++i, data->name);
    bound |= store_bind_size(statement, ++i, data->dim);
    bound |= store_bind_size(statement, ++i, data->classes);
    bound |= store_bind_size(statement, ++i, data->split[VIB_TRAIN].n);
    bound |= store_bind_size(statement, ++i, data->split[VIB_TEST].n);
    bound |= store_bind_real(statement, ++i, data->split[VIB_TRAIN].h_y);
    bound |= store_bind_real(statement, ++i, data->split[VIB_TEST].h_y);
    bound |= store_bind_real(statement, ++i, data->ixy);
    bound |= store_bind_real(statement, ++i, data->ixy_se);
    return store_execute(store, statement, bound, "record the data set", err);
}

/* The text is static and names each key's column; tests/unit/test_store.c holds it, the schema and
 * the table of keys together. */
static const char insert_job[] =
    "INSERT INTO job (identity, dataset_digest, created_at, method, beta, K, seed, dataset_name,"
    " dataset_classes, dataset_n_train, dataset_n_test, dataset_dim, dataset_separation,"
    " dataset_noise, dataset_seed, model_hidden, model_activation, model_covariance,"
    " train_precision, train_dropout, train_confidence_penalty, train_label_smoothing,"
    " train_epochs, train_batch, train_lr, train_lr_decay, train_lr_decay_epochs,"
    " train_adam_beta1, train_adam_beta2,"
    " train_adam_epsilon, train_average_decay, evaluate_every, evaluate_samples,"
    " evaluate_bounds, evaluate_bounds_n)"
    " VALUES (?1, ?2, " STORE_NOW
    ", :method, :beta, :K, :seed, :dataset_name,"
    " :dataset_classes, :dataset_n_train, :dataset_n_test, :dataset_dim, :dataset_separation,"
    " :dataset_noise, :dataset_seed, :model_hidden, :model_activation, :model_covariance,"
    " :train_precision, :train_dropout, :train_confidence_penalty, :train_label_smoothing,"
    " :train_epochs, :train_batch, :train_lr, :train_lr_decay, :train_lr_decay_epochs,"
    " :train_adam_beta1, :train_adam_beta2,"
    " :train_adam_epsilon, :train_average_decay, :evaluate_every, :evaluate_samples,"
    " :evaluate_bounds, :evaluate_bounds_n)"
    " ON CONFLICT (identity) DO NOTHING";

/* Looks up once where each key is bound: by name it would cost more than the insertion. */
static int find_parameters(struct store *store, sqlite3_stmt *statement, struct vib_error *err) {
    char name[1 + KEY_COLUMN_SIZE] = ":";
    if (store->key_parameters != NULL)
        return 0;
    if ((store->key_parameters = calloc(n_keys, sizeof *store->key_parameters)) == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    for (size_t i = 0; i < n_keys; i++) {
        if (!key_has_column(&keys[i]))
            continue;
        key_column(&keys[i], name + 1);
        store->key_parameters[i] = sqlite3_bind_parameter_index(statement, name);
    }
    return 0;
}

/* Binds a value by its canonical text. */
static int bind_formatted(sqlite3_stmt *statement, int parameter, const struct settings *settings,
                          const struct key *key) {
    char text[512], *longer = NULL;
    const int length = key_format(settings, key, text, sizeof text);
    if (length < 0)
        return SQLITE_ERROR;
    if ((size_t)length < sizeof text)
        return sqlite3_bind_text(statement, parameter, text, length, SQLITE_TRANSIENT);
    if ((longer = malloc((size_t)length + 1)) == NULL)
        return SQLITE_NOMEM;
    (void)key_format(settings, key, longer, (size_t)length + 1); /* the same length again */
    return sqlite3_bind_text(statement, parameter, longer, length, free);
}

static int bind_key(sqlite3_stmt *statement, int parameter, const struct settings *settings,
                    const struct key *key) {
    switch (key->type) {
    case KEY_REAL:
        return store_bind_real(statement, parameter, key_real(settings, key));
    case KEY_SIZE:
    case KEY_SEED:
        return store_bind_size(statement, parameter, key_integer(settings, key));
    case KEY_CHOICE:
    case KEY_STRING:
    case KEY_WIDTHS:
    case KEY_SET:
        break;
    }
    return bind_formatted(statement, parameter, settings, key);
}

static int insert(struct store *store, const char *identity, const struct settings *settings,
                  const struct vib_dataset *data, struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_INSERT, insert_job, &statement, err);
    if (rc != 0 || (rc = find_parameters(store, statement, err)) != 0)
        return rc;
    /* The columns of the mixture's keys are never NULL; the views know better. */
    const struct job_kind kind = {settings->job.method, .mixture = true};
    int bound = store_bind_text(statement, 1, identity);
    bound |= store_bind_text(statement, 2, data->digest);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i]))
            bound |= key_matters(&keys[i], kind)
                         ? bind_key(statement, store->key_parameters[i], settings, &keys[i])
                         : sqlite3_bind_null(statement, store->key_parameters[i]);
    return store_execute(store, statement, bound, "add a job", err);
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

int store_add_job(struct store *store, const char *identity, const struct settings *settings,
                  const struct vib_dataset *data, int64_t *job, enum job_state *state,
                  struct vib_error *err) {
    bool found;
    int rc = find(store, identity, job, state, &found, err);
    if (rc != 0 || found)
        return rc;
    if ((rc = insert(store, identity, settings, data, err)) != 0)
        return rc;
    if (sqlite3_changes(store->db) == 1) {
        *job = sqlite3_last_insert_rowid(store->db);
        *state = JOB_PENDING;
        return 0;
    }
    /* Outside a transaction another process can have added it since we looked. */
    if ((rc = find(store, identity, job, state, &found, err)) != 0 || found)
        return rc;
    return vib_error_set(err, VIB_EIO, "%s: job %s vanished", store->path, identity);
}

int store_lacks(struct store *store, int64_t job, size_t codes, bool weights, bool *lacks,
                struct vib_error *err) {
    static const char sql[] =
        "SELECT 1 FROM job WHERE id = ?1 AND (?2 AND weights IS NULL"
        " OR (SELECT count(*) FROM code WHERE code.job = ?1) < ?3)";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_JOB_LACKS, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, 1, job);
    bound |= sqlite3_bind_int(statement, 2, weights);
    bound |= store_bind_size(statement, 3, codes);
    rc = store_fetch(store, statement, bound, lacks, "look at a job", err);
    if (rc == 0 && *lacks)
        store_reset(statement);
    return rc;
}

/* An UPDATE of one job whose only parameters are the job and, where `run` is not 0, the run. */
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
    static const char sql[] =
        "UPDATE job SET state = 'pending', finished_at = NULL"
        " WHERE id = ?1 AND state = 'failed'";
    /* Rows that the failed attempt left would stand in the way of the next one's. */
    static const char clean[] =
        "DELETE FROM epoch WHERE job = ?1"
        " AND (SELECT state FROM job WHERE id = ?1) = 'pending'";
    bool outermost;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    rc = update_job(store, STORE_JOB_RETRY, sql, job, 0, "retry a job", err);
    if (rc == 0)
        rc = update_job(store, STORE_EPOCH_DELETE, clean, job, 0, "forget its epochs", err);
    return store_leave(store, outermost, rc, err);
}

int store_release(struct store *store, int64_t job, int64_t run, bool begun,
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
