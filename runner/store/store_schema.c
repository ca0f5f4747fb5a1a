/* The tables of a database: schema.sql and what the program's own tables add to it. */
#include "runner/store/store_internal.h"

#include "runner/store/schema.h"

int store_add_methods(struct store *store, struct vib_error *err) {
    static const char sql[] =
        "INSERT INTO method (name, stochastic, rate, trade_off) VALUES (?1, ?2, ?3, nullif(?4, ''))"
        " ON CONFLICT (name) DO NOTHING";
    sqlite3_stmt *statement;
    int rc = store_statement(store, STORE_METHOD_INSERT, sql, &statement, err);
    for (int m = 0; m < VIB_METHODS && rc == 0; m++) {
        const struct vib_method_info *method = vib_method_info((enum vib_method)m);
        int bound = store_bind_text(statement, 1, method->name);
        bound |= sqlite3_bind_int(statement, 2, method->stochastic);
        bound |= sqlite3_bind_int(statement, 3, method->rate);
        bound |= store_bind_text(statement, 4, method->trade_off);
        rc = store_execute(store, statement, bound, "record a method", err);
    }
    return rc;
}

/* `texts` gives the SQL of ?1. */
static int add_table(struct store *store, sqlite3_stmt *texts, const char *name,
                     struct vib_error *err) {
    int rc = 0, step = store_bind_text(texts, 1, name);
    if (step == SQLITE_OK)
        step = sqlite3_step(texts);
    if (step != SQLITE_ROW)
        rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    else if ((step = sqlite3_exec(store->db, (const char *)sqlite3_column_text(texts, 0), NULL,
                                  NULL, NULL)) == SQLITE_ERROR)
        rc = vib_error_set(err, VIB_EIO,
                           "%s: a table, a view or an index of it is named %s, as one of this "
                           "program's tables: rename or drop it",
                           store->path, name);
    else if (step != SQLITE_OK)
        rc = store_fail(store, "bring the tables up to date", err);
    store_reset(texts);
    return rc;
}

int store_add_tables(struct store *store, const char *const *names, size_t n,
                     struct vib_error *err) {
    static const char query[] = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    sqlite3 *fresh = NULL;
    sqlite3_stmt *texts = NULL;
    int rc = 0;
    if (sqlite3_open(":memory:", &fresh) != SQLITE_OK ||
        sqlite3_exec(fresh, (const char *)schema_sql, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(fresh, query, -1, &texts, NULL) != SQLITE_OK)
        rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_table(store, texts, names[i], err);
    (void)sqlite3_finalize(texts); /* repeats the last step's error */
    (void)sqlite3_close(fresh);    /* cannot fail: its statement is finalised */
    return rc;
}

int store_create_tables(struct store *store, struct vib_error *err) {
    if (sqlite3_exec(store->db, (const char *)schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, "create the tables", err);
    const int rc = store_setting_create(store, err);
    return rc != 0 ? rc : store_add_methods(store, err);
}
