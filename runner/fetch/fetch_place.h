/* Where a data set is put, so that it appears there whole or not at all.
 *
 * It is gathered in FOLDER.part, beside the folder, in which a file has its name only when it is
 * complete and verified; FOLDER.lock keeps two processes from gathering the same one. When all
 * files are there, FOLDER.part becomes FOLDER, or, where that has some of them, its files move.
 * Thread rule: one thread. */
#ifndef RUNNER_FETCH_FETCH_PLACE_H
#define RUNNER_FETCH_FETCH_PLACE_H

#include "core/error.h"
#include "runner/fetch/fetch_progress.h"
#include "runner/fetch/fetch_table.h"

#include <stdbool.h>

struct fetch_place {
    const struct fetch_set *set; /* borrowed */
    const char *folder;          /* borrowed */
    char *part, *lock;           /* owned */
    int lock_fd;                 /* -1: not locked */
    bool missing[FETCH_MAX_FILES];
};

/* Stores in *path folder/NAME where that exists, else folder/NAME.gz where that does, else NULL; it
 * is the caller's. Errors: VIB_ENOMEM. */
int fetch_place_find(const char *folder, const struct fetch_file *file, char **path,
                     struct vib_error *err);

/* Finds out which files are missing in the folder, and returns 0, with *complete when none is. A
 * file that is there and not right may be somebody's own: VIB_EDATA. Else VIB_EIO, VIB_ENOMEM. */
int fetch_place_look(struct fetch_place *place, bool *complete, struct vib_error *err);

/* Makes the folders and takes the lock, for which it may have to wait, which it says; what
 * fetch_place_look told may be out of date by then. Errors: VIB_ECREATE, VIB_EIO, VIB_ENOMEM. */
int fetch_place_open(struct fetch_place *place, struct fetch_progress *progress,
                     struct vib_error *err);

/* Makes what was gathered the data set's folder, or part of it. Errors: VIB_EIO, VIB_ENOMEM. */
int fetch_place_install(struct fetch_place *place, struct vib_error *err);

/* Gives up the lock and releases; harmless when zeroed but for lock_fd -1. What was gathered stays
 * for the next time. */
void fetch_place_close(struct fetch_place *place);

#endif
