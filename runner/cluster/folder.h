/* The folder of a sweep on a cluster: its parts by name. */
#ifndef RUNNER_CLUSTER_FOLDER_H
#define RUNNER_CLUSTER_FOLDER_H

#include "core/error.h"
#include "runner/base/atomic_file.h"

#include <stddef.h>

/* Absolute paths without links, all owned. */
struct folder {
    char *path;
    char *plan;     /* plan.csv */
    char *config;   /* config.yaml, frozen */
    char *task;     /* task.sh */
    char *merge;    /* merge.sh */
    char *database; /* NAME.db, merged */
    char *parts;    /* folders: of snapshots, */
    char *checkpoints;
    char *logs;
};

/* The names alone, of a folder that need not exist. On failure *folder is zeroed. Errors:
 * VIB_ENOMEM; VIB_ECREATE when a part of the path cannot be gone through. */
int folder_init(struct folder *folder, const char *path, const char *sweep, struct vib_error *err);

/* Makes the folder, with those above it, and the folders in it. VIB_ECREATE, VIB_EIO, VIB_ENOMEM.
 */
int folder_make(const struct folder *folder, struct vib_error *err);

void folder_release(struct folder *folder); /* harmless on a zeroed one */

/* Begins a file of the folder, as atomic_file_open, under a temporary name that is this process's
 * alone. */
int folder_open_file(struct atomic_file *file, const char *path, struct vib_error *err);

/* The databases among the parts, in the order of their names: paths; *paths and each of them are
 * the caller's, who frees them by folder_free_parts. A folder that is missing has none. Errors:
 * VIB_EIO, VIB_ENOMEM. */
int folder_parts(const struct folder *folder, char ***paths, size_t *n, struct vib_error *err);
void folder_free_parts(char **paths, size_t n);

#endif
