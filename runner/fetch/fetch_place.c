#include "runner/fetch/fetch_place.h"

#include "runner/base/atomic_file.h"
#include "runner/fetch/fetch_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "fetch: out of memory");
}

int fetch_place_find(const char *folder, const struct fetch_file *file, char **path,
                     struct vib_error *err) {
    static const char *const suffixes[] = {"", ".gz"}; /* as what loads data sets prefers them */
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (asprintf(path, "%s/%s%s", folder, file->name, suffixes[i]) < 0) {
            *path = NULL;
            return no_memory(err);
        }
        if (access(*path, F_OK) == 0)
            return 0;
        free(*path);
        *path = NULL;
    }
    return 0;
}

static int look_at(struct fetch_place *place, size_t i, struct vib_error *err) {
    const struct fetch_file *file = &place->set->files[i];
    struct vib_error wrong = {0};
    char *path = NULL;
    int rc = fetch_place_find(place->folder, file, &path, err);
    place->missing[i] = path == NULL;
    if (path != NULL && (rc = fetch_verify(path, path, file, &wrong)) != 0)
        (void)vib_error_set(err, rc, "%s%s", wrong.message,
                            rc == VIB_EDATA ? "; move it away and fetch again" : "");
    free(path);
    return rc;
}

int fetch_place_look(struct fetch_place *place, bool *complete, struct vib_error *err) {
    *complete = true;
    for (size_t i = 0; i < place->set->n_files; i++) {
        const int rc = look_at(place, i, err);
        if (rc != 0)
            return rc;
        *complete = *complete && !place->missing[i];
    }
    return 0;
}

/* Makes the folder that holds path, and those that hold that one. */
static int make_folders(const char *path, struct vib_error *err) {
    char *folder = atomic_file_folder(path);
    int rc = folder == NULL ? no_memory(err) : 0;
    if (rc == 0 && access(folder, F_OK) != 0 && (rc = make_folders(folder, err)) == 0)
        rc = atomic_file_make_folder(path, err);
    free(folder);
    return rc;
}

static int open_lock(const char *path, struct fetch_progress *progress, struct vib_error *err) {
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
        (void)vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", path, strerror(errno));
        return -1;
    }
    /* On a file system without locks it goes on without: what is gathered is verified anyway. */
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return fd;
    fetch_progress_note(progress, "another process is fetching it; waiting for that");
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return fd;
}

/* Whether the file is still that of the path: who had the lock may have deleted it. */
static bool is_at(int fd, const char *path) {
    struct stat ours, theirs;
    return fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_dev == theirs.st_dev &&
           ours.st_ino == theirs.st_ino;
}

static int take_lock(struct fetch_place *place, struct fetch_progress *progress,
                     struct vib_error *err) {
    for (;;) {
        const int fd = open_lock(place->lock, progress, err);
        if (fd < 0)
            return VIB_ECREATE;
        if (is_at(fd, place->lock)) {
            place->lock_fd = fd;
            return 0;
        }
        (void)close(fd); /* nothing was written */
    }
}

int fetch_place_open(struct fetch_place *place, struct fetch_progress *progress,
                     struct vib_error *err) {
    if (asprintf(&place->part, "%s.part", place->folder) < 0)
        place->part = NULL;
    if (asprintf(&place->lock, "%s.lock", place->folder) < 0)
        place->lock = NULL;
    if (place->part == NULL || place->lock == NULL)
        return no_memory(err);
    int rc = make_folders(place->lock, err);
    if (rc == 0)
        rc = take_lock(place, progress, err);
    if (rc == 0 && mkdir(place->part, 0777) != 0 && errno != EEXIST)
        rc = vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", place->part, strerror(errno));
    return rc;
}

/* Deletes what an interrupted fetch of the file left, which came from elsewhere in the end. */
static int drop_parts(const struct fetch_place *place, const struct fetch_file *file,
                      struct vib_error *err) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", place->part, file->name) < 0)
        return no_memory(err);
    int rc = atomic_file_remove_temporary(path, ".part", err);
    if (rc == 0)
        rc = atomic_file_remove_temporary(path, ".gz.part", err);
    free(path);
    return rc;
}

static int move_file(const struct fetch_place *place, const struct fetch_file *file,
                     struct vib_error *err) {
    char *from = NULL, *to = NULL;
    int rc = fetch_place_find(place->part, file, &from, err);
    if (rc == 0 && from != NULL) {
        if (asprintf(&to, "%s%s", place->folder, strrchr(from, '/')) < 0) {
            to = NULL;
            rc = no_memory(err);
        } else if (rename(from, to) != 0)
            rc = vib_error_set(err, VIB_EIO, "cannot move %s to %s: %s", from, place->folder,
                               strerror(errno));
    }
    free(from);
    free(to);
    return rc;
}

int fetch_place_install(struct fetch_place *place, struct vib_error *err) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < place->set->n_files; i++)
        rc = drop_parts(place, &place->set->files[i], err);
    if (rc != 0)
        return rc;
    if (rename(place->part, place->folder) != 0) {
        if (errno != ENOTEMPTY && errno != EEXIST)
            return vib_error_set(err, VIB_EIO, "cannot move %s to %s: %s", place->part,
                                 place->folder, strerror(errno));
        for (size_t i = 0; rc == 0 && i < place->set->n_files; i++)
            rc = place->missing[i] ? move_file(place, &place->set->files[i], err) : 0;
    }
    if (rc == 0 && atomic_file_sync_folder(place->folder) != 0)
        rc = vib_error_set(err, VIB_EIO, "cannot sync the folder of %s", place->folder);
    return rc;
}

void fetch_place_close(struct fetch_place *place) {
    if (place->lock_fd >= 0) {
        (void)rmdir(place->part);  /* if nothing was gathered */
        (void)unlink(place->lock); /* while it is locked: who waits for it will notice */
        (void)close(place->lock_fd);
    }
    place->lock_fd = -1;
    free(place->part);
    free(place->lock);
    place->part = place->lock = NULL;
}
