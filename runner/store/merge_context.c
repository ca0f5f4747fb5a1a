/* What merged jobs refer to: data sets, scales of inputs, labels, runs. */
#include "runner/store/merge_internal.h"

#include <stdlib.h>

int merge_written(struct merge_part *part, int rc, struct vib_error *err) {
    sqlite3 *db = part->target->db;
    if (rc == 0 || (sqlite3_errcode(db) & 0xff) != SQLITE_CONSTRAINT)
        return rc;
    part->theirs = true;
    return vib_error_set(err, VIB_EDATABASE,
                         "%s holds a row that no database of a sweep can hold: %s", part->path,
                         sqlite3_errmsg(db));
}

/* Two statements: rows of `from`, whose ?1 is key, and where they go, column by column. */
struct transfer {
    const char *read, *write;
};

static int read_next(struct merge_part *part, sqlite3_stmt *read, bool *row,
                     struct vib_error *err) {
    const int step = sqlite3_step(read);
    *row = step == SQLITE_ROW;
    if (step == SQLITE_ROW || step == SQLITE_DONE)
        return 0;
    part->theirs = true;
    return store_fail(part->from, "read it", err);
}

static int write_row(struct merge_part *part, sqlite3_stmt *write, sqlite3_stmt *row,
                     struct vib_error *err) {
    int bound = SQLITE_OK;
    for (int i = 0; i < sqlite3_column_count(row); i++)
        bound |= sqlite3_bind_value(write, i + 1, sqlite3_column_value(row, i));
    const int rc = store_execute(part->target, write, bound, "merge into it", err);
    return merge_written(part, rc, err);
}

static int prepare(struct store *store, const char *sql, sqlite3_stmt **statement,
                   struct vib_error *err) {
    return sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) == SQLITE_OK
               ? 0
               : store_fail(store, "read the tables", err);
}

static int transfer(struct merge_part *part, const struct transfer *transfer, const char *key,
                    struct vib_error *err) {
    sqlite3_stmt *read = NULL, *write = NULL;
    bool row = true;
    int rc = prepare(part->from, transfer->read, &read, err);
    part->theirs = rc != 0;
    if (rc == 0)
        rc = prepare(part->target, transfer->write, &write, err);
    if (rc == 0 && key != NULL && store_bind_text(read, 1, key) != SQLITE_OK)
        rc = store_fail(part->from, "read it", err);
    while (rc == 0 && (rc = read_next(part, read, &row, err)) == 0 && row)
        rc = write_row(part, write, read, err);
    (void)sqlite3_finalize(read); /* both repeat the last step's error */
    (void)sqlite3_finalize(write);
    return rc;
}

/* --- data sets --- */

static const struct transfer datasets = {
    "SELECT digest, name, dim, classes, ixy, ixy_se FROM dataset",
    "INSERT INTO dataset (digest, name, dim, classes, ixy, ixy_se) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT (digest) DO NOTHING"};

static const struct transfer splits = {
    "SELECT dataset_digest, split, n, h_y FROM dataset_split",
    "INSERT INTO dataset_split (dataset_digest, split, n, h_y) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (dataset_digest, split) DO NOTHING"};

static const struct transfer classes = {
    "SELECT dataset_digest, class, name FROM dataset_class WHERE dataset_digest = ?1",
    "INSERT INTO dataset_class (dataset_digest, class, name) VALUES (?1, ?2, ?3)"};

static const struct transfer scales = {
    "SELECT digest, mean, deviation FROM input_scale",
    "INSERT INTO input_scale (digest, mean, deviation) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (digest) DO NOTHING"};

static const struct transfer labels = {
    "SELECT digest, labels FROM label_list",
    "INSERT INTO label_list (digest, labels) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING"};

