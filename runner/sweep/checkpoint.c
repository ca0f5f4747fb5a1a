/* Layout, all numbers little-endian, doubles as their 64 bits, no padding:
 *
 *   magic[8] version:u32 file_bytes:u64 identity[64]
 *   message_bytes:u32 message[] train_s:f64 evaluate_s:f64 examples:u64 objective:f64
 *   n_epochs:u64 { epoch:u64 lr:f64 splits:u32 { error error_mc ce ce_se ce_mc rate }[splits]
 * }[n_epochs] state_bytes:u64 state[] crc:u32
 *
 * splits is the set of those evaluated, a bit for each by its number, in whose order they follow.
 * In version 2, which is still read, it is left out: train and test.
 *
 * crc is CRC-32 (zlib's) of all that comes before it. No size is believed before it has been held
 * against the bytes that the file has left. */
#include "runner/sweep/checkpoint.h"
#include "runner/base/atomic_file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    FORMAT_VERSION = 3,
    OLD_VERSION = 2,
    MAGIC_BYTES = 8,
    IDENTITY_BYTES = 64,
    HEADER_BYTES = MAGIC_BYTES + 4 + 8 + IDENTITY_BYTES,
    EVALUATION_REALS = 6,
    EVALUATION_BYTES = EVALUATION_REALS * 8,
    EPOCH_BYTES = 8 + 8 + 4, /* without its evaluations */
    CRC_BYTES = 4,
    /* everything but header, message, epochs and state */
    FIXED_BYTES = 4 + 4 * 8 + 8 + 8 + CRC_BYTES
};

static const char magic[MAGIC_BYTES] = {'V', 'I', 'B', 'C', 'K', 'P', 'T', '\n'};
static const char suffix[] = ".ckpt", temporary_suffix[] = ".tmp";

char *checkpoint_path(const char *database, const char *identity) {
    char *path = NULL;
    return asprintf(&path, "%s.checkpoints/%s%s", database, identity, suffix) < 0 ? NULL : path;
}

/* --- writing: errors stay in the writer until the end --- */

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
    }
}

static uint64_t epochs_bytes(const struct job_result *progress) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < progress->n_epochs; i++) {
        bytes += EPOCH_BYTES;
        for (int split = 0; split < VIB_SPLITS; split++)
            bytes += (progress->epochs[i].splits >> split & 1) * EVALUATION_BYTES;
    }
    return bytes;
}

static void put_checkpoint(struct writer *writer, const char *identity,
                           const struct checkpoint *checkpoint) {
    const struct job_result *progress = &checkpoint->progress;
    const size_t message_bytes = strlen(progress->message);
    put(writer, magic, sizeof magic);
    put_u32(writer, FORMAT_VERSION);
    put_u64(writer, (uint64_t)HEADER_BYTES + FIXED_BYTES + message_bytes + epochs_bytes(progress) +
                        checkpoint->state_size);
    put(writer, identity, IDENTITY_BYTES);
    put_u32(writer, (uint32_t)message_bytes);
    put(writer, progress->message, message_bytes);
    put_real(writer, progress->train_s);
    put_real(writer, progress->evaluate_s);
    put_u64(writer, progress->examples);
    put_real(writer, progress->objective);
    put_u64(writer, progress->n_epochs);
    for (size_t i = 0; i < progress->n_epochs; i++)
        put_epoch(writer, &progress->epochs[i]);
    put_u64(writer, checkpoint->state_size);
    put(writer, checkpoint->state, checkpoint->state_size);
    put_u32(writer, (uint32_t)writer->crc);
}

/* Another job's end may remove the empty folder between our making and our using it. */
static int open_in_folder(struct atomic_file *file, const char *path, struct vib_error *err) {
    enum { TRIES = 100 };
    int rc = atomic_file_open(file, path, temporary_suffix, err);
    for (int i = 0; rc == VIB_ECREATE && errno == ENOENT && i < TRIES; i++) {
        if ((rc = atomic_file_make_folder(path, err)) != 0)
            return rc;
        rc = atomic_file_open(file, path, temporary_suffix, err);
    }
    return rc;
}

