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

int store_create_tables(struct store *store, struct vib_error *err) {
    if (sqlite3_exec(store->db, (const char *)schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, "create the tables", err);
    const int rc = store_setting_create(store, err);
    return rc != 0 ? rc : store_add_methods(store, err);
}
