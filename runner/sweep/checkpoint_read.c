/* Reading: nothing damaged is taken for whole, and nothing whole for damaged. */
#include "runner/sweep/checkpoint.h"

#include "runner/base/owner.h"
#include "runner/sweep/checkpoint_format.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

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

static int get_checksum(struct reader *reader) {
    const uint64_t computed = reader->crc;
    uint64_t stored;
    const int rc = get_integer(reader, &stored, CHECKPOINT_CRC_BYTES);
    if (rc != 0)
        return rc;
    if (reader->left != 0 || stored != computed)
        return damaged(reader, "is damaged: its checksum does not match");
    return 0;
}

/* Whether what is left of the file ends with the checksum of all of it, as in every version. */
static bool is_whole(struct reader *reader) {
    unsigned char bytes[4096];
    int rc = 0;
    while (rc == 0 && reader->left > CHECKPOINT_CRC_BYTES) {
        const uint64_t n = reader->left - CHECKPOINT_CRC_BYTES;
        rc = get(reader, bytes, n < sizeof bytes ? (size_t)n : sizeof bytes);
    }
    return rc == 0 && get_checksum(reader) == 0;
}

/* What a newer program has trained is not to be overwritten; a version that is only damaged is. */
static int other_version(struct reader *reader) {
    const unsigned long long version = reader->version;
    const bool newer = version > CHECKPOINT_FORMAT_VERSION && is_whole(reader);
    return vib_error_set(reader->err, newer ? VIB_EDATA : VIB_ESTATE,
                         "checkpoint %s has format version %llu; this program knows %d to %d%s",
                         reader->path, version, CHECKPOINT_OLDEST_VERSION,
                         CHECKPOINT_FORMAT_VERSION,
                         newer ? ": continue with the newer one, or delete the file" : "");
}

static int get_header(struct reader *reader, const char *identity) {
    char found_magic[CHECKPOINT_MAGIC_BYTES], found_identity[CHECKPOINT_IDENTITY_BYTES];
    uint64_t bytes;
    const uint64_t file_bytes = reader->left;
    int rc = get(reader, found_magic, sizeof found_magic);
    if (rc != 0)
        return rc;
    if (memcmp(found_magic, CHECKPOINT_MAGIC, sizeof found_magic) != 0)
        return damaged(reader, "is not a checkpoint");
    if ((rc = get_integer(reader, &reader->version, 4)) != 0)
        return rc;
    if (reader->version > CHECKPOINT_FORMAT_VERSION || reader->version < CHECKPOINT_OLDEST_VERSION)
        return other_version(reader);
    if ((rc = get_integer(reader, &bytes, 8)) != 0)
        return rc;
    if (bytes != file_bytes)
        return damaged(reader, bytes > file_bytes ? "is truncated" : "is damaged: too long");
    if ((rc = get(reader, found_identity, sizeof found_identity)) != 0)
        return rc;
    if (memcmp(found_identity, identity, CHECKPOINT_IDENTITY_BYTES) != 0)
        return damaged(reader, "belongs to another job");
    return 0;
}

static int get_splits(struct reader *reader, unsigned *splits) {
    uint64_t set = 1u << VIB_TRAIN | 1u << VIB_TEST;
    const int rc = reader->version == CHECKPOINT_OLDEST_VERSION ? 0 : get_integer(reader, &set, 4);
    *splits = (unsigned)set;
    return rc == 0 && set >= 1u << VIB_SPLITS ? damaged(reader, "is damaged") : rc;
}

static int reals_of(uint64_t version) {
    return version <= CHECKPOINT_RATE_ONLY_VERSION ? CHECKPOINT_RATE_ONLY_REALS
           : version <= CHECKPOINT_NO_MEAN_VERSION ? CHECKPOINT_NO_MEAN_REALS
                                                   : CHECKPOINT_EVALUATION_REALS;
}

static int get_evaluation(struct reader *reader, struct vib_evaluation *e) {
    double *const reals[CHECKPOINT_EVALUATION_REALS] = {&e->error,   &e->error_mc,    &e->ce,
                                                        &e->ce_se,   &e->ce_mc,       &e->rate,
                                                        &e->rate_se, &e->compression, &e->error_mu};
    const int n = reals_of(reader->version);
    int rc = 0;
    e->error_mu = (double)NAN;
    for (int i = 0; rc == 0 && i < n; i++)
        rc = get_real(reader, reals[i]);
    if (n == CHECKPOINT_RATE_ONLY_REALS) {
        e->compression = e->rate;
        e->rate_se = isnan(e->rate) ? e->rate : 0.0;
    }
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
    int rc = get_count(reader, 8, CHECKPOINT_EPOCH_BYTES, &progress->n_epochs);
    if (rc != 0 || progress->n_epochs == 0)
        return rc;
    progress->epochs = calloc(progress->n_epochs, sizeof *progress->epochs);
    if (progress->epochs == NULL)
        return vib_error_set(reader->err, VIB_ENOMEM, "%s: out of memory", reader->path);
    for (size_t i = 0; rc == 0 && i < progress->n_epochs; i++)
        rc = get_epoch(reader, &progress->epochs[i]);
    return rc;
}

