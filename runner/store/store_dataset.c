/* What data sets are called: a name is for people, the digest is what tells them apart. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include <stdio.h>

int store_dataset_name(struct store *store, const char *digest, char *name, size_t size,
                       struct vib_error *err) {
    static const char sql[] = "SELECT name FROM dataset WHERE digest = ?";
    sqlite3_stmt *statement;
    bool found;
    int rc = store_statement(store, STORE_DATASET_NAME, sql, &statement, err);
    if (rc == 0)
        rc = store_fetch(store, statement, store_bind_text(statement, 1, digest), &found,
                         "look for a data set", err);
    if (rc != 0)
        return rc;
    const char *text = found ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    (void)snprintf(name, size, "%s", text != NULL ? text : "");
    if (found)
        store_reset(statement);
    return 0;
}

static int rename_by(struct store *store, enum store_statement id, const char *sql,
                     const char *digest, const char *name, struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, id, sql, &statement, err);
    if (rc != 0)
        return rc;
    int bound = store_bind_text(statement, 1, digest);
    bound |= store_bind_text(statement, 2, name);
    return store_execute(store, statement, bound, "rename a data set", err);
}

int store_rename_dataset(struct store *store, const char *digest, const char *name,
                         struct vib_error *err) {
    static const char data[] = "UPDATE dataset SET name = ?2 WHERE digest = ?1";
    static const char jobs[] =
        "UPDATE setting SET dataset_name = ?2"
        " WHERE job IN (SELECT id FROM job WHERE dataset_digest = ?1)";
    bool outermost;
    int rc = store_enter(store, &outermost, err);
    if (rc != 0)
        return rc;
    rc = rename_by(store, STORE_DATASET_RENAME, data, digest, name, err);
    if (rc == 0)
        rc = rename_by(store, STORE_DATASET_RENAME_JOBS, jobs, digest, name, err);
    return store_leave(store, outermost, rc, err);
}
