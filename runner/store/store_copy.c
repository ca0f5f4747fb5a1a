/* Reading a copy in memory instead of the file. */
#include "runner/store/store.h"
#include "runner/store/store_internal.h"

/* Replaces the connection by one to a copy of the database in memory. */
static int copy_to_memory(struct store *store, struct vib_error *err) {
    enum { PAUSE_MS = 5, ALL = -1 };
    sqlite3 *memory = NULL;
    sqlite3_backup *backup = NULL;
    int step = SQLITE_NOMEM;
    if (sqlite3_open(":memory:", &memory) == SQLITE_OK)
        backup = sqlite3_backup_init(memory, "main", store->db, "main");
    for (int waited_ms = 0; backup != NULL; waited_ms += PAUSE_MS) {
        step = sqlite3_backup_step(backup, ALL);
        if ((step != SQLITE_BUSY && step != SQLITE_LOCKED) || waited_ms >= store->busy_ms)
            break;
        (void)sqlite3_sleep(PAUSE_MS);
    }
    (void)sqlite3_backup_finish(backup); /* repeats the last step's error */
    int rc = store_unchanged(store, err);
    if (rc == 0 && step == SQLITE_NOMEM)
        rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory for a copy of it", store->path);
    else if (rc == 0 && step != SQLITE_DONE)
        rc =
            vib_error_set(err, step == SQLITE_BUSY ? VIB_EBUSY : VIB_EIO,
                          "%s cannot be copied into memory: %s", store->path, sqlite3_errstr(step));
    if (rc != 0) {
        (void)sqlite3_close(memory);
        return rc;
    }
    (void)sqlite3_close(store->db); /* cannot fail: nothing is prepared */
    store->db = memory;
    store->immutable = false;
    return 0;
}

int store_read_as_new(struct store *store, struct vib_error *err) {
    int rc = copy_to_memory(store, err);
    if (rc == 0)
        rc = store_upgrade(store, true, err);
    return rc == 0 ? store_renew_views(store, err) : rc;
}

int store_copy_shared(struct store *store, struct vib_error *err) {
    if (store->shared == NULL || store->immutable)
        return 0;
    int rc = copy_to_memory(store, err);
    if (rc == 0)
        rc = store_shadow_views(store, err);
    if (rc == 0 && sqlite3_exec(store->db, "PRAGMA query_only = ON", NULL, NULL, NULL) != SQLITE_OK)
        rc = store_fail(store, "set up the connection", err);
    return rc;
}
