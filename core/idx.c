#include "core/idx.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    IDX_UBYTE = 8,
    GZ_BUFFER = 1 << 17,  /* zlib's default of 8 KiB costs many small reads */
    FIRST_BLOCK = 1 << 20 /* bytes allocated before any element has been seen */
};

static int no_memory(const char *path, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
}

static char *join(const char *dir, const char *name, const char *suffix) {
    size_t size = strlen(dir) + strlen(name) + strlen(suffix) + 2;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s/%s%s", dir, name, suffix);
    return path;
}

/* Opens dir/name, else dir/name.gz; *path is the one that was opened, or the last tried. A file
 * that is there but cannot be opened is an error: falling back would hide it. */
static int open_either(int *fd, char **path, const char *dir, const char *name,
                       struct vib_error *err) {
    static const char *const suffixes[] = {"", ".gz"};

    for (size_t i = 0; i < 2; i++) {
        free(*path);
        *path = join(dir, name, suffixes[i]);
        if (*path == NULL)
            return no_memory(name, err);
        /* O_NONBLOCK: a FIFO in the file's place must not hang the program. */
        *fd = open(*path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (*fd >= 0)
            return 0;
        if (errno != ENOENT)
            return vib_error_set(err, VIB_EDATA, "%s: cannot open: %s", *path, strerror(errno));
    }
    return vib_error_set(err, VIB_EDATA, "%s/%s: no such file, nor with .gz", dir, name);
}

static int check_regular(int fd, const char *path, struct vib_error *err) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        return vib_error_set(err, VIB_EDATA, "%s: cannot read: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return vib_error_set(err, VIB_EDATA, "%s: expected a file, found %s", path,
                             S_ISDIR(status.st_mode) ? "a directory" : "a special file");
    if (status.st_size == 0)
        return vib_error_set(err, VIB_EDATA, "%s: the file is empty", path);
    return 0;
}

static int open_file(gzFile *file, char **path, const char *dir, const char *name,
                     struct vib_error *err) {
    int fd = -1;
    int rc = open_either(&fd, path, dir, name, err);
    if (rc != 0)
        return rc;
    rc = check_regular(fd, *path, err);
    if (rc == 0) {
        *file = gzdopen(fd, "rb");
        if (*file != NULL) {
            gzbuffer(*file, GZ_BUFFER);
            return 0;
        }
        rc = no_memory(*path, err);
    }
    close(fd);
    return rc;
}

static int read_failed(gzFile file, const char *path, struct vib_error *err) {
    int code = Z_OK;
    const char *text = gzerror(file, &code);
    if (code == Z_MEM_ERROR)
        return no_memory(path, err);
    if (code == Z_ERRNO)
        return vib_error_set(err, VIB_EDATA, "%s: cannot read: %s", path, strerror(errno));
    return vib_error_set(err, VIB_EDATA, "%s: damaged gzip data (%s)", path, text);
}

/* Reads up to `size` bytes; *got < size means that the data end there. A gzip stream that breaks
 * off counts as ended, so that the caller can say how much was expected. */
