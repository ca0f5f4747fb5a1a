/* Where a command's output goes: standard output, or a file named by -o, which appears when it is
 * complete. */
#ifndef RUNNER_BASE_SINK_H
#define RUNNER_BASE_SINK_H

#include "core/error.h"
#include "runner/base/atomic_file.h"

#include <stdbool.h>
#include <stdio.h>

struct sink {
    FILE *stream;            /* to be written by the caller */
    const char *name;        /* for messages */
    bool direct;             /* ours to close: a device or pipe named by -o */
    struct atomic_file file; /* when stream is its stream */
};

/* output NULL is standard output. Refuses to replace the database that the output is made from; the
 * command's name stands in that message. Errors: VIB_EUSAGE, VIB_ECREATE, VIB_ENOMEM. */
int sink_open(struct sink *sink, const char *output, const char *database, const char *command,
              struct vib_error *err);

/* VIB_EIO with errno's reason, for a caller that found the stream failed. */
int sink_failed(const struct sink *sink, struct vib_error *err);

/* Completes the output where code is 0, else drops it; returns the final code. Harmless on a sink
 * that could not be opened. */
int sink_close(struct sink *sink, int rc, struct vib_error *err);

#endif
