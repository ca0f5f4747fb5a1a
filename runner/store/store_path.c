/* Where a database may lie: names that cannot be one, and what stands beside it. */
#include "runner/store/store_internal.h"

#include "runner/base/atomic_file.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What lies beside a database is called like it and more; this is the longest, and longer than what
 * SQLite adds. */
static const char longest_suffix[] = ".checkpoints";

/* SQLite's own limit includes the journal's name. */
static const char journal_suffix[] = "-journal";

/* Files lie beside a database itself, not beside a link to it. Allocated; the path as it is where
 * there is no file yet, NULL when out of memory. */
static char *resolve(const char *path) {
    char *real = realpath(path, NULL);
    return real != NULL ? real : strdup(path);
}

static size_t absolute_length(const char *path) {
    size_t length = strlen(path);
    char *folder = *path != '/' ? getcwd(NULL, 0) : NULL;
    length += folder != NULL ? strlen(folder) + 1 : 0;
    free(folder);
    return length;
}

/* The most bytes that a name in the folder of `path` may have. */
static size_t name_limit(const char *path) {
    char *folder = atomic_file_folder(path);
    const long limit = folder != NULL ? pathconf(folder, _PC_NAME_MAX) : -1;
    free(folder);
    return limit > 0 ? (size_t)limit : NAME_MAX;
}

/* Too long a path is not repeated: it would push the reason out of the message. */
static int check_length(const char *path, struct vib_error *err) {
    const sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    const size_t most = vfs != NULL ? (size_t)vfs->mxPathname - (sizeof journal_suffix - 1) : 0;
    const size_t length = absolute_length(path);
    if (vfs == NULL || length <= most)
        return 0;
    return vib_error_set(err, VIB_ECREATE,
                         "the path of the database is too long: %zu bytes from the root on, and "
                         "SQLite takes %zu",
                         length, most);
}

static int check_room(const char *path, struct vib_error *err) {
    char *real = resolve(path);
    if (real == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    const char *slash = strrchr(real, '/');
    const size_t length = strlen(slash != NULL ? slash + 1 : real);
    const size_t room = name_limit(real), beside = sizeof longest_suffix - 1;
    free(real);
    if (length + beside <= room)
        return 0;
    return vib_error_set(err, VIB_ECREATE,
                         "the name of the database is too long: %zu bytes, where %zu leave room "
                         "for what lies beside it, such as NAME%s",
                         length, room > beside ? room - beside : 0, longest_suffix);
}

/* Names that mean something else to SQLite, or to nobody a file. */
static int check_name(const char *path, struct vib_error *err) {
    if (*path == '\0')
        return vib_error_set(err, VIB_ECREATE, "the name of the database is empty");
    if (strcmp(path, ":memory:") == 0)
        return vib_error_set(err, VIB_ECREATE,
                             "a database needs a file, which %s is not: give it a name", path);
    if (strncmp(path, "file:", strlen("file:")) == 0)
        return vib_error_set(err, VIB_ECREATE,
                             "%s is a URI: give the path alone, or ./%s for a file of that name",
                             path, path);
    return 0;
}

int store_path_check(const char *path, bool to_write, bool *exists, struct vib_error *err) {
    struct stat status;
    *exists = false;
    int rc = check_length(path, err);
    if (rc != 0 || (rc = check_name(path, err)) != 0 ||
        (to_write && (rc = check_room(path, err)) != 0))
        return rc;
    if (stat(path, &status) != 0) {
        if (errno != ENOENT)
            return vib_error_set(err, VIB_ECREATE, "cannot open %s: %s", path, strerror(errno));
        if (path[strlen(path) - 1] == '/')
            return vib_error_set(err, VIB_ECREATE,
                                 "%s is the name of a folder: a database needs one of a file",
                                 path);
        return 0;
    }
    if (!S_ISREG(status.st_mode))
        return vib_error_set(err, VIB_EIO, "%s is not a database but %s", path,
                             S_ISDIR(status.st_mode) ? "a folder" : "a special file");
    *exists = true;
    return 0;
}

bool store_path_forbidden(const char *path) {
    char *folder = atomic_file_folder(path);
    const bool forbidden = folder != NULL && access(folder, F_OK) == 0 && access(folder, W_OK) != 0;
    free(folder);
    return forbidden;
}

static bool has_beside(const char *real, const char *suffix) {
    struct stat status;
    char *name = NULL;
    if (asprintf(&name, "%s%s", real, suffix) < 0)
        return true; /* out of memory: then SQLite is to tell */
    const bool found = stat(name, &status) == 0 && status.st_size > 0;
    free(name);
    return found;
}

static const char *log_of(const char *real) {
    static const char *const suffixes[] = {"-wal", journal_suffix};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (has_beside(real, suffixes[i]))
            return suffixes[i];
    return NULL;
}

const char *store_path_log(const char *path) {
    char *real = resolve(path);
    const char *suffix = real != NULL ? log_of(real) : NULL;
    free(real);
    return suffix;
}

bool store_path_at_rest(const char *path) {
    char *real = resolve(path);
    const bool at_rest = real != NULL && (store_path_forbidden(real) || access(real, W_OK) != 0) &&
                         log_of(real) == NULL;
    free(real);
    return at_rest;
}

char *store_path_immutable(const char *path) {
    static const char digits[] = "0123456789abcdef", tail[] = "?immutable=1";
    /* An empty authority, without which a path of two slashes would begin with one. */
    const char *head = *path == '/' ? "file://" : "file:";
    char *uri = malloc(sizeof "file://" + 3 * strlen(path) + sizeof tail);
    if (uri == NULL)
        return NULL;
    char *end = stpcpy(uri, head);
    for (const unsigned char *c = (const unsigned char *)path; *c != '\0'; c++) {
        if (isalnum(*c) || *c == '/' || *c == '.' || *c == '-' || *c == '_') {
            *end++ = (char)*c;
            continue;
        }
        *end++ = '%';
        *end++ = digits[*c >> 4];
        *end++ = digits[*c & 15];
    }
    memcpy(end, tail, sizeof tail);
    return uri;
}