/* There may be many, so they are not taken again. */
static int take_classes(struct merge_part *part, struct vib_error *err) {
    sqlite3_stmt *digests = NULL;
    bool row = true, lacks;
    int rc =
        prepare(part->from, "SELECT DISTINCT dataset_digest FROM dataset_class", &digests, err);
    part->theirs = rc != 0;
    while (rc == 0 && (rc = read_next(part, digests, &row, err)) == 0 && row) {
        const char *digest = (const char *)sqlite3_column_text(digests, 0);
        if (digest == NULL)
            rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", part->path);
        if (rc == 0)
            rc = store_lacks_classes(part->target, digest, &lacks, err);
        if (rc == 0 && lacks)
            rc = transfer(part, &classes, digest, err);
    }
    (void)sqlite3_finalize(digests); /* repeats the last step's error */
    return rc;
}

/* --- runs --- */

/* Of a run that was taken before it ended, what has become of it since. */
static const struct transfer runs = {
    "SELECT uid, sweep, config_path, config_text, version, build, libraries, host, host_identity,"
    " cpu, threads, pid, process_start, started_at, heartbeat_at, ended_at, outcome FROM run"
    " ORDER BY id",
    "INSERT INTO run (uid, sweep, config_path, config_text, version, build, libraries, host,"
    " host_identity, cpu, threads, pid, process_start, started_at, heartbeat_at, ended_at, outcome,"
    " merged) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 1)"
    " ON CONFLICT (uid) DO UPDATE SET heartbeat_at = excluded.heartbeat_at,"
    " ended_at = excluded.ended_at, outcome = excluded.outcome"
    " WHERE merged AND (excluded.heartbeat_at > heartbeat_at"
    " OR (excluded.heartbeat_at = heartbeat_at AND outcome IS NULL))"};

static int find_run(struct merge_part *part, sqlite3_stmt *find, sqlite3_stmt *theirs,
                    struct merge_run *run, struct vib_error *err) {
    bool found = false;
    int rc = store_fetch(part->target, find,
                         sqlite3_bind_value(find, 1, sqlite3_column_value(theirs, 1)), &found,
                         "look for a run", err);
    if (rc != 0)
        return rc;
    *run = (struct merge_run){sqlite3_column_int64(theirs, 0),
                              found ? sqlite3_column_int64(find, 0) : 0};
    store_reset(find);
    return 0;
}

static int add_run(struct merge_part *part, sqlite3_stmt *find, sqlite3_stmt *theirs,
                   struct vib_error *err) {
    struct merge_run *all = reallocarray(part->runs, part->n_runs + 1, sizeof *all);
    if (all == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", part->path);
    part->runs = all;
    const int rc = find_run(part, find, theirs, &all[part->n_runs], err);
    part->n_runs += rc == 0;
    return rc;
}

static int number_runs(struct merge_part *part, struct vib_error *err) {
    sqlite3_stmt *read = NULL, *find = NULL;
    bool row = true;
    int rc = prepare(part->from, "SELECT id, uid FROM run ORDER BY id", &read, err);
    part->theirs = rc != 0;
    if (rc == 0)
        rc = prepare(part->target, "SELECT id FROM run WHERE uid = ?1", &find, err);
    while (rc == 0 && (rc = read_next(part, read, &row, err)) == 0 && row)
        rc = add_run(part, find, read, err);
    (void)sqlite3_finalize(read); /* both repeat the last step's error */
    (void)sqlite3_finalize(find);
    return rc;
}

static int by_theirs(const void *a, const void *b) {
    const struct merge_run *p = a, *q = b;
    return (p->theirs > q->theirs) - (p->theirs < q->theirs);
}

int64_t merge_run_of(const struct merge_part *part, int64_t theirs) {
    const struct merge_run key = {theirs, 0};
    const struct merge_run *run =
        part->n_runs > 0 ? bsearch(&key, part->runs, part->n_runs, sizeof key, by_theirs) : NULL;
    return run != NULL ? run->ours : 0;
}

int merge_take_context(struct merge_part *part, struct vib_error *err) {
    static const struct transfer *const tables[] = {&datasets, &splits, &scales, &labels, &runs};
    int rc = 0;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && rc == 0; i++)
        rc = transfer(part, tables[i], NULL, err);
    if (rc == 0)
        rc = take_classes(part, err);
    return rc == 0 ? number_runs(part, err) : rc;
}