static int get_bounds(struct reader *reader, unsigned *made, double *cap,
                      struct vib_bound bound[VIB_ESTIMATORS]) {
    uint64_t set;
    int rc = get_integer(reader, &set, 4);
    *made = (unsigned)set;
    if (rc == 0)
        rc = set >= 1u << VIB_ESTIMATORS ? damaged(reader, "is damaged") : get_real(reader, cap);
    for (int e = 0; e < VIB_ESTIMATORS && rc == 0; e++)
        if ((rc = get_real(reader, &bound[e].bits)) == 0)
            rc = get_real(reader, &bound[e].se_bits);
    return rc;
}

static int get_along(struct reader *reader, struct along_result *along) {
    struct vib_information *is = &along->information;
    uint64_t epoch, split, n;
    int rc = get_integer(reader, &epoch, 8);
    if (rc == 0)
        rc = get_integer(reader, &split, 4);
    if (rc == 0)
        rc = get_integer(reader, &n, 8);
    if (rc != 0 || split >= VIB_SPLITS)
        return rc != 0 ? rc : damaged(reader, "is damaged");
    along->epoch = (size_t)epoch;
    along->split = (enum vib_split_id)split;
    is->n = (size_t)n;
    rc = get_bounds(reader, &is->made, &is->cap, is->bound);
    return rc == 0 ? get_bounds(reader, &is->residual_made, &is->residual_cap, is->residual) : rc;
}

static int get_all_along(struct reader *reader, struct job_result *progress) {
    if (reader->version <= CHECKPOINT_NO_ALONG_VERSION)
        return 0;
    int rc = get_count(reader, 8, CHECKPOINT_ALONG_BYTES, &progress->n_along);
    if (rc != 0 || progress->n_along == 0)
        return rc;
    progress->along = calloc(progress->n_along, sizeof *progress->along);
    if (progress->along == NULL)
        return vib_error_set(reader->err, VIB_ENOMEM, "%s: out of memory", reader->path);
    for (size_t i = 0; rc == 0 && i < progress->n_along; i++)
        rc = get_along(reader, &progress->along[i]);
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
        (rc = get_real(reader, &progress->objective)) != 0 ||
        (rc = get_epochs(reader, progress)) != 0)
        return rc;
    return get_all_along(reader, progress);
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

static const char *kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a named pipe";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

static int no_file(const char *path, mode_t mode, struct vib_error *err) {
    return vib_error_set(err, VIB_EIO, "%s is %s where a checkpoint belongs; move it away", path,
                         kind_of(mode));
}

static int cannot_open(const char *path, struct vib_error *err) {
    char owner[OWNER_SIZE];
    const int reason = errno;
    /* Also where no file can be there is none. */
    if (reason == ENOENT || reason == ENOTDIR || reason == ENAMETOOLONG)
        return 0;
    return vib_error_set(err, VIB_EIO, "cannot open %s: %s%s", path, strerror(reason),
                         owner_note(owner, path));
}

/* Whether the path leads to an ordinary file is asked before it is opened, since to open a device
 * can do something, and again afterwards. O_NONBLOCK: a pipe would wait for somebody to write. */
static int open_file(const char *path, int *fd, struct stat *status, struct vib_error *err) {
    if (stat(path, status) != 0)
        return cannot_open(path, err);
    if (!S_ISREG(status->st_mode))
        return no_file(path, status->st_mode, err);
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return cannot_open(path, err);
    if (fstat(*fd, status) == 0 && S_ISREG(status->st_mode))
        return 0;
    (void)close(*fd); /* opened for reading */
    *fd = -1;
    return no_file(path, status->st_mode, err);
}

/* An open stream and its size, or *stream NULL when there is no such file. */
static int open_to_read(const char *path, FILE **stream, uint64_t *size, struct vib_error *err) {
    struct stat status;
    int fd = -1;
    const int rc = open_file(path, &fd, &status, err);
    *stream = NULL;
    if (rc != 0 || fd < 0)
        return rc;
    *size = (uint64_t)status.st_size;
    *stream = fdopen(fd, "rb");
    if (*stream != NULL)
        return 0;
    (void)close(fd); /* opened for reading */
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", path);
}

int checkpoint_read(const char *path, const char *identity, struct checkpoint *checkpoint,
                    bool *found, struct vib_error *err) {
    struct reader reader = {.path = path, .crc = crc32_z(0, NULL, 0), .err = err};
    struct checkpoint read = {.state = NULL};
    assert(strlen(identity) == CHECKPOINT_IDENTITY_BYTES);
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
