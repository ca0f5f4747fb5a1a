#include "core/data/npy.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NumPy itself refuses longer headers unless it is told to trust the file. */
enum { MAX_HEADER = 10000, PREFIX = 8, MAX_TEXT = 1 << 20 };

static const uint8_t magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

bool vib_npy_begins(const uint8_t *head, size_t n) {
    return n >= sizeof magic && memcmp(head, magic, sizeof magic) == 0;
}

static int malformed(const char *name, const char *what, struct vib_error *err) {
    return vib_error_set(err, VIB_EDATA, "%s: malformed .npy header: %s", name, what);
}

/* --- the dictionary: a strict subset of Python's literals --- */

struct parser {
    const char *at, *end;
};

static void skip_blanks(struct parser *p) {
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n'))
        p->at++;
}

static bool take(struct parser *p, char c) {
    skip_blanks(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static bool take_word(struct parser *p, const char *word) {
    const size_t length = strlen(word);
    skip_blanks(p);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, word, length) != 0)
        return false;
    p->at += length;
    return true;
}

/* A string without escapes, cut from between its quotes. */
static bool take_string(struct parser *p, char *out, size_t size) {
    skip_blanks(p);
    if (p->at == p->end || (*p->at != '\'' && *p->at != '"'))
        return false;
    const char quote = *p->at++;
    size_t n = 0;
    while (p->at < p->end && *p->at != quote) {
        if (n + 1 == size || *p->at == '\\' || (unsigned char)*p->at < ' ')
            return false;
        out[n++] = *p->at++;
    }
    out[n] = '\0';
    return take(p, quote);
}

static bool take_size(struct parser *p, size_t *value) {
    size_t n = 0;
    skip_blanks(p);
    const char *first = p->at;
    for (; p->at < p->end && isdigit((unsigned char)*p->at); p->at++) {
        const size_t digit = (size_t)(*p->at - '0');
        if (n > (SIZE_MAX - digit) / 10)
            return false;
        n = 10 * n + digit;
    }
    *value = n;
    return p->at > first;
}

/* (), (3,), (3, 4): a tuple of one has its comma. */
static bool take_shape(struct parser *p, struct vib_array *array) {
    bool comma = true;
    array->n_axes = 0;
    if (!take(p, '('))
        return false;
    while (!take(p, ')')) {
        if (!comma || array->n_axes == VIB_MAX_AXES ||
            !take_size(p, &array->shape[array->n_axes++]))
            return false;
        comma = take(p, ',');
    }
    return array->n_axes != 1 || comma;
}

/* --- types --- */

static int refuse_type(const char *name, const char *text, struct vib_error *err) {
    if (strchr(text, 'O') != NULL)
        return vib_error_set(err, VIB_EDATA,
                             "%s: holds Python objects, a pickle, which is refused: it could run "
                             "any code; save numbers, or texts as numpy.array(y, str) makes them",
                             name);
    return vib_error_set(err, VIB_EDATA,
                         "%s: has elements of type '%s', expected one of u1 i1 u2 i2 u4 i4 u8 i8 "
                         "f2 f4 f8, b1, and for labels S or U",
                         name, text);
}

/* A descr such as '<f4', '|u1', '>i8', '<U12'. */
static int read_type(struct vib_array *array, const char *name, const char *text,
                     struct vib_error *err) {
    static const struct {
        const char *name;
        size_t size;
    } elements[] = {
#define ELEMENT_ROW(id, name, size) {name, size},
        VIB_ELEMENT_MAP(ELEMENT_ROW)
#undef ELEMENT_ROW
    };
    const bool known = *text != '\0' && strchr("<>|=", *text) != NULL;
    const char *type = known && strcmp(text + 1, "b1") == 0 ? "u1" : known ? text + 1 : "";
    struct parser digits = {type + strspn(type, "SU"), type + strlen(type)};
    array->big_endian = *text == '>';
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        array->element = (enum vib_element)i;
        array->length = 1;
        if (strcmp(type, elements[i].name) == 0 && i < VIB_TEXT1)
            return elements[i].size == 1 || *text != '|' ? 0 : refuse_type(name, text, err);
        if (i >= VIB_TEXT1 && *type == *elements[i].name && take_size(&digits, &array->length) &&
            digits.at == digits.end && array->length <= MAX_TEXT)
            return 0;
    }
    return refuse_type(name, text, err);
}

