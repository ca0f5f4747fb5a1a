#include "runner/store/merge_files.h"

#include "runner/base/atomic_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char temporary_suffix[] = ".tmp";

static int no_memory(const struct merge_files *files, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", files->place);
}

int merge_files_init(struct merge_files *files, const char *target, struct vib_error *err) {
    *files = (struct merge_files){.place = realpath(target, NULL)};
    if (files->place != NULL)
        return 0;
    return vib_error_set(err, errno == ENOMEM ? VIB_ENOMEM : VIB_EIO, "cannot find %s: %s", target,
                         strerror(errno));
}

/* The path of a file that a database names, or NULL when out of memory. */
static char *source_path(const char *from, const char *weights) {
    char *real = realpath(from, NULL);
    char *folder = atomic_file_folder(real != NULL ? real : from), *path = NULL;
    if (folder == NULL || asprintf(&path, "%s/%s", folder, weights) < 0)
        path = NULL;
    free(folder);
    free(real);
    return path;
}

/* Whether it names a file beside its database, in a folder there, and none elsewhere. */
static bool is_beside(const char *weights) {
    const char *slash = strchr(weights, '/');
    return slash != NULL && slash != weights && strchr(slash + 1, '/') == NULL &&
           strcmp(slash, "/") != 0 && strcmp(slash, "/..") != 0 &&
           strncmp(weights, "../", strlen("../")) != 0;
}

static int write_file(FILE *source, const char *path, bool *read, struct vib_error *err) {
    struct atomic_file file = {0};
    *read = true;
    int rc = atomic_file_make_folder(path, err);
    if (rc == 0)
        rc = atomic_file_open_anew(&file, path, temporary_suffix, err);
    if (rc != 0)
        return rc;
    *read = atomic_file_copy(&file, source) == 0;
    if (!*read) {
        atomic_file_discard(&file);
        return 0;
    }
    return atomic_file_commit(&file, err);
}

/* Takes the path; a file that was there is no longer what it was, but a job of that identity has
 * the same one. */
static int remember(struct merge_files *files, char *path, struct vib_error *err) {
    if (files->n == files->capacity) {
        const size_t capacity = files->capacity == 0 ? 64 : 2 * files->capacity;
        char **made = reallocarray(files->made, capacity, sizeof *made);
        if (made == NULL) {
            (void)unlink(path);
            free(path);
            return no_memory(files, err);
        }
        files->made = made;
        files->capacity = capacity;
    }
    files->made[files->n++] = path;
    return 0;
}

/* Copies to `path`, which it takes. */
static int copy(struct merge_files *files, FILE *source, char *path, bool *read,
                struct vib_error *err) {
    const bool was_there = access(path, F_OK) == 0;
    const int rc = write_file(source, path, read, err);
    if (rc == 0 && *read && !was_there)
        return remember(files, path, err);
    free(path);
    return rc;
}

/* What lies with this process is no fault of the file. */
static int cannot_read(const char *path, int reason, struct vib_error *err) {
    if (reason == ENOMEM)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    if (reason == EMFILE || reason == ENFILE)
        return vib_error_set(err, VIB_EIO, "cannot read %s: %s", path, strerror(reason));
    (void)vib_error_set(err, VIB_EDATA, "cannot read %s: %s", path, strerror(reason));
    return 0;
}

int merge_files_copy(struct merge_files *files, const char *from, const char *weights, char **name,
                     struct vib_error *err) {
    const char *slash = strrchr(weights, '/'), *place = strrchr(files->place, '/');
    char *source = source_path(from, weights), *path = NULL, *called = NULL;
    FILE *stream = NULL;
    bool read = false;
    int rc = 0;
    *name = NULL;
    if (source == NULL) {
        rc = no_memory(files, err);
        goto out;
    }
    if (!is_beside(weights) || (stream = fopen(source, "rbe")) == NULL) {
        rc = cannot_read(source, is_beside(weights) ? errno : ENOENT, err);
        goto out;
    }
    if (asprintf(&path, "%s.weights%s", files->place, slash) < 0)
        path = NULL;
    if (asprintf(&called, "%s.weights%s", place != NULL ? place + 1 : files->place, slash) < 0)
        called = NULL;
    if (path == NULL || called == NULL) {
        free(path);
        rc = no_memory(files, err);
        goto out;
    }
    rc = copy(files, stream, path, &read, err);
    if (rc == 0 && !read)
        rc = cannot_read(source, EIO, err);
    if (rc == 0 && read) {
        *name = called;
        called = NULL;
    }
out:
    if (stream != NULL)
        (void)fclose(stream); /* read only */
    free(called);
    free(source);
    return rc;
}

void merge_files_undo(struct merge_files *files, size_t n) {
    char *folder = NULL;
    while (files->n > n) {
        (void)unlink(files->made[--files->n]);
        free(files->made[files->n]);
    }
    /* Goes if it is empty, so if this made it. */
    if (asprintf(&folder, "%s.weights", files->place) >= 0) {
        (void)rmdir(folder);
        free(folder);
    }
}

void merge_files_release(struct merge_files *files) {
    while (files->n > 0)
        free(files->made[--files->n]);
    free(files->made);
    free(files->place);
    *files = (struct merge_files){0};
}