int checkpoint_write(const char *path, const char *identity, const struct checkpoint *checkpoint,
                     struct vib_error *err) {
    struct atomic_file file;
    assert(strlen(identity) == IDENTITY_BYTES);
    int rc = atomic_file_remove_temporary(path, temporary_suffix, err);
    if (rc != 0 || (rc = open_in_folder(&file, path, err)) != 0)
        return rc;
    struct writer writer = {file.stream, crc32_z(0, NULL, 0), 0};
    put_checkpoint(&writer, identity, checkpoint);
    if (writer.reason != 0) {
        atomic_file_discard(&file);
        return vib_error_set(err, VIB_EIO, "cannot write %s: %s", path, strerror(writer.reason));
    }
    return atomic_file_commit(&file, err);
}

/* --- reading --- */

struct reader {
    FILE *stream;
    const char *path;
    uint64_t version;
    uint64_t left; /* bytes of the file not yet read */
    unsigned long crc;
    struct vib_error *err;
};

static int damaged(const struct reader *reader, const char *what) {
    return vib_error_set(reader->err, VIB_ESTATE, "checkpoint %s %s", reader->path, what);
}

static int get(struct reader *reader, void *bytes, size_t count) {
    if (count > reader->left)
        return damaged(reader, "is truncated or damaged");
    if (count > 0 && fread(bytes, 1, count, reader->stream) != count)
        return ferror(reader->stream) ? vib_error_set(reader->err, VIB_EIO, "cannot read %s: %s",
                                                      reader->path, strerror(errno))
                                      : damaged(reader, "is truncated");
    if (count > 0)
        reader->crc = crc32_z(reader->crc, bytes, count);
    reader->left -= count;
    return 0;
}

static int get_integer(struct reader *reader, uint64_t *value, size_t width) {
    unsigned char bytes[8];
    const int rc = get(reader, bytes, width);
    *value = 0;
    for (size_t i = 0; rc == 0 && i < width; i++)
        *value |= (uint64_t)bytes[i] << 8 * i;
    return rc;
}

/* A number of things of `unit` bytes each, all of which the file must still hold. */
static int get_count(struct reader *reader, size_t width, size_t unit, size_t *count) {
    uint64_t value;
    const int rc = get_integer(reader, &value, width);
    *count = 0;
    if (rc != 0)
        return rc;
    if (value > reader->left / unit || value > SIZE_MAX / unit)
        return damaged(reader, "is truncated or damaged");
    *count = (size_t)value;
    return 0;
}

static int get_real(struct reader *reader, double *value) {
    uint64_t bits;
    const int rc = get_integer(reader, &bits, 8);
    memcpy(value, &bits, sizeof *value);
    return rc;
}

static int get_header(struct reader *reader, const char *identity) {
    char found_magic[MAGIC_BYTES], found_identity[IDENTITY_BYTES];
    uint64_t bytes;
    const uint64_t file_bytes = reader->left;
    int rc = get(reader, found_magic, sizeof found_magic);
    if (rc != 0)
        return rc;
    if (memcmp(found_magic, magic, sizeof magic) != 0)
        return damaged(reader, "is not a checkpoint");
    if ((rc = get_integer(reader, &reader->version, 4)) != 0)
        return rc;
    if (reader->version != FORMAT_VERSION && reader->version != OLD_VERSION)
        return vib_error_set(reader->err, VIB_ESTATE,
                             "checkpoint %s has format version %llu; this program knows %d and %d",
                             reader->path, (unsigned long long)reader->version, OLD_VERSION,
                             FORMAT_VERSION);
    if ((rc = get_integer(reader, &bytes, 8)) != 0)
        return rc;
    if (bytes != file_bytes)
        return damaged(reader, bytes > file_bytes ? "is truncated" : "is damaged: too long");
    if ((rc = get(reader, found_identity, sizeof found_identity)) != 0)
        return rc;
    if (memcmp(found_identity, identity, IDENTITY_BYTES) != 0)
        return damaged(reader, "belongs to another job");
    return 0;
}

