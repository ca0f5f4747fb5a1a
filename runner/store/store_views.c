/* The views of a database: they hold nothing, so they follow the program that sweeps into it, where
 * the tables stay as they were made. */
#include "runner/store/store_internal.h"

#include "runner/store/schema.h"

#include <string.h>

/* An empty database of this program, and its views, in the order of their making. */
struct fresh {
    sqlite3 *db;
    sqlite3_stmt *views; /* name, text */
};

static int no_memory(const struct store *store, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
}

static int fresh_open(struct fresh *fresh, const struct store *store, struct vib_error *err) {
    static const char query[] =
        "SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY rowid";
    if (sqlite3_open(":memory:", &fresh->db) == SQLITE_OK &&
        sqlite3_exec(fresh->db, (const char *)schema_sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(fresh->db, query, -1, &fresh->views, NULL) == SQLITE_OK)
        return 0;
    return no_memory(store, err);
}

static void fresh_close(struct fresh *fresh) {
    (void)sqlite3_finalize(fresh->views); /* repeats the last step's error */
    (void)sqlite3_close(fresh->db);       /* cannot fail: its statement is finalised */
}

/* Whether the store has the view that stands in the row, word for word. */
static int is_same(struct store *store, sqlite3_stmt *row, bool *same, struct vib_error *err) {
    static const char query[] =
        "SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ?1 AND sql = ?2";
    sqlite3_stmt *statement = NULL;
    int rc = 0, step = sqlite3_prepare_v2(store->db, query, -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_bind_value(statement, 1, sqlite3_column_value(row, 0));
    if (step == SQLITE_OK)
        step = sqlite3_bind_value(statement, 2, sqlite3_column_value(row, 1));
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    *same = step == SQLITE_ROW;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = store_fail(store, "look up the views", err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

static int are_same(struct store *store, sqlite3_stmt *views, bool *same, struct vib_error *err) {
    int rc = 0, step = SQLITE_ROW;
    *same = true;
    while (rc == 0 && *same && (step = sqlite3_step(views)) == SQLITE_ROW)
        rc = is_same(store, views, same, err);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = no_memory(store, err);
    (void)sqlite3_reset(views); /* repeats the last step's error */
    return rc;
}

static int replace(struct store *store, sqlite3_stmt *row, const char *split,
                   struct vib_error *err) {
    (void)split;
    char *sql = sqlite3_mprintf("DROP VIEW IF EXISTS \"%w\"; %s", sqlite3_column_text(row, 0),
                                sqlite3_column_text(row, 1));
    if (sql == NULL)
        return no_memory(store, err);
    int rc = 0;
    const int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    if (result == SQLITE_ERROR)
        rc = vib_error_set(
            err, VIB_EIO,
            "%s: a table or an index of it is named %s, as one of this program's views: rename or "
            "drop it",
            store->path, (const char *)sqlite3_column_text(row, 0));
    else if (result != SQLITE_OK)
        rc = store_fail(store, "bring the views up to date", err);
    sqlite3_free(sql);
    return rc;
}

/* Runs `change` for every view of the program, and for a split where that is not NULL. */
typedef int change_view(struct store *store, sqlite3_stmt *row, const char *split,
                        struct vib_error *err);

static int change_all(struct store *store, sqlite3_stmt *views, change_view *change,
                      const char *split, struct vib_error *err) {
    int rc = 0, step = SQLITE_ROW;
    while (rc == 0 && (step = sqlite3_step(views)) == SQLITE_ROW)
        rc = change(store, views, split, err);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = no_memory(store, err);
    (void)sqlite3_reset(views); /* repeats the last step's error */
    return rc;
}

/* Whether table method has a row for every method of this program. */
static int knows_methods(struct store *store, bool *known, struct vib_error *err) {
    static const char query[] = "SELECT 1 FROM method WHERE name = ?";
    sqlite3_stmt *statement = NULL;
    int rc = 0, step = sqlite3_prepare_v2(store->db, query, -1, &statement, NULL);
    *known = step == SQLITE_OK;
    for (int m = 0; m < VIB_METHODS && *known; m++) {
        step = store_bind_text(statement, 1, vib_method_info((enum vib_method)m)->name);
        step = step == SQLITE_OK ? sqlite3_step(statement) : step;
        *known = step == SQLITE_ROW;
        (void)sqlite3_reset(statement); /* repeats the last step's error */
    }
    if (!*known && step != SQLITE_DONE)
        rc = store_fail(store, "look up the methods", err);
    (void)sqlite3_finalize(statement);
    return rc;
}

static int replace_all(struct store *store, sqlite3_stmt *views, struct vib_error *err) {
    int rc = store_begin(store, err);
    if (rc == 0)
        rc = change_all(store, views, replace, NULL, err);
    if (rc == 0)
        rc = store_add_methods(store, err);
    if (rc == 0)
        rc = store_commit(store, err);
    store_rollback(store);
    return rc;
}

int store_renew_views(struct store *store, struct vib_error *err) {
    struct fresh fresh = {NULL, NULL};
    bool same = false, known = false;
    int rc = fresh_open(&fresh, store, err);
    if (rc == 0)
        rc = are_same(store, fresh.views, &same, err);
    if (rc == 0)
        rc = knows_methods(store, &known, err);
    if (rc == 0 && !(same && known))
        rc = replace_all(store, fresh.views, err);
    fresh_close(&fresh);
    return rc;
}

/* What restricts the views from which the others are made to the seeds of table chosen_seed. */
static const struct {
    const char *view, *where;
} choices[] = {
    {"information_plane", " WHERE seed IN (SELECT seed FROM chosen_seed)"},
    {"job_point",
     " WHERE job IN (SELECT setting.job FROM setting WHERE seed IN (SELECT seed FROM chosen_seed))"},
};

/* `where` restricts the view. */
static int shadow_by(struct store *store, sqlite3_stmt *row, const char *where,
                     struct vib_error *err) {
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const char *text = (const char *)sqlite3_column_text(row, 1);
    if (name == NULL || text == NULL)
        return no_memory(store, err);
    /* "CREATE VIEW name AS SELECT ...": a view of the file would see no temporary one. */
    const char *select = text + strlen("CREATE VIEW ") + strlen(name) + strlen(" AS");
    char *sql = sqlite3_mprintf(
        "DROP VIEW IF EXISTS temp.\"%w\";"
        "CREATE TEMP VIEW \"%w\" AS SELECT * FROM (%s)%s",
        name, name, select, where);
    if (sql == NULL)
        return no_memory(store, err);
    const int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return result == SQLITE_OK ? 0 : store_fail(store, "make the views", err);
}

static int shadow(struct store *store, sqlite3_stmt *row, const char *split,
                  struct vib_error *err) {
    (void)split;
    return shadow_by(store, row, "", err);
}

static int shadow_chosen(struct store *store, sqlite3_stmt *row, const char *split,
                         struct vib_error *err) {
    (void)split;
    const char *name = (const char *)sqlite3_column_text(row, 0), *where = "";
    for (size_t i = 0; name != NULL && i < sizeof choices / sizeof choices[0]; i++)
        if (strcmp(name, choices[i].view) == 0)
            where = choices[i].where;
    return shadow_by(store, row, where, err);
}

/* A view whose rows are kept in a table, with what finds them there. */
static const struct {
    const char *view, *keep;
} kept[] = {
    {"job_point",
     "CREATE TEMP TABLE kept_job_point AS SELECT * FROM job_point;"
     "CREATE INDEX temp.kept_job ON kept_job_point (point)"},
    {"summary", "CREATE TEMP TABLE kept_summary AS SELECT * FROM summary"},
};

static int keep(struct store *store, const char *view, const char *sql, struct vib_error *err) {
    char *anew = sqlite3_mprintf(
        "%s; DROP VIEW temp.\"%w\";"
        "CREATE TEMP VIEW \"%w\" AS SELECT * FROM \"kept_%w\"",
        sql, view, view, view);
    if (anew == NULL)
        return no_memory(store, err);
    const int result = sqlite3_exec(store->db, anew, NULL, NULL, NULL);
    sqlite3_free(anew);
    return result == SQLITE_OK ? 0 : store_fail(store, "keep the views", err);
}

/* Only literals reach the view's inner tables; best_beta needs the splits by which it chooses. */
static int shadow_split(struct store *store, sqlite3_stmt *row, const char *split,
                        struct vib_error *err) {
    char *where = sqlite3_mprintf(" WHERE split IN (%Q, 'validation', 'test')", split);
    if (where == NULL)
        return no_memory(store, err);
    const int rc = shadow_by(store, row, where, err);
    sqlite3_free(where);
    return rc;
}

static int shadow_kept(struct store *store, sqlite3_stmt *row, const char *split,
                       struct vib_error *err) {
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const bool part = split != NULL && name != NULL && strcmp(name, "information_plane") == 0;
    int rc = part ? shadow_split(store, row, split, err) : shadow(store, row, NULL, err);
    for (size_t i = 0; rc == 0 && i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(name, kept[i].view) == 0)
            rc = keep(store, name, kept[i].keep, err);
    return rc;
}

int store_shadow_views(struct store *store, struct vib_error *err) {
    struct fresh fresh = {NULL, NULL};
    bool same = false;
    int rc = fresh_open(&fresh, store, err);
    if (rc == 0)
        rc = are_same(store, fresh.views, &same, err);
    if (rc == 0 && !same)
        rc = change_all(store, fresh.views, shadow, NULL, err);
    fresh_close(&fresh);
    return rc;
}

int store_choose_views(struct store *store, struct vib_error *err) {
    struct fresh fresh = {NULL, NULL};
    int rc = fresh_open(&fresh, store, err);
    if (rc == 0)
        rc = change_all(store, fresh.views, shadow_chosen, NULL, err);
    fresh_close(&fresh);
    return rc;
}

int store_hold_views(struct store *store, const char *split, struct vib_error *err) {
    struct fresh fresh = {NULL, NULL};
    int rc = fresh_open(&fresh, store, err);
    if (rc == 0)
        rc = change_all(store, fresh.views, shadow_kept, split, err);
    fresh_close(&fresh);
    return rc;
}