/* What the dictionary may have, each once. */
enum { SEEN_DESCR = 1, SEEN_ORDER = 2, SEEN_SHAPE = 4, SEEN_ALL = 7 };

static int read_entry(struct parser *p, struct vib_array *array, unsigned *seen, const char *name,
                      struct vib_error *err) {
    char key[16], type[32];
    unsigned entry = 0;
    if (!take_string(p, key, sizeof key) || !take(p, ':'))
        return malformed(name, "expected the name of an entry", err);
    if (strcmp(key, "descr") == 0) {
        entry = SEEN_DESCR;
        skip_blanks(p);
        if (p->at < p->end && *p->at == '[')
            return vib_error_set(err, VIB_EDATA,
                                 "%s: holds records of several fields; save each field as an array",
                                 name);
        if (!take_string(p, type, sizeof type))
            return malformed(name, "descr is no type", err);
        const int rc = read_type(array, name, type, err);
        if (rc != 0)
            return rc;
    } else if (strcmp(key, "fortran_order") == 0) {
        entry = SEEN_ORDER;
        array->fortran = take_word(p, "True");
        if (!array->fortran && !take_word(p, "False"))
            return malformed(name, "fortran_order is neither True nor False", err);
    } else if (strcmp(key, "shape") == 0) {
        entry = SEEN_SHAPE;
        if (!take_shape(p, array))
            return malformed(name, "shape is no tuple of at most 32 sizes", err);
    }
    if (entry == 0 || *seen & entry)
        return malformed(name, "expected descr, fortran_order and shape, each once", err);
    *seen |= entry;
    return 0;
}

static int read_dictionary(struct parser *p, struct vib_array *array, const char *name,
                           struct vib_error *err) {
    unsigned seen = 0;
    bool comma = true;
    if (!take(p, '{'))
        return malformed(name, "expected a dictionary", err);
    while (!take(p, '}')) {
        const int rc = comma ? read_entry(p, array, &seen, name, err)
                             : malformed(name, "expected a comma or the end", err);
        if (rc != 0)
            return rc;
        comma = take(p, ',');
    }
    skip_blanks(p);
    if (seen != SEEN_ALL)
        return malformed(name, "expected descr, fortran_order and shape, each once", err);
    return p->at == p->end ? 0 : malformed(name, "expected its end after the dictionary", err);
}

/* --- */

static int read_exactly(struct vib_input *input, void *out, size_t size, struct vib_error *err) {
    size_t got = 0;
    const int rc = vib_input_read(input, out, size, &got, err);
    if (rc == 0 && got < size)
        return vib_error_set(err, VIB_EDATA,
                             "%s: truncated: the .npy header breaks off: expected %zu bytes more, "
                             "found %zu",
                             vib_input_name(input), size, got);
    return rc;
}

/* The header's length has 2 bytes in version 1, then 4. */
static int read_length(struct vib_input *input, size_t *length, struct vib_error *err) {
    uint8_t prefix[PREFIX], bytes[4] = {0};
    int rc = read_exactly(input, prefix, sizeof prefix, err);
    if (rc != 0)
        return rc;
    if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0)
        return vib_error_set(err, VIB_EDATA,
                             "%s: .npy format version %d.%d, expected 1.0, 2.0 or 3.0",
                             vib_input_name(input), prefix[6], prefix[7]);
    rc = read_exactly(input, bytes, prefix[6] == 1 ? 2 : 4, err);
    *length = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
    if (rc == 0 && *length > MAX_HEADER)
        return vib_error_set(err, VIB_EDATA,
                             "%s: malformed .npy header: %zu bytes long, expected at most %d",
                             vib_input_name(input), *length, MAX_HEADER);
    return rc;
}

int vib_npy_header(struct vib_input *input, struct vib_array *array, struct vib_error *err) {
    char header[MAX_HEADER];
    size_t length = 0;
    *array = (struct vib_array){0};
    int rc = read_length(input, &length, err);
    if (rc == 0)
        rc = read_exactly(input, header, length, err);
    if (rc != 0)
        return rc;
    struct parser parser = {header, header + length};
    return read_dictionary(&parser, array, vib_input_name(input), err);
}