static int get_splits(struct reader *reader, unsigned *splits) {
    uint64_t set = 1u << VIB_TRAIN | 1u << VIB_TEST;
    const int rc = reader->version == OLD_VERSION ? 0 : get_integer(reader, &set, 4);
    *splits = (unsigned)set;
    return rc == 0 && set >= 1u << VIB_SPLITS ? damaged(reader, "is damaged") : rc;
}

static int get_evaluation(struct reader *reader, struct vib_evaluation *e) {
    double *const reals[EVALUATION_REALS] = {&e->error, &e->error_mc, &e->ce,
                                             &e->ce_se, &e->ce_mc,    &e->rate};
    int rc = 0;
    for (int i = 0; rc == 0 && i < EVALUATION_REALS; i++)
        rc = get_real(reader, reals[i]);
    return rc;
}

static int get_epoch(struct reader *reader, struct epoch_result *epoch) {
    uint64_t number;
    int rc = get_integer(reader, &number, 8);
    epoch->epoch = (size_t)number;
    if (rc == 0)
        rc = get_real(reader, &epoch->lr);
    if (rc == 0)
        rc = get_splits(reader, &epoch->splits);
    for (int split = 0; rc == 0 && split < VIB_SPLITS; split++)
        if ((epoch->splits & 1u << split) != 0)
            rc = get_evaluation(reader, &epoch->split[split]);
    return rc;
}

static int get_epochs(struct reader *reader, struct job_result *progress) {
    int rc = get_count(reader, 8, EPOCH_BYTES, &progress->n_epochs);
    if (rc != 0 || progress->n_epochs == 0)
        return rc;
    progress->epochs = calloc(progress->n_epochs, sizeof *progress->epochs);
    if (progress->epochs == NULL)
        return vib_error_set(reader->err, VIB_ENOMEM, "%s: out of memory", reader->path);
    for (size_t i = 0; rc == 0 && i < progress->n_epochs; i++)
        rc = get_epoch(reader, &progress->epochs[i]);
    return rc;
}

static int get_progress(struct reader *reader, struct job_result *progress) {
    size_t message_bytes;
    int rc = get_count(reader, 4, 1, &message_bytes);
    if (rc != 0)
        return rc;
    if (message_bytes >= sizeof progress->message)
        return damaged(reader, "is damaged");
    if ((rc = get(reader, progress->message, message_bytes)) != 0 ||
        (rc = get_real(reader, &progress->train_s)) != 0 ||
        (rc = get_real(reader, &progress->evaluate_s)) != 0 ||
        (rc = get_integer(reader, &progress->examples, 8)) != 0 ||
        (rc = get_real(reader, &progress->objective)) != 0)
        return rc;
    return get_epochs(reader, progress);
}

static int get_state(struct reader *reader, struct checkpoint *checkpoint) {
    int rc = get_count(reader, 8, 1, &checkpoint->state_size);
    if (rc != 0)
        return rc;
    /* Never NULL, so that a caller need not tell an empty state from none. */
    checkpoint->state = malloc(checkpoint->state_size > 0 ? checkpoint->state_size : 1);
    if (checkpoint->state == NULL)
        return vib_error_set(reader->err, VIB_ENOMEM, "%s: out of memory", reader->path);
    return get(reader, checkpoint->state, checkpoint->state_size);
}

static int get_checksum(struct reader *reader) {
    const uint64_t computed = reader->crc;
    uint64_t stored;
    const int rc = get_integer(reader, &stored, CRC_BYTES);
    if (rc != 0)
        return rc;
    if (reader->left != 0 || stored != computed)
        return damaged(reader, "is damaged: its checksum does not match");
    return 0;
}

