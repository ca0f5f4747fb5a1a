#include "runner/store/store_query.h"

#include "runner/store/store_internal.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

/* A row is the statement that stands on it. */
static sqlite3_stmt *statement_of(struct store_row *row) {
    return (sqlite3_stmt *)row;
}

int store_row_columns(struct store_row *row) {
    return sqlite3_column_count(statement_of(row));
}

const char *store_row_name(struct store_row *row, int column) {
    return sqlite3_column_name(statement_of(row), column);
}

int store_row_find(struct store_row *row, const char *name) {
    for (int i = 0; i < store_row_columns(row); i++)
        if (sqlite3_stricmp(store_row_name(row, i), name) == 0)
            return i;
    return -1;
}

enum store_type store_row_type(struct store_row *row, int column) {
    switch (sqlite3_column_type(statement_of(row), column)) {
    case SQLITE_NULL:
        return STORE_NULL;
    case SQLITE_INTEGER:
        return STORE_INTEGER;
    case SQLITE_FLOAT:
        return STORE_REAL;
    default:
        return STORE_TEXT;
    }
}

int64_t store_row_integer(struct store_row *row, int column) {
    return sqlite3_column_int64(statement_of(row), column);
}

double store_row_real(struct store_row *row, int column) {
    return store_row_type(row, column) == STORE_NULL
               ? (double)NAN
               : sqlite3_column_double(statement_of(row), column);
}

const char *store_row_text(struct store_row *row, int column, size_t *size) {
    const char *text = (const char *)sqlite3_column_text(statement_of(row), column);
    if (size != NULL)
        *size = (size_t)sqlite3_column_bytes(statement_of(row), column);
    return text;
}

static int bind(sqlite3_stmt *statement, int parameter, const struct store_value *value) {
    switch (value->type) {
    case STORE_INTEGER:
        return sqlite3_bind_int64(statement, parameter, value->integer);
    case STORE_REAL:
        return store_bind_real(statement, parameter, value->real);
    case STORE_TEXT:
        return store_bind_text(statement, parameter, value->text);
    case STORE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, parameter);
}

static int prepare(struct store *store, const struct store_query *query, sqlite3_stmt **statement,
                   struct vib_error *err) {
    int bound = sqlite3_prepare_v2(store->db, query->sql, -1, statement, NULL);
    for (size_t i = 0; bound == SQLITE_OK && i < query->n_values; i++)
        bound = bind(*statement, (int)i + 1, &query->values[i]);
    return bound == SQLITE_OK ? 0 : store_fail(store, "read", err);
}

int store_query_integer(struct store *store, const char *sql, int64_t *value,
                        struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int rc = 0;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    else
        rc = store_fail(store, "read", err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

int store_unchanged(const struct store *store, struct vib_error *err) {
    const struct stat *then = &store->opened;
    struct stat now;
    if (!store->immutable)
        return 0;
    if (stat(store->path, &now) == 0 && now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
        now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == then->st_mtim.tv_nsec)
        return 0;
    return vib_error_set(err, VIB_EBUSY, "%s was written while it was read: try again",
                         store->path);
}

int store_query(struct store *store, const struct store_query *query, struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int step, rc = prepare(store, query, &statement, err);
    struct store_row *row = (struct store_row *)statement;
    if (rc == 0 && query->head != NULL)
        rc = query->head(query->context, row, err);
    while (rc == 0 && (step = sqlite3_step(statement)) != SQLITE_DONE)
        rc = step == SQLITE_ROW ? query->row(query->context, row, err)
                                : store_fail(store, "read", err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    const int changed = store_unchanged(store, err);
    return changed != 0 ? changed : rc;
}
