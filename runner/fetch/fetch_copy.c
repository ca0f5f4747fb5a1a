#include "runner/fetch/fetch_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

/* An open file to read. O_NONBLOCK: a FIFO must not hang the program. */
static int open_source(const char *path, uint64_t limit, FILE **file, struct vib_error *err) {
    struct stat status;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0) {
        const int reason = errno;
        if (fd >= 0)
            (void)close(fd); /* opened for reading */
        return vib_error_set(err, VIB_EDATA, "cannot open %s: %s", path, strerror(reason));
    }
    if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size > limit) {
        (void)close(fd);
        return vib_error_set(err, VIB_EDATA, "%s: %s", path,
                             S_ISREG(status.st_mode) ? "longer than the file can be" : "no file");
    }
    if ((*file = fdopen(fd, "rb")) != NULL)
        return 0;
    (void)close(fd);
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
}

/* Returns 0 or an errno, of a write. */
static int copy(FILE *in, FILE *out) {
    char block[BLOCK];
    size_t n;
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        if (fwrite(block, 1, n, out) != n)
            return errno;
    return fflush(out) == 0 && fsync(fileno(out)) == 0 ? 0 : errno;
}

int fetch_copy(const char *from, const char *to, uint64_t limit, struct vib_error *err) {
    FILE *in = NULL, *out = NULL;
    int reason = 0, rc = open_source(from, limit, &in, err);
    if (rc != 0)
        return rc;
    if ((out = fopen(to, "wbe")) == NULL)
        rc = vib_error_set(err, VIB_ECREATE, "cannot create %s: %s", to, strerror(errno));
    else {
        reason = copy(in, out);
        if (fclose(out) != 0 && reason == 0)
            reason = errno;
        if (ferror(in))
            rc = vib_error_set(err, VIB_EDATA, "cannot read %s", from);
        else if (reason != 0)
            rc = vib_error_set(err, VIB_EIO, "cannot write %s: %s", to, strerror(reason));
    }
    (void)fclose(in); /* opened for reading */
    return rc;
}
