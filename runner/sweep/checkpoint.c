/* Names, writing and deleting; runner/sweep/checkpoint_format.h has the layout. */
#include "runner/sweep/checkpoint.h"
#include "runner/base/atomic_file.h"
#include "runner/base/owner.h"
#include "runner/sweep/checkpoint_format.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Numbers of a state that are written at a time. */
enum { PIECE = 16384 };

static const char suffix[] = ".ckpt", temporary_end[] = ".tmp";

char *checkpoint_folder(const char *database) {
    char *folder = NULL;
    return asprintf(&folder, "%s.checkpoints", database) < 0 ? NULL : folder;
}

char *checkpoint_path(const char *folder, const char *identity) {
    char *path = NULL;
    return asprintf(&path, "%s/%s%s", folder, identity, suffix) < 0 ? NULL : path;
}

/* Errors stay in the writer until the end. */
struct writer {
    FILE *stream;
    unsigned long crc;
    int reason; /* errno of the first write that failed, else 0 */
};

static void put(struct writer *writer, const void *bytes, size_t count) {
    if (count == 0)
        return;
    writer->crc = crc32_z(writer->crc, bytes, count);
    if (writer->reason == 0 && fwrite(bytes, 1, count, writer->stream) != count)
        writer->reason = errno;
}

static void put_integer(struct writer *writer, uint64_t value, size_t width) {
    unsigned char bytes[8];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (unsigned char)(value >> 8 * i & 0xff);
    put(writer, bytes, width);
}

static void put_u32(struct writer *writer, uint32_t value) {
    put_integer(writer, value, 4);
}

static void put_u64(struct writer *writer, uint64_t value) {
    put_integer(writer, value, 8);
}

static void put_real(struct writer *writer, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u64(writer, bits);
}

static void put_epoch(struct writer *writer, const struct epoch_result *epoch) {
    put_u64(writer, epoch->epoch);
    put_real(writer, epoch->lr);
    put_u32(writer, epoch->splits);
    for (int split = 0; split < VIB_SPLITS; split++) {
        const struct vib_evaluation *e = &epoch->split[split];
        if ((epoch->splits & 1u << split) == 0)
            continue;
        put_real(writer, e->error);
        put_real(writer, e->error_mc);
        put_real(writer, e->ce);
        put_real(writer, e->ce_se);
        put_real(writer, e->ce_mc);
        put_real(writer, e->rate);
        put_real(writer, e->rate_se);
        put_real(writer, e->compression);
        put_real(writer, e->error_mu);
    }
}

static void put_bounds(struct writer *writer, unsigned made, double cap,
                       const struct vib_bound bound[VIB_ESTIMATORS]) {
    put_u32(writer, made);
    put_real(writer, cap);
    for (int e = 0; e < VIB_ESTIMATORS; e++) {
        put_real(writer, bound[e].bits);
        put_real(writer, bound[e].se_bits);
    }
}

static void put_along(struct writer *writer, const struct along_result *along) {
    const struct vib_information *is = &along->information;
    put_u64(writer, along->epoch);
    put_u32(writer, along->split);
    put_u64(writer, is->n);
    put_bounds(writer, is->made, is->cap, is->bound);
    put_bounds(writer, is->residual_made, is->residual_cap, is->residual);
}

static uint64_t epochs_bytes(const struct job_result *progress) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < progress->n_epochs; i++) {
        bytes += CHECKPOINT_EPOCH_BYTES;
        for (int split = 0; split < VIB_SPLITS; split++)
            bytes += (progress->epochs[i].splits >> split & 1) * CHECKPOINT_EVALUATION_BYTES;
    }
    return bytes;
}

static void put_state(struct writer *writer, const struct checkpoint *checkpoint) {
    float piece[PIECE];
    size_t size = checkpoint->state_size;
    if (checkpoint->read_state == NULL) {
        put(writer, checkpoint->state, size);
        return;
    }
    for (size_t first = 0; first < size && writer->reason == 0; first += sizeof piece) {
        const size_t here = size - first < sizeof piece ? size - first : sizeof piece;
        checkpoint->read_state(checkpoint->source, first, here, piece);
        put(writer, piece, here);
    }
}