/* An open stream and its size, or *stream NULL when there is no such file. */
static int open_to_read(const char *path, FILE **stream, uint64_t *size, struct vib_error *err) {
    struct stat status;
    *stream = fopen(path, "rbe");
    if (*stream == NULL) {
        if (errno == ENOENT)
            return 0;
        return vib_error_set(err, VIB_EIO, "cannot open %s: %s", path, strerror(errno));
    }
    if (fstat(fileno(*stream), &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0) {
        *size = (uint64_t)status.st_size;
        return 0;
    }
    (void)fclose(*stream); /* opened for reading */
    *stream = NULL;
    return vib_error_set(err, VIB_EIO, "cannot read %s: it is no ordinary file", path);
}

int checkpoint_read(const char *path, const char *identity, struct checkpoint *checkpoint,
                    bool *found, struct vib_error *err) {
    struct reader reader = {.path = path, .crc = crc32_z(0, NULL, 0), .err = err};
    struct checkpoint read = {.state = NULL};
    assert(strlen(identity) == IDENTITY_BYTES);
    *found = false;
    memset(checkpoint, 0, sizeof *checkpoint);
    int rc = open_to_read(path, &reader.stream, &reader.left, err);
    if (rc != 0 || reader.stream == NULL)
        return rc;
    if ((rc = get_header(&reader, identity)) == 0 &&
        (rc = get_progress(&reader, &read.progress)) == 0 && (rc = get_state(&reader, &read)) == 0)
        rc = get_checksum(&reader);
    (void)fclose(reader.stream); /* opened for reading */
    if (rc != 0) {
        checkpoint_release(&read);
        return rc;
    }
    *checkpoint = read;
    *found = true;
    return 0;
}

void checkpoint_release(struct checkpoint *checkpoint) {
    free(checkpoint->progress.epochs);
    free(checkpoint->state);
    memset(checkpoint, 0, sizeof *checkpoint);
}

int checkpoint_remove(const char *path, struct vib_error *err) {
    if (unlink(path) != 0 && errno != ENOENT)
        return vib_error_set(err, VIB_EIO, "cannot delete %s: %s", path, strerror(errno));
    const int rc = atomic_file_remove_temporary(path, temporary_suffix, err);
    char *folder = rc == 0 ? atomic_file_folder(path) : NULL;
    if (folder != NULL)
        (void)rmdir(folder); /* stays while it holds other jobs' files; empty it does no harm */
    free(folder);
    return rc;
}

/* Whether name is "<identity>.ckpt", with or without the temporary suffix. */
static bool parse_name(const char *name, char identity[IDENTITY_BYTES + 1]) {
    const size_t hex = strspn(name, "0123456789abcdef");
    const char *rest = name + hex;
    if (hex != IDENTITY_BYTES || strncmp(rest, suffix, sizeof suffix - 1) != 0)
        return false;
    rest += sizeof suffix - 1;
    memcpy(identity, name, IDENTITY_BYTES);
    identity[IDENTITY_BYTES] = '\0';
    return *rest == '\0' || strcmp(rest, temporary_suffix) == 0;
}

void checkpoint_clean(const char *database, bool (*settled)(void *context, const char *identity),
                      void *context) {
    char *folder = NULL, identity[IDENTITY_BYTES + 1];
    const struct dirent *entry;
    if (asprintf(&folder, "%s.checkpoints", database) < 0)
        return;
    DIR *files = opendir(folder);
    while (files != NULL && (entry = readdir(files)) != NULL)
        if (parse_name(entry->d_name, identity) && settled(context, identity))
            (void)unlinkat(dirfd(files), entry->d_name, 0);
    if (files != NULL) {
        (void)closedir(files);
        (void)rmdir(folder); /* stays unless it is empty */
    }
    free(folder);
}
