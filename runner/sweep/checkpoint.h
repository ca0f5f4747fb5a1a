/* A running job's state on disk, so that a kill loses at most the last interval.
 *
 * A file holds: magic, format version, the job's identity, the evaluations made so far and the
 * times (struct job_result), the trainer's own state as a blob, and a CRC-32 of all of it. It is
 * written to a temporary name, synced, renamed, and its folder synced: at any moment the file is
 * absent, the old one or the new one. Processes, also of several machines, may write that of one
 * job at a time: the last to finish counts, and both are states that the job goes through. Thread
 * rule: calls for different jobs may run at once. */
#ifndef RUNNER_SWEEP_CHECKPOINT_H
#define RUNNER_SWEEP_CHECKPOINT_H

#include "core/error.h"
#include "runner/store/result.h"

#include <stdbool.h>
#include <stddef.h>

struct checkpoint {
    struct job_result progress; /* epochs, times, examples; state is not stored */
    void *state;                /* the trainer's blob */
    size_t state_size;
    /* In writing, instead of state: gives bytes first .. first + size of it, whole numbers of 4. */
    void (*read_state)(const void *source, size_t first, size_t size, void *out);
    const void *source;
};

/* "<database>.checkpoints", where those of a database's jobs lie unless a folder is named;
 * allocated, or NULL when out of memory. */
char *checkpoint_folder(const char *database);

/* "<folder>/<identity>.ckpt"; allocated, or NULL when out of memory. */
char *checkpoint_path(const char *folder, const char *identity);

/* Writes *checkpoint, making the folder if needed. On failure the previous file is intact.
 * Errors: VIB_ECREATE, VIB_EIO (disk full, ...) with the path, VIB_ENOMEM. */
int checkpoint_write(const char *path, const char *identity, const struct checkpoint *checkpoint,
                     struct vib_error *err);

/* Reads; *found is false when there is no file. On success the caller owns what
 * checkpoint_release frees. Errors: VIB_ESTATE with the path and what is wrong with the file, which
 * is of no more use (truncated, wrong checksum, another job's, an older format version). The others
 * say nothing against it, and it is to be kept: VIB_EIO (it cannot be opened or read just now, is
 * another user's, or something that is no file is in its place), VIB_EDATA (a newer program's),
 * VIB_ENOMEM. */
int checkpoint_read(const char *path, const char *identity, struct checkpoint *checkpoint,
                    bool *found, struct vib_error *err);

void checkpoint_release(struct checkpoint *checkpoint);

/* Deletes the file, and a temporary one of this process. A missing file is no error. */
int checkpoint_remove(const char *path, struct vib_error *err);

/* Deletes the files of a folder, temporary ones too, that killed processes left of jobs that need
 * none any more, as `settled` tells by the identity. What cannot be read or deleted stays: it does
 * no harm. */
void checkpoint_clean(const char *folder, bool (*settled)(void *context, const char *identity),
                      void *context);

#endif
