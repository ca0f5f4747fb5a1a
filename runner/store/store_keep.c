/* A reader that computes what many of its queries need once. */
#include "runner/store/store_query.h"

#include "runner/store/store_internal.h"

static int run(struct store *store, const char *sql, struct vib_error *err) {
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : store_fail(store, "keep the views", err);
}

int store_keep_views(struct store *store, const char *split, struct vib_error *err) {
    int rc = run(store, "PRAGMA query_only = OFF; PRAGMA temp_store = MEMORY", err);
    if (rc == 0)
        rc = store_hold_views(store, split, err);
    return rc == 0 ? run(store, "PRAGMA query_only = ON", err) : rc;
}
