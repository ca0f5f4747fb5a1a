/* The files of weights that come with merged jobs: copied into the folder of the target's, and
 * deleted again unless the merge ends well. Thread rule: of the merge. */
#ifndef RUNNER_STORE_MERGE_FILES_H
#define RUNNER_STORE_MERGE_FILES_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

struct merge_files {
    char *place; /* real path of the target database, owned */
    char **made; /* [n] files that were not there before, owned */
    size_t n, capacity;
};

/* Errors: VIB_EIO, VIB_ENOMEM. */
int merge_files_init(struct merge_files *files, const char *target, struct vib_error *err);

/* Copies the file that a job of the database `from` names, relative to its folder. *name is what a
 * job of the target calls it, allocated, or NULL when there is no such file to be read: then *err
 * says why, and the result is 0. Errors, of the target's side: VIB_ECREATE, VIB_EIO, VIB_ENOMEM. */
int merge_files_copy(struct merge_files *files, const char *from, const char *weights, char **name,
                     struct vib_error *err);

/* Deletes what was copied but for the first n files. */
void merge_files_undo(struct merge_files *files, size_t n);

/* Releases all, deleting nothing; harmless on what is zeroed. */
void merge_files_release(struct merge_files *files);

#endif
