#include "runner/fetch/fetch_verify.h"

#include "core/sha256.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 1 << 16, GZ_BUFFER = 1 << 17 };

/* What a file unpacked to. */
struct content {
    uint64_t size; /* BLOCK more than wanted, at most */
    bool page;     /* it begins as HTML or XML does */
    char sha256[VIB_SHA256_TEXT];
};

/* O_NONBLOCK: a FIFO in the file's place must not hang the program. */
static gzFile open_packed(const char *path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    gzFile file = fd < 0 ? NULL : gzdopen(fd, "rb");
    if (file != NULL)
        (void)gzbuffer(file, GZ_BUFFER); /* a request: zlib's own size would do */
    else if (fd >= 0)
        (void)close(fd); /* opened for reading */
    return file;
}

static bool begins_as_page(const unsigned char *bytes, int n) {
    int i = 0;
    while (i < n && isspace(bytes[i]))
        i++;
    return i < n && bytes[i] == '<';
}

/* Returns what gzread last did: 0 at the end, less on an error. */
static int read_content(gzFile file, uint64_t wanted, struct content *content) {
    unsigned char block[BLOCK];
    struct vib_sha256 hash;
    int n = 0;
    vib_sha256_init(&hash);
    while (content->size <= wanted && (n = gzread(file, block, sizeof block)) > 0) {
        if (content->size == 0)
            content->page = begins_as_page(block, n);
        vib_sha256_add(&hash, block, (size_t)n);
        content->size += (uint64_t)n;
    }
    vib_sha256_end(&hash, content->sha256);
    return n;
}

static int judge(const struct content *content, const char *label, const struct fetch_file *file,
                 struct vib_error *err) {
    if (content->size == file->size && strcmp(content->sha256, file->sha256) == 0)
        return 0;
    if (content->page)
        return vib_error_set(err, VIB_EDATA, "%s: a page of HTML instead of the file", label);
    if (content->size > file->size)
        return vib_error_set(err, VIB_EDATA,
                             "%s: unpacks to more than the file's %" PRIu64 " bytes", label,
                             file->size);
    if (content->size < file->size)
        return vib_error_set(err, VIB_EDATA, "%s: unpacks to %" PRIu64 " bytes, not %" PRIu64,
                             label, content->size, file->size);
    return vib_error_set(err, VIB_EDATA, "%s: unpacks to SHA-256 %s, not %s", label,
                         content->sha256, file->sha256);
}

int fetch_verify(const char *path, const char *label, const struct fetch_file *file,
                 struct vib_error *err) {
    struct content content = {0};
    int code = Z_OK;
    gzFile packed = open_packed(path);
    if (packed == NULL)
        return vib_error_set(err, VIB_EIO, "cannot open %s: %s", path, strerror(errno));
    if (read_content(packed, file->size, &content) < 0)
        (void)gzerror(packed, &code);
    const int reason = errno;
    /* A stream that breaks off is told at the close alone, even where only its checksum lacks. */
    const int end = gzclose_r(packed);
    if (code == Z_ERRNO)
        return vib_error_set(err, VIB_EIO, "cannot read %s: %s", path, strerror(reason));
    if (code == Z_MEM_ERROR || end == Z_MEM_ERROR)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
    if (code != Z_OK)
        return vib_error_set(err, VIB_EDATA, "%s: damaged gzip data", label);
    const int rc = judge(&content, label, file, err);
    if (rc == 0 && end != Z_OK)
        return vib_error_set(err, VIB_EDATA, "%s: gzip data that break off", label);
    return rc;
}
