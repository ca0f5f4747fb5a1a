/* A file that is written under a temporary name beside its own and then takes its place at once, so
 * that a reader (or the next start after a kill) sees the old file or the new one, never half. */
#ifndef RUNNER_BASE_ATOMIC_FILE_H
#define RUNNER_BASE_ATOMIC_FILE_H

#include "core/error.h"

#include <stdio.h>

struct atomic_file {
    FILE *stream; /* to be written by the caller, who leaves errors to atomic_file_commit */
    char *path, *temporary;
};

enum { ATOMIC_FILE_SUFFIX = 96 };

/* Writes ".HOST-PID.tmp", the suffix for a file that processes of several machines may write at a
 * time: each has a temporary file of its own, and the last to finish counts. */
void atomic_file_own_suffix(char suffix[ATOMIC_FILE_SUFFIX]);

/* Creates the temporary file, path followed by suffix, which must not exist; its mode is that of
 * the file it will replace. On failure *file is zeroed and errno tells why.
 * Errors: VIB_ECREATE, VIB_ENOMEM. */
int atomic_file_open(struct atomic_file *file, const char *path, const char *suffix,
                     struct vib_error *err);

/* Writes all that is left of `source`, which is borrowed. 0, or the errno of reading; errors of
 * writing are left to atomic_file_commit. */
int atomic_file_copy(struct atomic_file *file, FILE *source);

/* Syncs, renames, syncs the folder, and releases. On failure (VIB_EIO: disk full, ...) the
 * temporary file is deleted and path is as it was. */
int atomic_file_commit(struct atomic_file *file, struct vib_error *err);

/* Deletes the temporary file and releases; harmless on a zeroed or finished one. */
void atomic_file_discard(struct atomic_file *file);

/* Deletes what a killed process left under the temporary name, path followed by suffix, if
 * anything. Errors: VIB_EIO, VIB_ENOMEM. */
int atomic_file_remove_temporary(const char *path, const char *suffix, struct vib_error *err);

/* Both of these: opens in place of what a killed process left. Errors of either. */
int atomic_file_open_anew(struct atomic_file *file, const char *path, const char *suffix,
                          struct vib_error *err);

/* The folder that holds `path`, "." when it names none; allocated, NULL when out of memory. */
char *atomic_file_folder(const char *path);

/* Makes the folder that holds `path`, unless it is there, so that it survives a power failure.
 * Errors: VIB_ECREATE, VIB_EIO, VIB_ENOMEM. */
int atomic_file_make_folder(const char *path, struct vib_error *err);

/* Makes the entries of the folder that holds `path` survive a power failure. 0 or an errno. */
int atomic_file_sync_folder(const char *path);

#endif
