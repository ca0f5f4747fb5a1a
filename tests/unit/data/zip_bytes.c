#include "tests/unit/data/zip_bytes.h"

#include "tests/unit/core/idx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum {
    OVERHEAD = 160, /* bytes of a member's headers, at most */
    PACKED_ROOM = 1024,
    STORED = 0, /* methods */
    DEFLATED = 8,
    DESCRIBED = 8, /* a flag */
    DATE = 0x21,   /* 1 January 1980 */
    PLAIN_VERSION = 20,
    WIDE_VERSION = 45
};

struct writer {
    uint8_t *bytes;
    size_t n;
};

static void put(struct writer *w, size_t size, uint64_t value) {
    for (size_t i = 0; i < size; i++)
        w->bytes[w->n++] = (uint8_t)(value >> 8 * i);
}

static void put_bytes(struct writer *w, const void *bytes, size_t size) {
    if (size > 0)
        memcpy(w->bytes + w->n, bytes, size);
    w->n += size;
}

static uint64_t told(const struct zip_member *m) {
    return m->claim != 0 ? m->claim : m->size;
}

/* Packs a member's bytes into out, of PACKED_ROOM; returns how many it then has. */
static size_t deflated(const struct zip_member *m, uint8_t *out) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)m->bytes,
                       .avail_in = (uInt)m->size,
                       .next_out = out,
                       .avail_out = PACKED_ROOM};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return PACKED_ROOM - stream.avail_out;
}

/* Of a stored member the packed size is the other. */
static uint64_t told_packed(const struct zip_member *m) {
    uint8_t packed[PACKED_ROOM];
    return m->packed ? deflated(m, packed) : told(m);
}

static uint64_t crc_of(const struct zip_member *m) {
    return (uint32_t)crc32(0, m->bytes, (uInt)m->size) + m->damage;
}

/* What both headers of a member share: from the version to the length of the extra field. */
static void put_common(struct writer *w, const struct zip_member *m, bool here) {
    put(w, 2, m->wide ? WIDE_VERSION : PLAIN_VERSION);
    put(w, 2, m->described ? DESCRIBED : 0);
    put(w, 2, m->packed ? DEFLATED : STORED);
    put(w, 2, 0);
    put(w, 2, DATE);
    put(w, 4, here ? crc_of(m) : 0);
    put(w, 4, !here ? 0 : m->wide ? UINT32_MAX : told_packed(m));
    put(w, 4, !here ? 0 : m->wide ? UINT32_MAX : told(m));
    put(w, 2, strlen(m->name));
    put(w, 2, m->wide ? 20 : 0);
}

static void put_name(struct writer *w, const struct zip_member *m) {
    put_bytes(w, m->name, strlen(m->name));
    if (!m->wide)
        return;
    put(w, 2, 1);
    put(w, 2, 16);
    put(w, 8, told(m));
    put(w, 8, told_packed(m));
}

static void put_member(struct writer *w, const struct zip_member *m) {
    put(w, 4, 0x04034b50);
    put_common(w, m, !m->described);
    put_name(w, m);
    if (m->packed)
        w->n += deflated(m, w->bytes + w->n);
    else
        put_bytes(w, m->bytes, m->size);
    if (!m->described)
        return;
    put(w, 4, 0x08074b50);
    put(w, 4, crc_of(m));
    put(w, 4, told_packed(m));
    put(w, 4, told(m));
}

static void put_entry(struct writer *w, const struct zip_member *m, size_t offset) {
    put(w, 4, 0x02014b50);
    put(w, 2, WIDE_VERSION);
    put_common(w, m, true);
    put(w, 2, 0);
    put(w, 2, 0);
    put(w, 2, 0);
    put(w, 4, 0);
    put(w, 4, offset);
    put_name(w, m);
}

void zip_bytes_write(const char *folder, const char *name, const struct zip_member *members,
                     size_t n) {
    size_t room = OVERHEAD, *offsets = calloc(n + 1, sizeof *offsets);
    for (size_t i = 0; i < n; i++)
        room += OVERHEAD + PACKED_ROOM + 2 * strlen(members[i].name) + members[i].size;
    struct writer w = {.bytes = malloc(room)};
    assert_non_null(offsets);
    assert_non_null(w.bytes);
    for (size_t i = 0; i < n; i++) {
        offsets[i] = w.n;
        put_member(&w, &members[i]);
    }
    const size_t directory = w.n;
    for (size_t i = 0; i < n; i++)
        put_entry(&w, &members[i], offsets[i]);
    const size_t end = w.n;
    put(&w, 4, 0x06054b50);
    put(&w, 4, 0);
    put(&w, 2, n);
    put(&w, 2, n);
    put(&w, 4, end - directory);
    put(&w, 4, directory);
    put(&w, 2, 0);
    file_write(folder, name, w.bytes, w.n, false);
    free(w.bytes);
    free(offsets);
}
