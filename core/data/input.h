/* The bytes of a data file, one after the other: of a file as it is, of one that gzip has packed,
 * or of a member of a zip archive.
 *
 * A header's claim is held against what may still come before memory is taken for it: of a file
 * that is exact, of packed data the most that deflate makes of so many bytes. All that is packed is
 * checked to its end (vib_input_end). Thread rule: an input, and an archive with its inputs, belong
 * to one thread at a time. */
#ifndef VIB_CORE_DATA_INPUT_H
#define VIB_CORE_DATA_INPUT_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vib_input; /* opaque */

/* A path for messages, which have no room for a very long one: all of it, or its end. */
const char *vib_input_shown(const char *path);

enum { VIB_INPUT_HEAD = 8 }; /* bytes by which formats are told apart */

/* Opens a regular file, as it is or packed by gzip. Errors: VIB_EDATA with the path, VIB_ENOMEM. */
int vib_input_open(struct vib_input **input, const char *path, struct vib_error *err);

/* Harmless on NULL. */
void vib_input_close(struct vib_input *input);

/* For messages: the path (vib_input_shown), and in an archive the member's name after it. Lives as
 * the input does. */
const char *vib_input_name(const struct vib_input *input);

/* Up to VIB_INPUT_HEAD bytes that come next, without taking them; *n may be fewer at the end. */
const uint8_t *vib_input_head(const struct vib_input *input, size_t *n);

/* The most bytes that may still come, and whether that many do. */
uint64_t vib_input_left(const struct vib_input *input);
bool vib_input_is_exact(const struct vib_input *input);

/* Up to `size` bytes; *got < size means that they end there. Packed data that break off count as
 * ended. Errors: VIB_EDATA, VIB_ENOMEM. */
int vib_input_read(struct vib_input *input, void *out, size_t size, size_t *got,
                   struct vib_error *err);

/* Whether `size` bytes of data may still come; else VIB_EDATA, "truncated". */
int vib_input_expect(const struct vib_input *input, uint64_t size, struct vib_error *err);

/* The input must end here, after so many bytes of data, whole and undamaged. Errors likewise. */
int vib_input_end(struct vib_input *input, uint64_t size, struct vib_error *err);

/* --- for those who make inputs --- */

struct vib_input_source {
    /* As vib_input_read, but may give fewer: 0 is the end. */
    int (*read)(void *state, const char *name, void *out, size_t size, size_t *got,
                struct vib_error *err);
    /* NULL, or why what was read to its end is not whole: a static text. */
    const char *(*damage)(void *state);
    void (*close)(void *state);
};

/* Takes over state, also on failure, and a copy of name. most: the bytes it may give.
 * Errors: of its read, VIB_ENOMEM. */
int vib_input_new(struct vib_input **input, const struct vib_input_source *source, void *state,
                  const char *name, uint64_t most, bool exact, struct vib_error *err);

/* The most that deflate makes of so many packed bytes. */
uint64_t vib_input_inflated(uint64_t packed);

/* Opens a file for reading, and tells its size: a descriptor of the caller's. A directory, a pipe
 * in the file's place and an empty file are errors: VIB_EDATA. */
int vib_input_open_regular(int *fd, uint64_t *size, const char *path, struct vib_error *err);

#endif
