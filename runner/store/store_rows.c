/* Rows of what a job left at its end, from one database to another. */
#include "runner/store/store_rows.h"

#include "runner/store/store_internal.h"

#include <string.h>

/* What is read of a job's rows, in their order, and written behind the other job's id. */
#define MEASURED                                                                                    \
    "split, epoch, n, error, error_mc, ce, ce_mc, h_y, izy_lower, izy_lower_se, izy_mc, izx_upper," \
    " error_mu, izx_upper_se, izx_y_upper"
#define MEASURED_VALUES "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17"
#define BOUND "quantity, split, estimator, side, n, bits, se, cap"
#define TABLE(table, columns, values, order) PART(table, columns, values, "", order)
#define PART(table, columns, values, where, order)                                                 \
    {                                                                                              \
        "SELECT " columns " FROM " table " WHERE job = ?1" where " ORDER BY " order,               \
            "INSERT INTO " table " (job, " columns ") VALUES (?1, " values ")"                     \
    }

static const struct {
    const char *read, *write;
} tables[STORE_ROW_TABLES] = {
    [STORE_ROWS_RESULT] = TABLE("result", MEASURED ", log2_n", MEASURED_VALUES, "split"),
    [STORE_ROWS_EPOCH] = TABLE("epoch", MEASURED ", lr", MEASURED_VALUES, "epoch, split"),
    [STORE_ROWS_BOUND] = PART("bound", BOUND, "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9",
                              " AND quantity = 'izx'", "split, estimator"),
    [STORE_ROWS_RESIDUAL] = PART("bound", BOUND, "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9",
                                 " AND quantity <> 'izx'", "quantity, split, estimator"),
    [STORE_ROWS_EPOCH_BOUND] =
        TABLE("epoch_bound", "epoch, " BOUND, "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10",
              "epoch, quantity, split, estimator"),
    [STORE_ROWS_CODE] =
        TABLE("code", "example, label, prediction, mu, factor", "?2, ?3, ?4, ?5, ?6", "example"),
    [STORE_ROWS_DECODER] = TABLE("decoder", "weight, bias", "?2, ?3", "job"),
    [STORE_ROWS_PREDICTION] = TABLE("prediction", "split, labels, one_sample, averaged, at_mean",
                                    "?2, ?3, ?4, ?5, ?6", "split"),
};

/* The measures of a row, which an older program may not have made, by X(column, parameter). */
#define MEASURES(X)                                                                                \
    X("error", "?5")                                                                               \
    X("error_mc", "?6")                                                                            \
    X("ce", "?7")                                                                                  \
    X("ce_mc", "?8")                                                                               \
    X("h_y", "?9")                                                                                 \
    X("izy_lower", "?10")                                                                          \
    X("izy_lower_se", "?11")                                                                       \
    X("izy_mc", "?12")                                                                             \
    X("izx_upper", "?13")                                                                          \
    X("error_mu", "?14")                                                                           \
    X("izx_upper_se", "?15")                                                                       \
    X("izx_y_upper", "?16")
#define KNOWN(column, value) column " = coalesce(" column ", " value "), "
#define LACKS(column, value) "(" column " IS NULL AND " value " IS NOT NULL) OR "
#define FILL(table, last)                                                                          \
    "UPDATE " table " SET " MEASURES(KNOWN) last                                                   \
        " = coalesce(" last                                                                        \
        ", ?17)"                                                                                   \
        " WHERE job = ?1 AND split = ?2 AND epoch = ?3"                                            \
        " AND (" MEASURES(LACKS) "(" last " IS NULL AND ?17 IS NOT NULL))"

/* Takes a row as it is read. */
static const char *const fills[STORE_ROW_MEASURES] = {
    [STORE_ROWS_RESULT] = FILL("result", "log2_n"), [STORE_ROWS_EPOCH] = FILL("epoch", "lr")};

static const char *text_of(enum store_statement first, enum store_row_table table) {
    if (first == STORE_ROWS_FILL)
        return fills[table];
    return first == STORE_ROWS_READ ? tables[table].read : tables[table].write;
}

static int prepare(struct store *store, enum store_statement first, enum store_row_table table,
                   sqlite3_stmt **statement, struct vib_error *err) {
    return store_statement(store, (enum store_statement)((int)first + (int)table),
                           text_of(first, table), statement, err);
}

static int read_next(struct store *store, sqlite3_stmt *statement, int64_t job, bool begun,
                     bool *row, struct vib_error *err) {
    const int bound = begun ? SQLITE_OK : sqlite3_bind_int64(statement, 1, job);
    return store_fetch(store, statement, bound, row, "read what a job left", err);
}

