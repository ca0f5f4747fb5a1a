/* How a store keeps a transaction whole: by a log or by a journal beside the file. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

static bool is_mode(sqlite3_stmt *row, const char *mode) {
    return sqlite3_stricmp((const char *)sqlite3_column_text(row, 0), mode) == 0;
}

/* A write-ahead log where the file is this host's alone. Elsewhere a rollback journal, which is
 * emptied rather than deleted: SQLite has the emptying synced, and not the folder of a journal that
 * is deleted, so that it could come back after a crash of the server and undo what was committed;
 * nor is a name left behind, as NFS leaves one of a file that is deleted while somebody reads it.
 * SQLite begins the change as a reader, and then does not wait for a writer by itself. */
static int choose_journal(struct store *store, struct vib_error *err) {
    enum { PAUSE_MS = 5 };
    const bool local = store->shared == NULL;
    const char *mode = local ? "wal" : "truncate";
    const char *sql = local ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode = TRUNCATE";
    for (int waited_ms = 0;; waited_ms += PAUSE_MS) {
        sqlite3_stmt *statement = NULL;
        int rc = 0, step = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
        if (step == SQLITE_OK)
            step = sqlite3_step(statement);
        const bool busy = (step & 0xff) == SQLITE_BUSY && waited_ms < store->busy_ms;
        if (step != SQLITE_ROW)
            rc = store_fail(store, local ? "use a write-ahead log" : "use a rollback journal", err);
        else if (!is_mode(statement, mode))
            rc = vib_error_set(err, VIB_EIO,
                               "%s: this file system cannot hold SQLite's %s; keep the database "
                               "on a local disk",
                               store->path, local ? "write-ahead log" : "rollback journal");
        (void)sqlite3_finalize(statement); /* repeats the last step's error */
        store->empties_journal = rc == 0 && !local;
        if (!busy)
            return rc;
        (void)sqlite3_sleep(PAUSE_MS);
    }
}

/* Has the log, if it has one, opened, which keeps the file from being discarded by others until it
 * is closed. */
static int hold_log(struct store *store, struct vib_error *err) {
    int64_t version;
    return store_query_integer(store, "PRAGMA schema_version", &version, err);
}

int store_use_journal(struct store *store, struct vib_error *err) {
    const int rc = choose_journal(store, err);
    return rc == 0 ? hold_log(store, err) : rc;
}

void store_drop_journal(struct store *store) {
    if (!store->empties_journal || sqlite3_busy_timeout(store->db, 0) != SQLITE_OK)
        return;
    store_rollback(store);
    /* Which deletes it. Where another process writes just now, it stays, empty. */
    (void)sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

const char *store_shared(const struct store *store) {
    return store->shared;
}
