#include "runner/cluster/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}

/* "PATH/NAMEEND", or NULL. */
static char *within(const char *path, const char *name, const char *end) {
    char *joined;
    return asprintf(&joined, "%s/%s%s", path, name, end) < 0 ? NULL : joined;
}

/* realpath of what is there of a path, followed by the rest, so that the name does not change when
 * the folder is made. NULL with errno. */
static char *real_path(const char *path) {
    char *real = realpath(path, NULL);
    if (real != NULL || errno != ENOENT)
        return real;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *plain = strndup(path, length);
    char *above = plain != NULL ? atomic_file_folder(plain) : NULL;
    char *real_above = above != NULL ? real_path(above) : NULL;
    const char *slash = plain != NULL ? strrchr(plain, '/') : NULL;
    if (real_above != NULL)
        real = within(strcmp(real_above, "/") == 0 ? "" : real_above,
                      slash != NULL ? slash + 1 : plain, "");
    free(plain);
    free(above);
    free(real_above);
    return real;
}

int folder_init(struct folder *folder, const char *path, const char *sweep, struct vib_error *err) {
    memset(folder, 0, sizeof *folder);
    folder->path = real_path(path);
    if (folder->path == NULL)
        return vib_error_set(err, errno == ENOMEM ? VIB_ENOMEM : VIB_ECREATE, "cannot use %s: %s",
                             path, strerror(errno));
    folder->plan = within(folder->path, "plan.csv", "");
    folder->config = within(folder->path, "config.yaml", "");
    folder->task = within(folder->path, "task.sh", "");
    folder->merge = within(folder->path, "merge.sh", "");
    folder->database = within(folder->path, sweep, ".db");
    folder->parts = within(folder->path, "parts", "");
    folder->checkpoints = within(folder->path, "checkpoints", "");
    folder->logs = within(folder->path, "logs", "");
    if (folder->plan && folder->config && folder->task && folder->merge && folder->database &&
        folder->parts && folder->checkpoints && folder->logs)
        return VIB_OK;
    folder_release(folder);
    return no_memory(err);
}

void folder_release(struct folder *folder) {
    free(folder->path);
    free(folder->plan);
    free(folder->config);
    free(folder->task);
    free(folder->merge);
    free(folder->database);
    free(folder->parts);
    free(folder->checkpoints);
    free(folder->logs);
    memset(folder, 0, sizeof *folder);
}

/* mkdir -p of an absolute path, which is left as it was. */
static int make_with_parents(char *path, struct vib_error *err) {
    int reason = 0;
    for (char *slash = strchr(path + 1, '/'); reason == 0; slash = strchr(slash + 1, '/')) {
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            reason = errno;
        if (slash == NULL)
            break;
        *slash = '/';
    }
    return reason == 0 ? VIB_OK
                       : vib_error_set(err, VIB_ECREATE, "cannot create the folder %s: %s", path,
                                       strerror(reason));
}

int folder_make(const struct folder *folder, struct vib_error *err) {
    char *const inner[] = {folder->parts, folder->checkpoints, folder->logs};
    int rc = make_with_parents(folder->path, err);
    for (size_t i = 0; i < sizeof inner / sizeof inner[0] && rc == VIB_OK; i++)
        rc = make_with_parents(inner[i], err);
    return rc;
}

int folder_open_file(struct atomic_file *file, const char *path, struct vib_error *err) {
    char suffix[ATOMIC_FILE_SUFFIX];
    atomic_file_own_suffix(suffix);
    return atomic_file_open_anew(file, path, suffix, err);
}

static int is_database(const struct dirent *entry) {
    const size_t length = strlen(entry->d_name), end = strlen(".db");
    return entry->d_name[0] != '.' && length > end &&
           strcmp(entry->d_name + length - end, ".db") == 0;
}

int folder_parts(const struct folder *folder, char ***paths, size_t *n, struct vib_error *err) {
    struct dirent **entries = NULL;
    const int found = scandir(folder->parts, &entries, is_database, versionsort);
    bool complete = true;
    *paths = NULL;
    *n = 0;
    if (found < 0)
        return errno == ENOENT ? VIB_OK
                               : vib_error_set(err, VIB_EIO, "cannot read the folder %s: %s",
                                               folder->parts, strerror(errno));
    *paths = calloc((size_t)found + 1, sizeof **paths);
    for (int i = 0; i < found; i++) {
        if (*paths != NULL && complete) {
            (*paths)[*n] = within(folder->parts, entries[i]->d_name, "");
            complete = (*paths)[*n] != NULL;
            *n += complete;
        }
        free(entries[i]);
    }
    free(entries);
    if (*paths != NULL && complete)
        return VIB_OK;
    folder_free_parts(*paths, *n);
    *paths = NULL;
    *n = 0;
    return no_memory(err);
}

void folder_free_parts(char **paths, size_t n) {
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
}
