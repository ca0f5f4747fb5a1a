/* Statements, errors and transactions of the store. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

#include "runner/base/utf8.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What may pass: a lock is given back, room is made, a disk or a permission comes back, memory or
 * descriptors are freed. Nothing else does by waiting. */
static int status_of(int code) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* locks that did not come to rest */
        return VIB_EBUSY;
    case SQLITE_NOMEM:
        return VIB_ENOMEM;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return VIB_EIO;
    default:
        /* The program has no triggers: who made one that refuses may drop it. */
        return code == SQLITE_CONSTRAINT_TRIGGER ? VIB_EIO : VIB_EDATABASE;
    }
}

int store_fail(const struct store *store, const char *doing, struct vib_error *err) {
    const int code = sqlite3_extended_errcode(store->db), status = status_of(code);
    const char *path = store->path, *words = sqlite3_errmsg(store->db);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return vib_error_set(err, status, "%s: cannot %s: another program holds the database", path,
                             doing);
    case SQLITE_NOMEM:
        return vib_error_set(err, status, "%s: cannot %s: out of memory", path, doing);
    case SQLITE_READONLY:
        return vib_error_set(err, status,
                             "%s: cannot %s: no permission to write it, its -wal or its -shm file",
                             path, doing);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return vib_error_set(err, status,
                             "%s is damaged: cannot %s: %s; go on with a copy of it, or with what "
                             "the .recover of SQLite's shell saves",
                             path, doing, words);
    default:
        return vib_error_set(err, status, "%s: cannot %s: %s", path, doing, words);
    }
}

bool store_moved(const struct store *store) {
    int moved = 0;
    /* A file system that cannot tell says SQLITE_NOTFOUND and leaves moved alone. */
    if (store->db != NULL)
        (void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

int store_set_busy_ms(struct store *store, int busy_ms, struct vib_error *err) {
    store->busy_ms = busy_ms;
    if (sqlite3_busy_timeout(store->db, busy_ms) != SQLITE_OK)
        return store_fail(store, "set the time limit", err);
    return 0;
}

int store_statement(struct store *store, enum store_statement id, const char *sql,
                    sqlite3_stmt **statement, struct vib_error *err) {
    sqlite3_stmt **slot = &store->statements[id];
    int rc = SQLITE_OK;
    if (*slot == NULL)
        rc = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
    *statement = *slot;
    return rc == SQLITE_OK ? 0 : store_fail(store, "read the tables", err);
}

void store_reset(sqlite3_stmt *statement) {
    /* Its result repeats the last step's, which has been dealt with. */
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

int store_fetch(struct store *store, sqlite3_stmt *statement, int bound, bool *row,
                const char *doing, struct vib_error *err) {
    int rc = 0, step = bound == SQLITE_OK ? sqlite3_step(statement) : SQLITE_ERROR;
    *row = step == SQLITE_ROW;
    if (*row)
        return 0;
    if (bound == SQLITE_NOMEM) /* of which the connection knows nothing */
        rc = vib_error_set(err, VIB_ENOMEM, "%s: cannot %s: out of memory", store->path, doing);
    else if (step != SQLITE_DONE)
        rc = store_fail(store, doing, err);
    store_reset(statement);
    return rc;
}

int store_execute(struct store *store, sqlite3_stmt *statement, int bound, const char *doing,
                  struct vib_error *err) {
    bool row;
    int rc = store_fetch(store, statement, bound, &row, doing, err);
    assert(rc != 0 || !row);
    return rc;
}

int store_bind_real(sqlite3_stmt *statement, int parameter, double value) {
    return isfinite(value) ? sqlite3_bind_double(statement, parameter, value)
                           : sqlite3_bind_null(statement, parameter);
}

int store_bind_text(sqlite3_stmt *statement, int parameter, const char *text) {
    if (text == NULL || utf8_valid(text))
        return sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);
    char *escaped = utf8_escape(text);
    return escaped == NULL ? SQLITE_NOMEM
                           : sqlite3_bind_text(statement, parameter, escaped, -1, free);
}

int store_bind_size(sqlite3_stmt *statement, int parameter, size_t value) {
    assert(value <= INT64_MAX);
    return sqlite3_bind_int64(statement, parameter, (sqlite3_int64)value);
}

/* A statement without parameters and rows. */
static int run_plain(struct store *store, enum store_statement id, const char *sql,
                     const char *doing, struct vib_error *err) {
    sqlite3_stmt *statement;
    int rc = store_statement(store, id, sql, &statement, err);
    return rc != 0 ? rc : store_execute(store, statement, SQLITE_OK, doing, err);
}

int store_begin(struct store *store, struct vib_error *err) {
    assert(sqlite3_get_autocommit(store->db));
    return run_plain(store, STORE_BEGIN, "BEGIN IMMEDIATE", "start a transaction", err);
}

int store_commit(struct store *store, struct vib_error *err) {
    return run_plain(store, STORE_COMMIT, "COMMIT", "commit a transaction", err);
}

void store_rollback(struct store *store) {
    /* Not prepared, so that it also works where preparing would fail for want of memory. Whatever
     * goes wrong, SQLite leaves no transaction open or undoes it at the next opening. */
    if (!sqlite3_get_autocommit(store->db))
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

int store_enter(struct store *store, bool *outermost, struct vib_error *err) {
    *outermost = sqlite3_get_autocommit(store->db) != 0;
    if (*outermost)
        return store_begin(store, err);
    return run_plain(store, STORE_SAVEPOINT, "SAVEPOINT part", "start a savepoint", err);
}

/* Undoes a savepoint. An error such as a full disk has ended the whole transaction already. */
static void undo_part(struct store *store) {
    if (sqlite3_get_autocommit(store->db))
        return;
    if (run_plain(store, STORE_ROLLBACK_TO, "ROLLBACK TO part", "undo a savepoint", NULL) != 0 ||
        run_plain(store, STORE_RELEASE_SAVEPOINT, "RELEASE part", "end a savepoint", NULL) != 0)
        store_rollback(store);
}

int store_leave(struct store *store, bool outermost, int rc, struct vib_error *err) {
    if (rc == 0 && !outermost)
        rc = run_plain(store, STORE_RELEASE_SAVEPOINT, "RELEASE part", "end a savepoint", err);
    else if (rc == 0)
        rc = store_commit(store, err);
    if (rc != 0 && outermost)
        store_rollback(store);
    else if (rc != 0)
        undo_part(store);
    return rc;
}
