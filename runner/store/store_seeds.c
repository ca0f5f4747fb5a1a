/* A reader that speaks of some seeds alone. */
#include "runner/store/store_query.h"

#include "runner/store/store_internal.h"

/* Of the same names as the database's, which they hide. */
static const char first_sql[] =
    "PRAGMA query_only = OFF;"
    "CREATE TEMP TABLE chosen_seed (seed INTEGER PRIMARY KEY);"
    "CREATE TEMP VIEW job_point AS SELECT * FROM main.job_point"
    " WHERE job IN (SELECT id FROM main.job WHERE seed IN (SELECT seed FROM chosen_seed));"
    "CREATE TEMP VIEW information_plane AS SELECT * FROM main.information_plane"
    " WHERE seed IN (SELECT seed FROM chosen_seed)";

/* Those that are made of these two; a view of the database sees no temporary one. */
static const char others_sql[] =
    "SELECT 'CREATE TEMP VIEW ' || substr(sql, length('CREATE VIEW ') + 1) FROM sqlite_schema"
    " WHERE type = 'view' AND name NOT IN ('job_point', 'information_plane') ORDER BY rowid";

static int make_others(struct store *store, struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int rc = 0, step = sqlite3_prepare_v2(store->db, others_sql, -1, &statement, NULL);
    if (step == SQLITE_OK)
        while (rc == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
            if (sqlite3_exec(store->db, (const char *)sqlite3_column_text(statement, 0), NULL, NULL,
                             NULL) != SQLITE_OK)
                rc = store_fail(store, "choose seeds", err);
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(store, "choose seeds", err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

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

int store_choose_seeds(struct store *store, const uint64_t *seeds, size_t n,
                       struct vib_error *err) {
    int rc = 0;
    if (sqlite3_exec(store->db, first_sql, NULL, NULL, NULL) != SQLITE_OK)
        rc = store_fail(store, "choose seeds", err);
    if (rc == 0)
        rc = make_others(store, err);
    if (rc == 0)
        rc = insert(store, seeds, n, err);
    if (rc == 0 && sqlite3_exec(store->db, "PRAGMA query_only = ON", NULL, NULL, NULL) != SQLITE_OK)
        rc = store_fail(store, "choose seeds", err);
    return rc;
}
