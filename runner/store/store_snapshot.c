#include "runner/store/store_snapshot.h"

#include "runner/base/atomic_file.h"
#include "runner/store/store_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its journal goes with it: a new file of that name would be rolled back by it. */
static int remove_made(const char *path, const char *suffix, struct vib_error *err) {
    char journal[ATOMIC_FILE_SUFFIX + sizeof "-journal"];
    (void)snprintf(journal, sizeof journal, "%s-journal", suffix);
    const int rc = atomic_file_remove_temporary(path, suffix, err);
    return rc != 0 ? rc : atomic_file_remove_temporary(path, journal, err);
}

/* By VACUUM, not by sqlite3_backup: it reads rows, not pages, and so fails where the store is
 * damaged, instead of replacing a good snapshot by a damaged one; and the copy has no mark of a
 * write-ahead log, which no other machine could read. It takes as long. */
static int copy(struct store *store, const char *made, const char *doing, struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int step = sqlite3_prepare_v2(store->db, "VACUUM INTO ?", -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_bind_text(statement, 1, made, -1, SQLITE_STATIC);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    const int rc = step == SQLITE_DONE ? 0 : store_fail(store, doing, err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

static int publish(const char *made, const char *path, const char *suffix, struct vib_error *err) {
    struct atomic_file file;
    int rc = atomic_file_open_anew(&file, path, suffix, err);
    if (rc != 0)
        return rc;
    FILE *from = fopen(made, "rbe");
    const int reason = from == NULL ? errno : atomic_file_copy(&file, from);
    if (from != NULL)
        (void)fclose(from); /* opened for reading */
    if (reason == 0)
        return atomic_file_commit(&file, err);
    atomic_file_discard(&file);
    return vib_error_set(err, VIB_EIO, "cannot read %s: %s", made, strerror(reason));
}

int store_snapshot(struct store *store, const char *path, struct vib_error *err) {
    char suffix[ATOMIC_FILE_SUFFIX], *made = NULL, *doing = NULL;
    int rc = VIB_ENOMEM;
    atomic_file_own_suffix(suffix);
    if (asprintf(&made, "%s%s", store->path, suffix) < 0)
        made = NULL;
    if (made == NULL || asprintf(&doing, "make the snapshot %s", path) < 0)
        doing = NULL;
    if (doing == NULL)
        vib_error_set(err, rc, "%s: out of memory", path);
    else
        rc = remove_made(store->path, suffix, err);
    if (rc == 0 && (rc = copy(store, made, doing, err)) == 0)
        rc = publish(made, path, suffix, err);
    if (doing != NULL)
        (void)remove_made(store->path, suffix, NULL); /* it is the first failure that is told */
    free(made);
    free(doing);
    return rc;
}
