/* Table setting: the values of every job, one column for each key that is no whole sweep's.
 *
 * Its SQL is written from the table of keys: only names of keys stand in it, values are bound. */
#include "runner/store/store_internal.h"

#include "runner/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(const struct store *store, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
}

/* Runs SQL text, which it frees; NULL counts as out of memory. */
static int run_text(struct store *store, char *sql, const char *doing, struct vib_error *err) {
    if (sql == NULL)
        return no_memory(store, err);
    const int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    free(sql);
    return result == SQLITE_OK ? 0 : store_fail(store, doing, err);
}

/* A key's column as CREATE TABLE and ADD COLUMN have it. */
static void write_column(FILE *out, const struct key *key) {
    static const char *const types[] = {
        [KEY_STORE_INTEGER] = "INTEGER", [KEY_STORE_REAL] = "REAL", [KEY_STORE_TEXT] = "TEXT"};
    char column[KEY_COLUMN_SIZE];
    key_column(key, column);
    (void)fprintf(out, "%s %s", column, types[key_storage(key)]);
}

static void write_table(FILE *out, const void *context) {
    (void)context;
    (void)fputs(
        "CREATE TABLE setting (\n"
        "    job INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE",
        out);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i])) {
            (void)fputs(",\n    ", out);
            write_column(out, &keys[i]);
        }
    (void)fputs("\n) STRICT", out);
}

int store_setting_create(struct store *store, struct vib_error *err) {
    return run_text(store, text_make(write_table, NULL), "create the tables", err);
}

/* --- one row --- */

/* Parameter 1 is the job, those after it are the keys that have a column, in their order. */
static void write_insert(FILE *out, const void *context) {
    char column[KEY_COLUMN_SIZE];
    (void)context;
    (void)fputs("INSERT INTO setting (job", out);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i])) {
            key_column(&keys[i], column);
            (void)fprintf(out, ", %s", column);
        }
    (void)fputs(") VALUES (?", out);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i]))
            (void)fputs(", ?", out);
    (void)fputs(")", out);
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
    switch (key_storage(key)) {
    case KEY_STORE_REAL:
        return store_bind_real(statement, parameter, key_real(settings, key));
    case KEY_STORE_INTEGER:
        return store_bind_size(statement, parameter, key_integer(settings, key));
    case KEY_STORE_TEXT:
        break;
    }
    return bind_formatted(statement, parameter, settings, key);
}

/* A statement whose SQL `write` makes. */
static int statement_of(struct store *store, enum store_statement id,
                        void (*write)(FILE *out, const void *context), sqlite3_stmt **statement,
                        struct vib_error *err) {
    if ((*statement = store->statements[id]) != NULL)
        return 0;
    char *sql = text_make(write, NULL);
    const int rc =
        sql == NULL ? no_memory(store, err) : store_statement(store, id, sql, statement, err);
    free(sql);
    return rc;
}

int store_setting_insert(struct store *store, int64_t job, const struct settings *settings,
                         struct vib_error *err) {
    const struct job_kind kind = settings_kind(settings);
    sqlite3_stmt *statement;
    int parameter = 0,
        rc = statement_of(store, STORE_SETTING_INSERT, write_insert, &statement, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(statement, ++parameter, job);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i])) {
            ++parameter;
            bound |= key_matters(&keys[i], kind)
                         ? bind_key(statement, parameter, settings, &keys[i])
                         : sqlite3_bind_null(statement, parameter);
        }
    return store_execute(store, statement, bound, "add a job's settings", err);
}

/* Columns in the order of write_insert's parameters. */
static void write_read(FILE *out, const void *context) {
    char column[KEY_COLUMN_SIZE];
    (void)context;
    (void)fputs("SELECT job", out);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i])) {
            key_column(&keys[i], column);
            (void)fprintf(out, ", %s", column);
        }
    (void)fputs(" FROM setting WHERE job = ?1", out);
}

/* From the row that `read` stands on. */
static int write_copy(struct store *store, int64_t job, sqlite3_stmt *read,
                      const char *dataset_name, struct vib_error *err) {
    sqlite3_stmt *write;
    int column = 0, rc = statement_of(store, STORE_SETTING_INSERT, write_insert, &write, err);
    if (rc != 0)
        return rc;
    int bound = sqlite3_bind_int64(write, 1, job);
    for (size_t i = 0; i < n_keys; i++)
        if (key_has_column(&keys[i])) {
            ++column;
            bound |=
                strcmp(keys[i].name, "dataset.name") == 0
                    ? store_bind_text(write, column + 1, dataset_name)
                    : sqlite3_bind_value(write, column + 1, sqlite3_column_value(read, column));
        }
    return store_execute(store, write, bound, "add a job's settings", err);
}