static void put_checkpoint(struct writer *writer, const char *identity,
                           const struct checkpoint *checkpoint) {
    const struct job_result *progress = &checkpoint->progress;
    const size_t message_bytes = strlen(progress->message);
    put(writer, CHECKPOINT_MAGIC, CHECKPOINT_MAGIC_BYTES);
    put_u32(writer, CHECKPOINT_FORMAT_VERSION);
    put_u64(writer, (uint64_t)CHECKPOINT_HEADER_BYTES + CHECKPOINT_FIXED_BYTES + message_bytes +
                        epochs_bytes(progress) + progress->n_along * CHECKPOINT_ALONG_BYTES +
                        checkpoint->state_size);
    put(writer, identity, CHECKPOINT_IDENTITY_BYTES);
    put_u32(writer, (uint32_t)message_bytes);
    put(writer, progress->message, message_bytes);
    put_real(writer, progress->train_s);
    put_real(writer, progress->evaluate_s);
    put_u64(writer, progress->examples);
    put_real(writer, progress->objective);
    put_u64(writer, progress->n_epochs);
    for (size_t i = 0; i < progress->n_epochs; i++)
        put_epoch(writer, &progress->epochs[i]);
    put_u64(writer, progress->n_along);
    for (size_t i = 0; i < progress->n_along; i++)
        put_along(writer, &progress->along[i]);
    put_u64(writer, checkpoint->state_size);
    put_state(writer, checkpoint);
    put_u32(writer, (uint32_t)writer->crc);
}

/* In a folder of another user's, as of who began the sweep. */
static int cannot_create(const char *path, struct vib_error *err) {
    char owner[OWNER_SIZE];
    const int reason = errno;
    char *folder = atomic_file_folder(path);
    if (folder != NULL)
        vib_error_set(err, VIB_ECREATE, "cannot create %s: %s%s", path, strerror(reason),
                      owner_note(owner, folder));
    free(folder);
    return VIB_ECREATE;
}

/* Another process's end may remove the empty folder between our making and our using it. */
static int open_in_folder(struct atomic_file *file, const char *path, struct vib_error *err) {
    enum { TRIES = 100 };
    char temporary[ATOMIC_FILE_SUFFIX];
    atomic_file_own_suffix(temporary);
    int rc = atomic_file_remove_temporary(path, temporary, err);
    if (rc != 0)
        return rc;
    rc = atomic_file_open(file, path, temporary, err);
    for (int i = 0; rc == VIB_ECREATE && errno == ENOENT && i < TRIES; i++) {
        if ((rc = atomic_file_make_folder(path, err)) != 0)
            return rc;
        rc = atomic_file_open(file, path, temporary, err);
    }
    return rc == VIB_ECREATE ? cannot_create(path, err) : rc;
}

int checkpoint_write(const char *path, const char *identity, const struct checkpoint *checkpoint,
                     struct vib_error *err) {
    struct atomic_file file;
    assert(strlen(identity) == CHECKPOINT_IDENTITY_BYTES);
    int rc = open_in_folder(&file, path, err);
    if (rc != 0)
        return rc;
    struct writer writer = {file.stream, crc32_z(0, NULL, 0), 0};
    put_checkpoint(&writer, identity, checkpoint);
    if (writer.reason != 0) {
        atomic_file_discard(&file);
        return vib_error_set(err, VIB_EIO, "cannot write %s: %s", path, strerror(writer.reason));
    }
    return atomic_file_commit(&file, err);
}

void checkpoint_release(struct checkpoint *checkpoint) {
    free(checkpoint->progress.epochs);
    free(checkpoint->progress.along);
    free(checkpoint->state);
    memset(checkpoint, 0, sizeof *checkpoint);
}

int checkpoint_remove(const char *path, struct vib_error *err) {
    char owner[OWNER_SIZE], temporary[ATOMIC_FILE_SUFFIX];
    if (unlink(path) != 0 && errno != ENOENT)
        return vib_error_set(err, VIB_EIO, "cannot delete %s: %s%s", path, strerror(errno),
                             owner_note(owner, path));
    atomic_file_own_suffix(temporary);
    return atomic_file_remove_temporary(path, temporary, err);
}

/* Whether name is "<identity>.ckpt", with or without a temporary suffix, whoever's it is. */
static bool parse_name(const char *name, char identity[CHECKPOINT_IDENTITY_BYTES + 1]) {
    const size_t hex = strspn(name, "0123456789abcdef");
    const char *rest = name + hex;
    if (hex != CHECKPOINT_IDENTITY_BYTES || strncmp(rest, suffix, sizeof suffix - 1) != 0)
        return false;
    rest += sizeof suffix - 1;
    memcpy(identity, name, CHECKPOINT_IDENTITY_BYTES);
    identity[CHECKPOINT_IDENTITY_BYTES] = '\0';
    const size_t left = strlen(rest), end = sizeof temporary_end - 1;
    return left == 0 ||
           (*rest == '.' && left >= end && strcmp(rest + left - end, temporary_end) == 0);
}

void checkpoint_clean(const char *folder, bool (*settled)(void *context, const char *identity),
                      void *context) {
    char identity[CHECKPOINT_IDENTITY_BYTES + 1];
    const struct dirent *entry;
    DIR *files = opendir(folder);
    while (files != NULL && (entry = readdir(files)) != NULL)
        if (parse_name(entry->d_name, identity) && settled(context, identity))
            (void)unlinkat(dirfd(files), entry->d_name, 0);
    if (files != NULL)
        (void)closedir(files);
}