int store_rows_any(const struct store_rows *rows, enum store_row_table table, bool *any,
                   struct vib_error *err) {
    sqlite3_stmt *read = NULL;
    int rc = prepare(rows->store, STORE_ROWS_READ, table, &read, err);
    if (rc == 0)
        rc = read_next(rows->store, read, rows->job, false, any, err);
    if (rc == 0)
        store_reset(read);
    return rc;
}

static int write_row(const struct store_rows *to, sqlite3_stmt *write, sqlite3_stmt *row,
                     struct vib_error *err) {
    int bound = sqlite3_bind_int64(write, 1, to->job);
    for (int i = 0; i < sqlite3_column_count(row); i++)
        bound |= sqlite3_bind_value(write, i + 2, sqlite3_column_value(row, i));
    return store_execute(to->store, write, bound, "write what a job left", err);
}

/* By the statements from `first` on. */
static int transfer(const struct store_rows *to, const struct store_rows *from,
                    enum store_row_table table, enum store_statement first, bool *theirs,
                    struct vib_error *err) {
    sqlite3_stmt *read = NULL, *write = NULL;
    bool row = true;
    int rc = prepare(from->store, STORE_ROWS_READ, table, &read, err);
    *theirs = rc != 0;
    if (rc != 0 || (rc = prepare(to->store, first, table, &write, err)) != 0)
        return rc;
    for (bool begun = false; rc == 0; begun = true) {
        rc = read_next(from->store, read, from->job, begun, &row, err);
        *theirs = rc != 0;
        if (rc != 0 || !row)
            return rc;
        rc = write_row(to, write, read, err);
    }
    store_reset(read);
    return rc;
}

int store_rows_copy(const struct store_rows *to, const struct store_rows *from,
                    enum store_row_table table, bool *theirs, struct vib_error *err) {
    return transfer(to, from, table, STORE_ROWS_WRITE, theirs, err);
}

int store_rows_fill(const struct store_rows *to, const struct store_rows *from,
                    enum store_row_table table, bool *filled, bool *theirs, struct vib_error *err) {
    const int before = sqlite3_total_changes(to->store->db);
    const int rc = transfer(to, from, table, STORE_ROWS_FILL, theirs, err);
    *filled = sqlite3_total_changes(to->store->db) != before;
    return rc;
}

/* What one of them does not know contradicts nothing: older programs measured less. */
static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b, int column) {
    const int type = sqlite3_column_type(a, column), other_type = sqlite3_column_type(b, column);
    if (type != other_type)
        return type == SQLITE_NULL || other_type == SQLITE_NULL;
    if (type == SQLITE_INTEGER)
        return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, column);
    if (type == SQLITE_FLOAT) { /* none is a NaN */
        const double p = sqlite3_column_double(a, column), q = sqlite3_column_double(b, column);
        return memcmp(&p, &q, sizeof p) == 0;
    }
    const void *text = sqlite3_column_blob(a, column), *other = sqlite3_column_blob(b, column);
    const int size = sqlite3_column_bytes(a, column);
    return size == sqlite3_column_bytes(b, column) &&
           (size == 0 || (text != NULL && other != NULL && memcmp(text, other, (size_t)size) == 0));
}

static bool same_row(sqlite3_stmt *a, sqlite3_stmt *b) {
    bool same = true;
    for (int i = 0; same && i < sqlite3_column_count(a); i++)
        same = same_value(a, b, i);
    return same;
}

int store_rows_compare(const struct store_rows *a, const struct store_rows *b,
                       enum store_row_table table, bool *same, bool *theirs,
                       struct vib_error *err) {
    sqlite3_stmt *ours = NULL, *other = NULL;
    bool row = true, another = true;
    int rc = prepare(a->store, STORE_ROWS_READ, table, &ours, err);
    *same = true;
    *theirs = false;
    if (rc == 0) {
        rc = prepare(b->store, STORE_ROWS_READ, table, &other, err);
        *theirs = rc != 0;
    }
    if (rc != 0)
        return rc;
    for (bool begun = false; rc == 0 && *same && row; begun = true) {
        rc = read_next(a->store, ours, a->job, begun, &row, err);
        if (rc == 0) {
            rc = read_next(b->store, other, b->job, begun, &another, err);
            *theirs = rc != 0;
        }
        *same = row == another && (!row || same_row(ours, other));
    }
    store_reset(ours);
    store_reset(other);
    return rc;
}