int store_setting_copy(struct store *store, int64_t job, struct store *from, int64_t from_job,
                       const char *dataset_name, bool *theirs, struct vib_error *err) {
    sqlite3_stmt *read;
    bool found = false;
    int rc = statement_of(from, STORE_SETTING_READ, write_read, &read, err);
    if (rc == 0)
        rc = store_fetch(from, read, sqlite3_bind_int64(read, 1, from_job), &found,
                         "read a job's settings", err);
    if (rc == 0 && !found)
        rc = vib_error_set(err, VIB_EDATABASE, "%s is damaged: job %lld has no settings",
                           from->path, (long long)from_job);
    *theirs = rc != 0;
    if (rc != 0)
        return rc;
    rc = write_copy(store, job, read, dataset_name, err);
    store_reset(read);
    return rc;
}

/* --- columns of other programs' --- */

/* The key of a column, or NULL. */
static const struct key *key_of_column(const char *name) {
    char column[KEY_COLUMN_SIZE];
    for (size_t i = 0; i < n_keys; i++) {
        if (!key_has_column(&keys[i]))
            continue;
        key_column(&keys[i], column);
        if (strcmp(column, name) == 0)
            return &keys[i];
    }
    return NULL;
}

/* has[i]: whether the table has a column for keys[i]. A column of no key is an error. */
static int find_columns(struct store *store, int refusal, bool *has, struct vib_error *err) {
    static const char query[] = "SELECT name FROM pragma_table_info('setting') WHERE name <> 'job'";
    sqlite3_stmt *statement = NULL;
    int rc = 0, step = sqlite3_prepare_v2(store->db, query, -1, &statement, NULL);
    while (rc == 0 && (step == SQLITE_OK || step == SQLITE_ROW) &&
           (step = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        const struct key *key = name != NULL ? key_of_column(name) : NULL;
        if (key != NULL)
            has[key - keys] = true;
        else
            rc = vib_error_set(err, refusal,
                               "%s has a setting %s, which this program does not know: use a newer "
                               "program",
                               store->path, name != NULL ? name : "?");
    }
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(store, "look up the settings", err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

int store_setting_check(struct store *store, int refusal, bool *complete, struct vib_error *err) {
    bool *has = calloc(n_keys, sizeof *has);
    if (has == NULL)
        return no_memory(store, err);
    const int rc = find_columns(store, refusal, has, err);
    *complete = true;
    for (size_t i = 0; i < n_keys; i++)
        *complete = *complete && (has[i] || !key_has_column(&keys[i]));
    free(has);
    return rc;
}

static void write_add(FILE *out, const void *context) {
    (void)fputs("ALTER TABLE setting ADD COLUMN ", out);
    write_column(out, context);
}

static void write_fill(FILE *out, const void *context) {
    char column[KEY_COLUMN_SIZE];
    key_column(context, column);
    (void)fprintf(out,
                  "UPDATE setting SET %s = ?1"
                  " WHERE method = ?2 AND (dataset_name = 'mixture') = ?3",
                  column);
}

/* Gives the jobs of a kind the value of a key that they had before there was the key. */
static int fill(struct store *store, sqlite3_stmt *statement, const struct key *key,
                struct job_kind kind, struct vib_error *err) {
    int bound = bind_key(statement, 1, settings_before(), key);
    bound |= store_bind_text(statement, 2, vib_method_info(kind.method)->name);
    bound |= sqlite3_bind_int(statement, 3, kind.mixture);
    return store_execute(store, statement, bound, "fill in a new setting", err);
}

/* Adds a key's column, NULL where the key does not matter. */
static int add_column(struct store *store, const struct key *key, struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int rc = run_text(store, text_make(write_add, key), "add a setting", err);
    char *sql = rc == 0 ? text_make(write_fill, key) : NULL;
    if (rc == 0 && sql == NULL)
        rc = no_memory(store, err);
    if (rc == 0 && sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        rc = store_fail(store, "fill in a new setting", err);
    for (int m = 0; m < VIB_METHODS; m++)
        for (int mixture = 0; mixture < 2 && rc == 0; mixture++) {
            const struct job_kind kind = {.method = (enum vib_method)m, .mixture = mixture == 1};
            if (key_matters(key, kind))
                rc = fill(store, statement, key, kind, err);
        }
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    free(sql);
    return rc;
}

int store_setting_complete(struct store *store, struct vib_error *err) {
    bool *has = calloc(n_keys, sizeof *has);
    if (has == NULL)
        return no_memory(store, err);
    int rc = find_columns(store, VIB_EIO, has, err);
    for (size_t i = 0; i < n_keys && rc == 0; i++)
        if (!has[i] && key_has_column(&keys[i]))
            rc = add_column(store, &keys[i], err);
    free(has);
    return rc;
}