static int read_up_to(gzFile file, const char *path, uint8_t *out, size_t size, size_t *got,
                      struct vib_error *err) {
    *got = 0;
    while (*got < size) {
        size_t left = size - *got;
        unsigned chunk = left < (1u << 30) ? (unsigned)left : 1u << 30;
        int n = gzread(file, out + *got, chunk);
        if (n < 0)
            return read_failed(file, path, err);
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return 0;
}

static size_t big_endian(const uint8_t byte[4]) {
    return (size_t)byte[0] << 24 | (size_t)byte[1] << 16 | (size_t)byte[2] << 8 | byte[3];
}

static int check_magic(const uint8_t magic[4], const char *path, size_t n_dims,
                       struct vib_error *err) {
    unsigned expected = IDX_UBYTE << 8 | (unsigned)n_dims;
    if (magic[0] != 0 || magic[1] != 0)
        return vib_error_set(err, VIB_EDATA,
                             "%s: not an IDX file: expected magic number 0x%08x, found 0x%08zx",
                             path, expected, big_endian(magic));
    if (magic[2] != IDX_UBYTE)
        return vib_error_set(err, VIB_EDATA,
                             "%s: wrong element type: expected 0x%02x (unsigned byte), found "
                             "0x%02x",
                             path, IDX_UBYTE, magic[2]);
    if (magic[3] != n_dims)
        return vib_error_set(err, VIB_EDATA,
                             "%s: wrong number of dimensions: expected %zu, found %d", path, n_dims,
                             magic[3]);
    return 0;
}

/* Reads and checks the header; *size becomes the number of elements it declares. */
static int read_header(struct vib_idx *idx, gzFile file, size_t *size, struct vib_error *err) {
    uint8_t header[4 + 4 * VIB_IDX_MAX_DIMS];
    size_t header_size = 4 + 4 * idx->n_dims, got = 0;

    int rc = read_up_to(file, idx->path, header, header_size, &got, err);
    if (rc == 0 && got >= 4)
        rc = check_magic(header, idx->path, idx->n_dims, err);
    if (rc != 0)
        return rc;
    if (got < header_size)
        return vib_error_set(err, VIB_EDATA,
                             "%s: truncated: expected a header of %zu bytes, found %zu", idx->path,
                             header_size, got);
    *size = 1;
    for (size_t i = 0; i < idx->n_dims; i++) {
        idx->dims[i] = big_endian(header + 4 + 4 * i);
        if (idx->dims[i] == 0)
            return vib_error_set(err, VIB_EDATA, "%s: holds nothing: dimension %zu is 0", idx->path,
                                 i + 1);
        if (*size > SIZE_MAX / 2 / idx->dims[i])
            return vib_error_set(err, VIB_EDATA,
                                 "%s: impossible dimensions: more elements than any file holds",
                                 idx->path);
        *size *= idx->dims[i];
    }
    return 0;
}

/* Reads `size` elements into idx->bytes, allocating twice as much each time the last block is
 * full, so that a header's false claim costs no memory. */
static int read_elements(struct vib_idx *idx, gzFile file, size_t size, struct vib_error *err) {
    size_t have = 0, capacity = size < FIRST_BLOCK ? size : FIRST_BLOCK;

    for (;;) {
        uint8_t *bytes = realloc(idx->bytes, capacity);
        if (bytes == NULL)
            return no_memory(idx->path, err);
        idx->bytes = bytes;

        size_t got = 0;
        int rc = read_up_to(file, idx->path, bytes + have, capacity - have, &got, err);
        if (rc != 0)
            return rc;
        have += got;
        if (have < capacity)
            return vib_error_set(err, VIB_EDATA,
                                 "%s: truncated: expected %zu bytes of data, found %zu", idx->path,
                                 size, have);
        if (have == size)
            return 0;
        capacity = capacity > size / 2 ? size : 2 * capacity;
    }
}

/* The file must end here. Asking for one more byte is also what makes zlib compare the CRC. */
static int check_end(const struct vib_idx *idx, gzFile file, size_t size, struct vib_error *err) {
    uint8_t extra;
    size_t got = 0;
    int rc = read_up_to(file, idx->path, &extra, 1, &got, err);
    if (rc != 0)
        return rc;
    if (got != 0)
        return vib_error_set(err, VIB_EDATA,
                             "%s: trailing bytes: expected the end after %zu bytes of data, found "
                             "more",
                             idx->path, size);
    int code = Z_OK;
    gzerror(file, &code);
    if (code == Z_BUF_ERROR)
        return vib_error_set(err, VIB_EDATA, "%s: truncated: the gzip data lack their end",
                             idx->path);
    return 0;
}

int vib_idx_read(struct vib_idx *idx, const char *dir, const char *name, size_t n_dims,
                 struct vib_error *err) {
    assert(n_dims >= 1 && n_dims <= VIB_IDX_MAX_DIMS);
    gzFile file = NULL;
    size_t size = 0;

    *idx = (struct vib_idx){.n_dims = n_dims};
    int rc = open_file(&file, &idx->path, dir, name, err);
    if (rc == 0)
        rc = read_header(idx, file, &size, err);
    if (rc == 0)
        rc = read_elements(idx, file, size, err);
    if (rc == 0)
        rc = check_end(idx, file, size, err);
    if (file != NULL)
        gzclose_r(file); /* reading: what could fail here has been checked above */
    if (rc != 0)
        vib_idx_release(idx);
    return rc;
}

void vib_idx_release(struct vib_idx *idx) {
    free(idx->bytes);
    free(idx->path);
    *idx = (struct vib_idx){0};
}
