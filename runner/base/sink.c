#include "runner/base/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_direct(struct sink *sink, struct vib_error *err) {
    sink->direct = true;
    if ((sink->stream = fopen(sink->name, "we")) == NULL)
        return vib_error_set(err, VIB_ECREATE, "cannot open %s: %s", sink->name, strerror(errno));
    return 0;
}

/* A file's temporary stands beside what a symbolic link leads to, so that the link stays. */
static int open_file(struct sink *sink, struct vib_error *err) {
    char suffix[32];
    char *target = realpath(sink->name, NULL);
    if (target == NULL && errno == ENOMEM)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", sink->name);
    (void)snprintf(suffix, sizeof suffix, ".%ld.tmp", (long)getpid());
    const int rc = atomic_file_open(&sink->file, target != NULL ? target : sink->name, suffix, err);
    sink->stream = sink->file.stream;
    free(target);
    return rc;
}

int sink_open(struct sink *sink, const char *output, const char *database, const char *command,
              struct vib_error *err) {
    struct stat there, source;
    memset(sink, 0, sizeof *sink);
    if (output == NULL) {
        sink->name = "standard output";
        sink->stream = stdout;
        return 0;
    }
    sink->name = output;
    if (stat(output, &there) != 0)
        return open_file(sink, err);
    if (stat(database, &source) == 0 && source.st_dev == there.st_dev &&
        source.st_ino == there.st_ino)
        return vib_error_set(err, VIB_EUSAGE, "%s: %s is the database itself", command, output);
    if (S_ISDIR(there.st_mode))
        return vib_error_set(err, VIB_ECREATE, "cannot create %s: it is a folder", output);
    return S_ISREG(there.st_mode) ? open_file(sink, err) : open_direct(sink, err);
}

int sink_failed(const struct sink *sink, struct vib_error *err) {
    return vib_error_set(err, VIB_EIO, "cannot write to %s: %s", sink->name, strerror(errno));
}

int sink_close(struct sink *sink, int rc, struct vib_error *err) {
    if (sink->file.stream != NULL && rc == 0)
        return atomic_file_commit(&sink->file, err);
    atomic_file_discard(&sink->file);
    if (sink->stream == stdout && rc == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        return sink_failed(sink, err);
    if (sink->direct && sink->stream != NULL && fclose(sink->stream) != 0 && rc == 0)
        return sink_failed(sink, err);
    return rc;
}
