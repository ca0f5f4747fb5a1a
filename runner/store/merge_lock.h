/* One process at a time merges into a database, also where several hosts see it.
 *
 * The lock is a file beside the database. flock holds it on local file systems, on NFS (whose
 * client makes it a lock of the server's) and on most others; some let each host lock on its own
 * (BeeGFS by default, Lustre with localflock, NFS with nolock), or know no locks. Therefore the
 * file also says who has it, and its owner counts up in it as it goes on: who finds there a process
 * of another host watches the count before it believes that one to be gone. How long is judged by
 * the watcher's own clock. A file that nobody owns is deleted.
 *
 * Thread rule: a lock belongs to the thread that took it. */
#ifndef RUNNER_STORE_MERGE_LOCK_H
#define RUNNER_STORE_MERGE_LOCK_H

#include "core/error.h"
#include "runner/base/host.h"

#include <stddef.h>

enum { MERGE_LOCK_WATCH_S = 60 }; /* a count that stands still so long is that of a dead process */

struct merge_lock; /* opaque */

struct merge_lock_request {
    const char *database;    /* its path; it need not be there */
    const struct host *self; /* the process that takes the lock */
    double watch_s;          /* MERGE_LOCK_WATCH_S; for tests, another */
    /* Gets a sentence when the lock takes a while; may be NULL. */
    void (*tell)(void *context, const char *sentence);
    void *context;
};

/* Errors: VIB_EBUSY, naming who has it; VIB_ECREATE, VIB_EIO, VIB_ENOMEM. */
int merge_lock_take(struct merge_lock **lock, const struct merge_lock_request *request,
                    struct vib_error *err);

/* Counts up, if some time has passed since it did; to be called again and again. Errors: VIB_EIO;
 * the lock is held all the same. */
int merge_lock_go_on(struct merge_lock *lock, struct vib_error *err);

/* Gives it back; NULL is harmless. */
void merge_lock_free(struct merge_lock *lock);

#endif
