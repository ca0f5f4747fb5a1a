/* A reader that speaks of some seeds alone. */
#include "runner/store/store_query.h"

#include "runner/store/store_internal.h"

static int insert(struct store *store, const uint64_t *seeds, size_t n, struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int bound = sqlite3_prepare_v2(store->db, "INSERT OR IGNORE INTO chosen_seed VALUES (?1)", -1,
                                   &statement, NULL);
    int rc = bound == SQLITE_OK ? 0 : store_fail(store, "choose seeds", err);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = store_execute(store, statement,
                           sqlite3_bind_int64(statement, 1, (sqlite3_int64)seeds[i]),
                           "choose seeds", err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

static int run(struct store *store, const char *sql, struct vib_error *err) {
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : store_fail(store, "choose seeds", err);
}

int store_choose_seeds(struct store *store, const uint64_t *seeds, size_t n,
                       struct vib_error *err) {
    int rc = run(
        store, "PRAGMA query_only = OFF; CREATE TEMP TABLE chosen_seed (seed INTEGER PRIMARY KEY)",
        err);
    if (rc == 0)
        rc = insert(store, seeds, n, err);
    if (rc == 0)
        rc = store_choose_views(store, err);
    return rc == 0 ? run(store, "PRAGMA query_only = ON", err) : rc;
}
