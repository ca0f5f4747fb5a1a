#include "runner/store/store_snapshot.h"

#include "runner/base/atomic_file.h"
#include "runner/store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The journal goes with it: a new file of that name would be rolled back by it. */
static int remove_temporary(const char *path, const char *suffix, struct vib_error *err) {
    char journal[ATOMIC_FILE_SUFFIX + sizeof "-journal"];
    (void)snprintf(journal, sizeof journal, "%s-journal", suffix);
    const int rc = atomic_file_remove_temporary(path, suffix, err);
    return rc != 0 ? rc : atomic_file_remove_temporary(path, journal, err);
}

/* By VACUUM, not by sqlite3_backup: it reads rows, not pages, and so fails where the store is
 * damaged, instead of replacing a good snapshot by a damaged one; and the copy has no mark of a
 * write-ahead log, which no other machine could read. It takes as long. */
static int copy(struct store *store, const char *temporary, const char *doing,
                struct vib_error *err) {
    sqlite3_stmt *statement = NULL;
    int step = sqlite3_prepare_v2(store->db, "VACUUM INTO ?", -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_bind_text(statement, 1, temporary, -1, SQLITE_STATIC);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    const int rc = step == SQLITE_DONE ? 0 : store_fail(store, doing, err);
    (void)sqlite3_finalize(statement); /* repeats the last step's error */
    return rc;
}

/* 0 or an errno. */
static int sync_file(const char *path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int reason = fsync(fd) != 0 ? errno : 0;
    (void)close(fd); /* opened for reading */
    return reason;
}

static int publish(const char *temporary, const char *path, struct vib_error *err) {
    int reason = sync_file(temporary);
    if (reason == 0 && rename(temporary, path) != 0)
        reason = errno;
    if (reason == 0)
        reason = atomic_file_sync_folder(path);
    if (reason == 0)
        return 0;
    return vib_error_set(err, VIB_EIO, "cannot write the snapshot %s: %s", path, strerror(reason));
}

int store_snapshot(struct store *store, const char *path, struct vib_error *err) {
    char suffix[ATOMIC_FILE_SUFFIX], *temporary = NULL, *doing = NULL;
    int rc = VIB_ENOMEM;
    atomic_file_own_suffix(suffix);
    if (asprintf(&temporary, "%s%s", path, suffix) < 0)
        temporary = NULL;
    if (temporary == NULL || asprintf(&doing, "write the snapshot %s", path) < 0)
        doing = NULL;
    if (doing == NULL)
        vib_error_set(err, rc, "%s: out of memory", path);
    else
        rc = remove_temporary(path, suffix, err);
    if (rc == 0 && (rc = copy(store, temporary, doing, err)) == 0)
        rc = publish(temporary, path, err);
    if (rc != 0 && doing != NULL)
        (void)remove_temporary(path, suffix, NULL); /* it is the first failure that is told */
    free(temporary);
    free(doing);
    return rc;
}
