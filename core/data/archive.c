#include "core/data/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

struct vib_archive {
    zip_t *zip;
    char *path;    /* for messages */
    uint64_t size; /* of the file, bytes */
};

static int no_memory(const char *path, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
}

bool vib_archive_begins(const uint8_t *head, size_t n) {
    /* A member's header, or the end of an archive without members. */
    return n >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0);
}

/* What libzip could not do. Of memory that runs out it often tells another story: errno, which was
 * cleared before, knows; but of an inconsistent archive libzip puts there what is inconsistent. */
static int failed(const char *name, zip_error_t *error, struct vib_error *err) {
    const int code = zip_error_code_zip(error);
    if ((errno == ENOMEM && code != ZIP_ER_INCONS) || code == ZIP_ER_MEMORY)
        return no_memory(name, err);
    if (code == ZIP_ER_EXISTS)
        return vib_error_set(err, VIB_EDATA, "%s: two members of the archive have the same name",
                             name);
    return vib_error_set(err, VIB_EDATA, "%s: damaged zip archive (%s)", name,
                         zip_error_strerror(error));
}

/* The library takes the descriptor over when it succeeds. */
static int open_zip(struct vib_archive *archive, int fd, struct vib_error *err) {
    int code = 0;
    zip_error_t error;
    errno = 0;
    archive->zip = zip_fdopen(fd, ZIP_CHECKCONS, &code);
    if (archive->zip != NULL)
        return 0;
    zip_error_init_with_code(&error, code);
    const int rc = failed(archive->path, &error, err);
    zip_error_fini(&error);
    close(fd);
    return rc;
}

int vib_archive_open(struct vib_archive **archive, const char *path, struct vib_error *err) {
    int fd = -1;
    struct vib_archive *made = calloc(1, sizeof *made);
    if (made == NULL || (made->path = strdup(vib_input_shown(path))) == NULL) {
        free(made);
        return no_memory(vib_input_shown(path), err);
    }
    int rc = vib_input_open_regular(&fd, &made->size, path, err);
    if (rc == 0)
        rc = open_zip(made, fd, err);
    if (rc != 0)
        vib_archive_close(made);
    else
        *archive = made;
    return rc;
}

void vib_archive_close(struct vib_archive *archive) {
    if (archive == NULL)
        return;
    if (archive->zip != NULL)
        zip_discard(archive->zip);
    free(archive->path);
    free(archive);
}

/* By raw names, for which libzip needs no memory: a member is not there, or it is. */
bool vib_archive_has(const struct vib_archive *archive, const char *member) {
    const zip_int64_t n = zip_get_num_entries(archive->zip, 0);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(archive->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (name != NULL && strcmp(name, member) == 0)
            return true;
    }
    return false;
}

void vib_archive_list(const struct vib_archive *archive, char *text, size_t size) {
    const zip_int64_t n = zip_get_num_entries(archive->zip, 0);
    size_t length = 0;
    text[0] = '\0';
    for (zip_int64_t i = 0; i < n && length < size; i++) {
        const char *name = zip_get_name(archive->zip, (zip_uint64_t)i, 0);
        const int wrote = snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "",
                                   name != NULL ? name : "?");
        length += wrote > 0 ? (size_t)wrote : 0;
    }
}

static int read_member(void *state, const char *name, void *out, size_t size, size_t *got,
                       struct vib_error *err) {
    zip_file_t *file = state;
    errno = 0;
    const zip_int64_t n = zip_fread(file, out, size);
    if (n < 0)
        return failed(name, zip_file_get_error(file), err);
    *got = (size_t)n;
    return 0;
}

static const char *member_damage(void *state) {
    (void)state; /* reading fails where the length or the CRC differs */
    return NULL;
}

static void close_member(void *state) {
    (void)zip_fclose(state); /* reading: what could fail here has failed before */
}

static const struct vib_input_source member_source = {read_member, member_damage, close_member};

static int check_member(const zip_stat_t *status, const char *name, struct vib_error *err) {
    if (status->encryption_method != ZIP_EM_NONE)
        return vib_error_set(err, VIB_EDATA, "%s: is encrypted: write it without a password", name);
    if (status->comp_method != ZIP_CM_STORE && status->comp_method != ZIP_CM_DEFLATE)
        return vib_error_set(err, VIB_EDATA,
                             "%s: is packed by method %d: expected 0 (stored) or 8 (deflated), as "
                             "numpy.savez and savez_compressed write",
                             name, status->comp_method);
    return 0;
}

static uint64_t lesser(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

int vib_archive_member(struct vib_archive *archive, const char *member, struct vib_input **input,
                       struct vib_error *err) {
    zip_stat_t status;
    const size_t size = strlen(archive->path) + strlen(member) + sizeof ": ";
    char *name = malloc(size);
    if (name == NULL)
        return no_memory(archive->path, err);
    snprintf(name, size, "%s: %s", archive->path, member);
    int rc = 0;
    errno = 0;
    if (zip_stat(archive->zip, member, 0, &status) != 0)
        rc = failed(name, zip_get_error(archive->zip), err);
    if (rc == 0)
        rc = check_member(&status, name, err);
    errno = 0;
    zip_file_t *file = rc == 0 ? zip_fopen(archive->zip, member, 0) : NULL;
    if (rc == 0 && file == NULL)
        rc = failed(name, zip_get_error(archive->zip), err);
    if (rc == 0) {
        /* All these sizes are claims but that of the file. */
        const uint64_t packed = lesser(status.comp_size, archive->size);
        const bool stored = status.comp_method == ZIP_CM_STORE;
        rc = vib_input_new(input, &member_source, file, name,
                           lesser(status.size, stored ? packed : vib_input_inflated(packed)), false,
                           err);
    }
    free(name);
    return rc;
}
