#include "runner/base/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void atomic_file_own_suffix(char suffix[ATOMIC_FILE_SUFFIX]) {
    char host[HOST_NAME_MAX + 1] = "";
    (void)gethostname(host, sizeof host - 1); /* without a name the number is left */
    (void)snprintf(suffix, ATOMIC_FILE_SUFFIX, ".%s-%ld.tmp", host, (long)getpid());
}

/* The stream of a new file, or NULL with errno set. */
static FILE *create(const char *temporary, const char *path) {
    struct stat old;
    int reason;
    FILE *stream;
    const int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    if (stat(path, &old) == 0 && fchmod(fd, old.st_mode & 0777) != 0)
        goto failed;
    if ((stream = fdopen(fd, "wb")) != NULL)
        return stream;
failed:
    reason = errno;
    (void)close(fd); /* nothing was written */
    (void)unlink(temporary);
    errno = reason;
    return NULL;
}

int atomic_file_open(struct atomic_file *file, const char *path, const char *suffix,
                     struct vib_error *err) {
    int rc = 0, reason = ENOMEM;
    memset(file, 0, sizeof *file);
    file->path = strdup(path);
    if (asprintf(&file->temporary, "%s%s", path, suffix) < 0)
        file->temporary = NULL;
    if (file->path == NULL || file->temporary == NULL) {
        rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
        goto out;
    }
    if ((file->stream = create(file->temporary, path)) == NULL) {
        reason = errno;
        rc = vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", path, strerror(reason));
    }
out:
    if (rc != 0) {
        free(file->path);
        free(file->temporary);
        memset(file, 0, sizeof *file);
        errno = reason;
    }
    return rc;
}

char *atomic_file_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL   ? strdup(".")
           : slash == path ? strdup("/")
                           : strndup(path, (size_t)(slash - path));
}

int atomic_file_sync_folder(const char *path) {
    char *folder = atomic_file_folder(path);
    int reason = 0;
    if (folder == NULL)
        return ENOMEM;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return errno;
    /* EINVAL: a file system that has nothing to sync there. */
    if (fsync(fd) != 0 && errno != EINVAL)
        reason = errno;
    (void)close(fd); /* opened for reading */
    return reason;
}

int atomic_file_make_folder(const char *path, struct vib_error *err) {
    char *folder = atomic_file_folder(path);
    int rc = 0;
    if (folder == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    if (mkdir(folder, 0777) == 0) {
        /* Without it a power failure could take the folder along with the files in it. */
        if (atomic_file_sync_folder(folder) != 0)
            rc = vib_error_set(err, VIB_EIO, "cannot sync the folder of %s", folder);
    } else if (errno != EEXIST)
        rc = vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", folder, strerror(errno));
    free(folder);
    return rc;
}

int atomic_file_remove_temporary(const char *path, const char *suffix, struct vib_error *err) {
    char *temporary = NULL;
    int rc = 0;
    if (asprintf(&temporary, "%s%s", path, suffix) < 0)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    if (unlink(temporary) != 0 && errno != ENOENT)
        rc = vib_error_set(err, VIB_EIO, "cannot delete %s: %s", temporary, strerror(errno));
    free(temporary);
    return rc;
}

int atomic_file_open_anew(struct atomic_file *file, const char *path, const char *suffix,
                          struct vib_error *err) {
    const int rc = atomic_file_remove_temporary(path, suffix, err);
    return rc == 0 ? atomic_file_open(file, path, suffix, err) : rc;
}

/* Everything up to the rename; 0 or an errno. */
static int write_through(FILE *stream) {
    int reason = 0;
    errno = EIO; /* for a stream that failed before and has forgotten why */
    if (ferror(stream) || fflush(stream) != 0 || fsync(fileno(stream)) != 0)
        reason = errno;
    if (fclose(stream) != 0 && reason == 0)
        reason = errno;
    return reason;
}

int atomic_file_copy(struct atomic_file *file, FILE *source) {
    char block[1 << 16];
    size_t n;
    errno = EIO; /* for a stream that does not say why */
    while ((n = fread(block, 1, sizeof block, source)) > 0)
        if (fwrite(block, 1, n, file->stream) != n)
            return 0;
    return ferror(source) ? errno : 0;
}

int atomic_file_commit(struct atomic_file *file, struct vib_error *err) {
    int rc = 0, reason = write_through(file->stream);
    file->stream = NULL;
    if (reason == 0 && rename(file->temporary, file->path) != 0)
        reason = errno;
    if (reason == 0) {
        /* From here on there is no temporary file to delete. */
        free(file->temporary);
        file->temporary = NULL;
        reason = atomic_file_sync_folder(file->path);
    }
    if (reason != 0)
        rc = vib_error_set(err, VIB_EIO, "cannot write %s: %s", file->path, strerror(reason));
    atomic_file_discard(file);
    return rc;
}

void atomic_file_discard(struct atomic_file *file) {
    if (file->stream != NULL)
        (void)fclose(file->stream); /* its contents are not wanted */
    if (file->temporary != NULL)
        (void)unlink(file->temporary);
    free(file->temporary);
    free(file->path);
    memset(file, 0, sizeof *file);
}
