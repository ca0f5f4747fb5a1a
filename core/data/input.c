#include "core/data/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { GZ_BUFFER = 1 << 17 }; /* zlib's default of 8 KiB costs many small reads */

struct vib_input {
    struct vib_input_source source;
    void *state;
    char *name;
    uint64_t left;
    bool exact;
    uint8_t head[VIB_INPUT_HEAD]; /* read ahead, the bytes from head_at on are still to be taken */
    size_t head_at, head_n;
};

const char *vib_input_shown(const char *path) {
    enum { MOST = 300 };
    const size_t length = strlen(path);
    const char *shown = length > MOST ? path + length - MOST : path;
    while (shown > path && (*shown & 0xc0) == 0x80) /* within a character */
        shown++;
    return shown;
}

static int no_memory(const char *name, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", name);
}

/* --- files --- */

static int check_regular(int fd, uint64_t *size, const char *path, struct vib_error *err) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        return vib_error_set(err, VIB_EDATA, "%s: cannot read: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return vib_error_set(err, VIB_EDATA, "%s: expected a file, found %s", path,
                             S_ISDIR(status.st_mode) ? "a directory" : "a special file");
    if (status.st_size == 0)
        return vib_error_set(err, VIB_EDATA, "%s: the file is empty", path);
    *size = (uint64_t)status.st_size;
    return 0;
}

int vib_input_open_regular(int *fd, uint64_t *size, const char *path, struct vib_error *err) {
    /* O_NONBLOCK: a FIFO in the file's place must not hang the program. */
    const int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    path = vib_input_shown(path);
    if (opened < 0 && errno == ENOENT)
        return vib_error_set(err, VIB_EDATA, "%s: no such file", path);
    if (opened < 0)
        return vib_error_set(err, VIB_EDATA, "%s: cannot open: %s", path, strerror(errno));
    const int rc = check_regular(opened, size, path, err);
    if (rc != 0)
        close(opened);
    else
        *fd = opened;
    return rc;
}

static int read_file(void *state, const char *name, void *out, size_t size, size_t *got,
                     struct vib_error *err) {
    gzFile file = state;
    const int n = gzread(file, out, size < 1u << 30 ? (unsigned)size : 1u << 30);
    if (n >= 0) {
        *got = (size_t)n;
        return 0;
    }
    int code = Z_OK;
    const char *text = gzerror(file, &code);
    if (code == Z_MEM_ERROR)
        return no_memory(name, err);
    if (code == Z_ERRNO)
        return vib_error_set(err, VIB_EDATA, "%s: cannot read: %s", name, strerror(errno));
    const char *after = strstr(text, ">: "); /* what zlib calls the file, "<fd:3>: " */
    return vib_error_set(err, VIB_EDATA, "%s: damaged gzip data (%s)", name,
                         after != NULL ? after + 3 : text);
}

static const char *file_damage(void *state) {
    int code = Z_OK;
    gzerror(state, &code);
    return code == Z_BUF_ERROR ? "the gzip data lack their end" : NULL;
}

static void close_file(void *state) {
    gzclose_r(state); /* reading: what could fail here has been checked before */
}

static const struct vib_input_source file_source = {read_file, file_damage, close_file};

uint64_t vib_input_inflated(uint64_t packed) {
    const uint64_t most = 1032; /* zlib's "Technical Details": 258 bytes of 2 bits */
    return packed > UINT64_MAX / most ? UINT64_MAX : packed * most;
}

int vib_input_open(struct vib_input **input, const char *path, struct vib_error *err) {
    uint64_t size = 0;
    int fd = -1, rc = vib_input_open_regular(&fd, &size, path, err);
    if (rc != 0)
        return rc;
    gzFile file = gzdopen(fd, "rb");
    if (file == NULL) {
        close(fd);
        return no_memory(path, err);
    }
    gzbuffer(file, GZ_BUFFER);
    const bool exact = gzdirect(file) != 0;
    return vib_input_new(input, &file_source, file, path, exact ? size : vib_input_inflated(size),
                         exact, err);
}

/* --- any input --- */

/* Reads ahead what formats are told apart by. */
static int read_head(struct vib_input *input, struct vib_error *err) {
    int rc = 0;
    size_t got = 1;
    while (rc == 0 && got > 0 && input->head_n < sizeof input->head) {
        got = 0;
        rc = input->source.read(input->state, input->name, input->head + input->head_n,
                                sizeof input->head - input->head_n, &got, err);
        input->head_n += got;
    }
    return rc;
}

int vib_input_new(struct vib_input **input, const struct vib_input_source *source, void *state,
                  const char *name, uint64_t most, bool exact, struct vib_error *err) {
    struct vib_input *made = calloc(1, sizeof *made);
    char *copy = strdup(vib_input_shown(name));
    if (made == NULL || copy == NULL) {
        free(copy);
        free(made);
        source->close(state);
        return no_memory(name, err);
    }
    made->source = *source;
    made->state = state;
    made->name = copy;
    made->left = most;
    made->exact = exact;
    const int rc = read_head(made, err);
    if (rc != 0)
        vib_input_close(made);
    else
        *input = made;
    return rc;
}

void vib_input_close(struct vib_input *input) {
    if (input == NULL)
        return;
    input->source.close(input->state);
    free(input->name);
    free(input);
}

const char *vib_input_name(const struct vib_input *input) {
    return input->name;
}

const uint8_t *vib_input_head(const struct vib_input *input, size_t *n) {
    *n = input->head_n - input->head_at;
    return input->head + input->head_at;
}

uint64_t vib_input_left(const struct vib_input *input) {
    return input->left;
}

bool vib_input_is_exact(const struct vib_input *input) {
    return input->exact;
}

static size_t take_head(struct vib_input *input, void *out, size_t size) {
    const size_t have = input->head_n - input->head_at, n = size < have ? size : have;
    memcpy(out, input->head + input->head_at, n);
    input->head_at += n;
    return n;
}

int vib_input_read(struct vib_input *input, void *out, size_t size, size_t *got,
                   struct vib_error *err) {
    size_t have = take_head(input, out, size), more = 1;
    int rc = 0;
    while (rc == 0 && more > 0 && have < size) {
        more = 0;
        rc = input->source.read(input->state, input->name, (char *)out + have, size - have, &more,
                                err);
        have += more;
    }
    input->left -= have < input->left ? have : input->left;
    *got = have;
    return rc;
}

int vib_input_expect(const struct vib_input *input, uint64_t size, struct vib_error *err) {
    if (size <= input->left)
        return 0;
    return vib_error_set(
        err, VIB_EDATA, "%s: truncated: expected %" PRIu64 " bytes of data, found %s%" PRIu64,
        input->name, size, input->exact ? "" : "packed ones of at most ", input->left);
}

/* Asking for one more byte is also what makes zlib and libzip compare the CRC. */
int vib_input_end(struct vib_input *input, uint64_t size, struct vib_error *err) {
    uint8_t extra;
    size_t got = 0;
    int rc = vib_input_read(input, &extra, 1, &got, err);
    if (rc != 0)
        return rc;
    if (got != 0)
        return vib_error_set(err, VIB_EDATA,
                             "%s: trailing bytes: expected the end after %" PRIu64
                             " bytes of data, found more",
                             input->name, size);
    const char *damage = input->source.damage(input->state);
    if (damage != NULL)
        return vib_error_set(err, VIB_EDATA, "%s: truncated: %s", input->name, damage);
    return 0;
}
