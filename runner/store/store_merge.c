/* The target of a merge and its transaction; one database after another. */
#include "runner/store/store_merge.h"

#include "runner/store/merge_internal.h"
#include "runner/store/merge_lock.h"
#include "runner/store/store_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct store_merge {
    struct merge_lock *lock;
    struct store *target;
    struct merge_files files;
    struct merge_listener listener;
    bool committed;
};

/* --- the target --- */

/* Most rows are appended, but identities are looked for all over the table. */
static int enlarge_cache(struct store *store, struct vib_error *err) {
    static const char sql[] = "PRAGMA cache_size = -32768"; /* KiB */
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : store_fail(store, "set up the connection", err);
}

/* Whose file may lose its name. */
static int keep_no_log(struct store *store, struct vib_error *err) {
    static const char sql[] =
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY;"
        "PRAGMA synchronous = OFF";
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : store_fail(store, "set up the connection", err);
}

int store_merge_begin(struct store_merge **out, const char *target, const struct host *self,
                      const struct merge_listener *listener, struct vib_error *err) {
    const struct merge_lock_request request = {.database = target,
                                               .self = self,
                                               .watch_s = MERGE_LOCK_WATCH_S,
                                               .tell = listener->tell,
                                               .context = listener->context};
    struct store_merge *merge = calloc(1, sizeof *merge);
    *out = NULL;
    if (merge == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", target);
    merge->listener = *listener;
    int rc = merge_lock_take(&merge->lock, &request, err);
    if (rc == 0)
        rc = store_open(&merge->target, target, err);
    if (rc == 0)
        rc = merge_files_init(&merge->files, target, err);
    if (rc == 0)
        rc = enlarge_cache(merge->target, err);
    if (rc == 0 && listener->temporary)
        rc = keep_no_log(merge->target, err);
    if (rc == 0)
        rc = store_begin(merge->target, err);
    if (rc == 0)
        *out = merge;
    else
        store_merge_free(merge);
    return rc;
}

struct store *store_merge_target(struct store_merge *merge) {
    return merge->target;
}

int store_merge_commit(struct store_merge *merge, struct vib_error *err) {
    int rc = merge_lock_go_on(merge->lock, err);
    if (rc == 0)
        rc = store_commit(merge->target, err);
    merge->committed = rc == 0;
    return rc;
}

void store_merge_free(struct store_merge *merge) {
    if (merge == NULL)
        return;
    if (merge->target != NULL && !merge->committed) {
        store_rollback(merge->target);
        merge_files_undo(&merge->files, 0);
    }
    store_discard(merge->target); /* if it was made for this and nothing came into it */
    merge_files_release(&merge->files);
    merge_lock_free(merge->lock);
    free(merge);
}

/* --- one database --- */

static int refuse_target(const struct store_merge *merge, const char *path, struct vib_error *err) {
    struct stat target, from;
    if (stat(merge->files.place, &target) != 0 || stat(path, &from) != 0 ||
        target.st_dev != from.st_dev || target.st_ino != from.st_ino)
        return 0;
    return vib_error_set(err, VIB_EUSAGE, "%s is the database that is merged into", path);
}

/* Whether every page and row is sound. */
static int check_whole(struct store *store, struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int rc = 0;
    const char *words = NULL;
    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        words = (const char *)sqlite3_column_text(statement, 0);
    if (words == NULL)
        rc = store_fail(store, "check it", err);
    else if (strcmp(words, "ok") != 0)
        rc = vib_error_set(err, VIB_EDATABASE, "%s is damaged: %s", store->path, words);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

/* Opens it for a reading of one moment. */
static int open_part(struct store **from, const char *path, struct vib_error *err) {
    int rc = store_open_reader(from, path, err);
    if (rc == 0)
        rc = check_whole(*from, err);
    if (rc == 0)
        rc = store_check_numerics(*from, err);
    if (rc == 0 && sqlite3_exec((*from)->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        rc = store_fail(*from, "begin to read", err);
    return rc;
}

/* All of it, or nothing. */
static int take_part(struct store_merge *merge, struct merge_part *part, struct vib_error *err) {
    const size_t n_files = merge->files.n;
    bool outermost;
    int rc = store_enter(merge->target, &outermost, err);
    if (rc != 0)
        return rc;
    rc = merge_part_take(part, err);
    if (rc == 0) {
        rc = store_unchanged(part->from, err);
        part->theirs = rc != 0;
    }
    rc = store_leave(merge->target, outermost, rc, err);
    if (rc != 0)
        merge_files_undo(&merge->files, n_files);
    return rc;
}

static void add_counts(struct merge_counts *sum, const struct merge_counts *counts) {
    sum->n_new += counts->n_new;
    sum->n_better += counts->n_better;
    sum->n_known += counts->n_known;
    sum->n_completed += counts->n_completed;
    sum->n_disagree += counts->n_disagree;
    sum->n_weightless += counts->n_weightless;
}

int store_merge_add(struct store_merge *merge, const char *path, struct merge_counts *counts,
                    bool *left_out, struct vib_error *err) {
    struct merge_part part = {.target = merge->target,
                              .path = path,
                              .files = &merge->files,
                              .listener = &merge->listener};
    *left_out = false;
    int rc = refuse_target(merge, path, err);
    if (rc == 0)
        rc = merge_lock_go_on(merge->lock, err);
    if (rc != 0)
        return rc;
    rc = open_part(&part.from, path, err);
    part.theirs = rc != 0;
    if (rc == 0)
        rc = take_part(merge, &part, err);
    store_close(part.from);
    /* Without a transaction the others' rows are gone, too. */
    *left_out = rc != 0 && rc != VIB_ENOMEM && part.theirs &&
                sqlite3_get_autocommit(merge->target->db) == 0;
    if (rc == 0)
        add_counts(counts, &part.counts);
    return *left_out ? 0 : rc;
}
