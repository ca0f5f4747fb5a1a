#include "tests/unit/data/hostile.h"

#include "core/data/csv_record.h"
#include "tests/unit/core/idx_file.h"
#include "tests/unit/data/data_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* --- things that are no files --- */

static void none(const char *folder, const char *what) {
    (void)folder;
    (void)what;
}

static void empty(const char *folder, const char *what) {
    (void)what;
    file_write(folder, "f", "", 0, false);
}

static void directory(const char *folder, const char *what) {
    char *path = folder_path(folder, "f");
    (void)what;
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static void pipe_in_place(const char *folder, const char *what) {
    char *path = folder_path(folder, "f");
    (void)what;
    assert_int_equal(mkfifo(path, 0600), 0);
    free(path);
}

static void socket_in_place(const char *folder, const char *what) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)what;
    assert_true(fd >= 0);
    assert_true(snprintf(address.sun_path, sizeof address.sun_path, "%s/f", folder) <
                (int)sizeof address.sun_path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void link_to(const char *folder, const char *what) {
    char *path = folder_path(folder, "f");
    assert_int_equal(symlink(what, path), 0);
    free(path);
}

/* --- bytes --- */

/* Hexadecimal digits, with blanks between them as one likes. */
static size_t read_hex(const char *what, uint8_t *out) {
    size_t n = 0;
    for (const char *c = what; *c != '\0'; c++) {
        unsigned byte;
        if (*c == ' ')
            continue;
        assert_int_equal(sscanf(c, "%2x", &byte), 1);
        out[n++] = (uint8_t)byte;
        c++;
    }
    return n;
}

static void hex(const char *folder, const char *what) {
    uint8_t bytes[256];
    file_write(folder, "f", bytes, read_hex(what, bytes), false);
}

static void hex_packed(const char *folder, const char *what) {
    uint8_t bytes[256];
    file_write(folder, "f", bytes, read_hex(what, bytes), true);
}

static void text(const char *folder, const char *what) {
    file_write(folder, "f", what, strlen(what), false);
}

static void npy(const char *folder, const char *what) {
    npy_write(folder, "f", 1, what, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
}

/* --- gzip --- */

/* The bytes of a good file, x or y as the role has it, packed twice: what gzip packs of it once is
 * changed by what: cut=N bytes at the end, flip=N the byte there. */
static void damaged_gzip(const char *folder, const char *what) {
    size_t size;
    char kind[8];
    unsigned place;
    uint8_t *bytes = file_read(folder, "x", &size);
    file_write(folder, "f", bytes, size, true);
    free(bytes);
    bytes = file_read(folder, "f", &size);
    assert_int_equal(sscanf(what, "%7[a-z] %u", kind, &place), 2);
    assert_true(place > 0 && place < size);
    if (strcmp(kind, "flip") == 0)
        bytes[size - place] ^= 0xff;
    else
        size -= place;
    file_write(folder, "f", bytes, size, false);
    free(bytes);
}

static void packed_twice(const char *folder, const char *what) {
    size_t size;
    (void)what;
    uint8_t *bytes = file_read(folder, "x", &size);
    file_write(folder, "f", bytes, size, true);
    free(bytes);
    bytes = file_read(folder, "f", &size);
    file_write(folder, "f", bytes, size, true);
    free(bytes);
}

/* 64 MiB of one character behind a beginning. */
static void bomb(const char *folder, const char *what, char fill) {
    enum { BLOCK = 1 << 16, BLOCKS = 1 << 10 };
    char *path = folder_path(folder, "f"), *block = malloc(BLOCK);
    assert_non_null(block);
    memset(block, fill, BLOCK);
    gzFile file = gzopen(path, "wb1");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, what, (unsigned)strlen(what)), strlen(what));
    for (int i = 0; i < BLOCKS; i++)
        assert_int_equal(gzwrite(file, block, BLOCK), BLOCK);
    assert_int_equal(gzclose(file), Z_OK);
    free(block);
    free(path);
}

static void bomb_of_digits(const char *folder, const char *what) {
    bomb(folder, what, '1');
}

static void bomb_of_commas(const char *folder, const char *what) {
    bomb(folder, what, ',');
}

/* Of IDX: x as it is, then zeros. */
static void bomb_of_zeros(const char *folder, const char *what) {
    enum { SIZE = 1 << 26 };
    uint8_t *bytes = calloc(SIZE, 1);
    assert_non_null(bytes);
    (void)read_hex(what, bytes);
    file_write(folder, "f", bytes, SIZE, true);
    free(bytes);
}

/* --- archives --- */

static void add(const char *folder, const char *name, const char *dictionary, const void *data,
                size_t size) {
    uint8_t bytes[NPY_ROOM + 64];
    zip_write(folder, "f", name, bytes, npy_bytes(1, dictionary, data, size, bytes), ZIP_DEFLATED);
}

/* what: the dictionary of x, of 24 bytes */
static void archive(const char *folder, const char *what) {
    static const float values[6] = {0, 1, 2, NAN, 4, 5};
    add(folder, "x.npy", what, values, sizeof values);
    add(folder, "y.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", "\0\1\1", 3);
}

/* what: the dictionary of y, of 3 bytes */
static void archive_labels(const char *folder, const char *what) {
    add(folder, "x.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2)}", "abcdef", 6);
    add(folder, "y.npy", what, "\0\1\1", 3);
}

static void packed_archive(const char *folder, const char *what) {
    size_t size;
    archive_labels(folder, what);
    uint8_t *bytes = file_read(folder, "f", &size);
    file_write(folder, "f", bytes, size, true);
    free(bytes);
}

/* --- too many classes --- */

enum { TOO_MANY = VIB_MAX_CLASSES + 1 };

/* A label for each of that many inputs, of type u4. */
static void many_labels(const char *folder, const char *what) {
    uint32_t *labels = malloc(TOO_MANY * sizeof *labels);
    uint8_t *inputs = calloc(TOO_MANY, 1);
    char dictionary[96];
    (void)what;
    assert_true(labels != NULL && inputs != NULL);
    for (uint32_t i = 0; i < TOO_MANY; i++)
        labels[i] = i;
    for (int wide = 0; wide < 2; wide++) {
        snprintf(dictionary, sizeof dictionary,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%d,)}", wide ? "<u4" : "|u1",
                 TOO_MANY);
        npy_write(folder, wide ? "f" : "x", 1, dictionary, wide ? (void *)labels : inputs,
                  wide ? TOO_MANY * sizeof *labels : TOO_MANY);
    }
    free(labels);
    free(inputs);
}

static void many_names(const char *folder, const char *what) {
    enum { LINE = 16 };
    char *all = malloc((size_t)TOO_MANY * LINE + LINE);
    assert_non_null(all);
    char *at = all + sprintf(all, "%s", what);
    for (int i = 0; i < TOO_MANY; i++)
        at += sprintf(at, "1,c%d\n", i);
    file_write(folder, "f", all, (size_t)(at - all), false);
    free(all);
}

static void long_name(const char *folder, const char *what) {
    char all[2000];
    memset(all, 'a', sizeof all);
    memcpy(all, what, strlen(what));
    file_write(folder, "f", all, sizeof all, false);
}

/* --- the table --- */

#define ANY_ROLE(what, make, text)                                                                 \
    {HOSTILE_INPUTS, what, make, text}, {HOSTILE_LABELS, what, make, text}, {                      \
        HOSTILE_ALONE, what, make, text                                                            \
    }
#define NPY(type, shape) "{'descr': '" type "', 'fortran_order': False, 'shape': " shape "}"
#define FORTRAN(type, shape) "{'descr': '" type "', 'fortran_order': True, 'shape': " shape "}"

/* clang-format off */
const struct hostile hostile[] = {
    ANY_ROLE("", none, "no such file"),
    ANY_ROLE("", empty, "the file is empty"),
    ANY_ROLE("", directory, "expected a file, found a directory"),
    ANY_ROLE("", pipe_in_place, "expected a file, found a special file"),
    ANY_ROLE("", socket_in_place, "cannot open: "),
    ANY_ROLE("nowhere", link_to, "no such file"),
    ANY_ROLE("f", link_to, "cannot open: "),
    ANY_ROLE(".", link_to, "expected a file, found a directory"),
    ANY_ROLE("/dev/null", link_to, "expected a file, found a special file"),
    ANY_ROLE("/dev/zero", link_to, "expected a file, found a special file"),

    /* IDX: headers */
    {HOSTILE_INPUTS, "00", hex, "of no known format"},
    {HOSTILE_INPUTS, "0000", hex, "truncated: expected a header of 4 bytes, found 2"},
    {HOSTILE_INPUTS, "000008", hex, "truncated: expected a header of 4 bytes, found 3"},
    {HOSTILE_INPUTS, "00000802", hex, "truncated: expected a header of 12 bytes, found 4"},
    {HOSTILE_INPUTS, "00000802 00000003 000000", hex, "truncated: expected a header of 12 bytes, found 11"},
    {HOSTILE_INPUTS, "00000800 00000003", hex, "wrong number of dimensions: expected 1 to 32, found 0"},
    {HOSTILE_INPUTS, "00000821 00000003", hex, "wrong number of dimensions: expected 1 to 32, found 33"},
    {HOSTILE_INPUTS, "000008ff 00000003", hex, "wrong number of dimensions: expected 1 to 32, found 255"},
    {HOSTILE_INPUTS, "00000002 00000003 00000001", hex, "wrong element type of IDX"},
    {HOSTILE_INPUTS, "00000a02 00000003 00000001", hex, "wrong element type of IDX"},
    {HOSTILE_INPUTS, "00000f02 00000003 00000001", hex, "wrong element type of IDX"},
    {HOSTILE_INPUTS, "00000802 00000000 00000002", hex, "holds nothing: dimension 1 is 0"},
    {HOSTILE_INPUTS, "00000802 00000003 00000000", hex, "holds nothing: dimension 2 is 0"},
    {HOSTILE_INPUTS, "00000801 ffffffff 010203", hex, "truncated: expected 4294967295 bytes of data, found 3"},
    {HOSTILE_INPUTS, "00000802 40000000 40000000 01", hex, "truncated: expected 1152921504606846976 bytes of data, found 1"},
    {HOSTILE_INPUTS, "00000803 ffffffff ffffffff ffffffff", hex, "impossible dimensions"},
    {HOSTILE_INPUTS, "00000e02 80000000 40000000", hex, "impossible dimensions"},
    {HOSTILE_INPUTS, "00000802 00000003 00000002 0102030405", hex, "truncated: expected 6 bytes of data, found 5"},
    {HOSTILE_INPUTS, "00000802 00000003 00000002 01020304050607", hex, "trailing bytes"},
    {HOSTILE_LABELS, "00000801 40000000 01", hex, "differ in number: expected 3 labels for the inputs of the train split, found 1073741824"},
    {HOSTILE_LABELS, "00000801 00000002 0001", hex, "differ in number: expected 3 labels"},
    {HOSTILE_LABELS, "00000801 00000003 0001", hex, "truncated: expected 3 bytes of data, found 2"},
    {HOSTILE_LABELS, "00000801 00000003 0001", hex_packed, "truncated: expected 3 bytes of data, found 2"},
    {HOSTILE_LABELS, "00000801 00000003 00010101", hex, "trailing bytes"},
    {HOSTILE_LABELS, "00000802 00000003 00000002 000101000100", hex, "expected one label for each example"},

    /* IDX: numbers */
    {HOSTILE_INPUTS, "00000d02 00000003 00000001 3f800000 7fc00000 00000000", hex, "the train split has NaN in row 1, column 0 "},
    {HOSTILE_INPUTS, "00000d02 00000003 00000002 00000000 00000000 00000000 00000000 00000000 ff800000", hex, "an infinity in row 2, column 1 "},
    {HOSTILE_INPUTS, "00000e01 00000003 47efffffffffffff 0000000000000000 0000000000000000", hex, "the train split has 3.40282e+38 in row 0, column 0 (counted from 0), which float32 cannot hold"},
    {HOSTILE_INPUTS, "00000e01 00000003 0000000000000000 7ff0000000000001 0000000000000000", hex_packed, "the train split has NaN in row 1, column 0 "},
    {HOSTILE_LABELS, "00000d01 00000003 00000000 3f800000 7fc00000", hex, "the label of example 2 (counted from 0), nan, is no whole number"},
    {HOSTILE_LABELS, "00000d01 00000003 00000000 3f000000 00000000", hex, "the label of example 1 (counted from 0), 0.5, is no whole number"},

    /* what is of another format */
    {HOSTILE_INPUTS, "80049503 00000000 0000005d 942e", hex, "of no known format"},
    {HOSTILE_INPUTS, "x,y\n1,2\n", text, "of no known format"},
    {HOSTILE_LABELS, "label\n1\n2\n3\n", text, "of no known format"},
    {HOSTILE_ALONE, "80049503 00000000 0000005d 942e", hex, "holds a zero byte"},
    {HOSTILE_ALONE, "89484446 0d0a1a0a 00000000", hex, "no text in UTF-8"},
    {HOSTILE_ALONE, "50415231 150015", hex, "holds a zero byte"},
    {HOSTILE_ALONE, "00000802 00000003 00000002 010203040506", hex, "an array of inputs without labels"},
    {HOSTILE_INPUTS, NPY("|u1", "(3, 2)"), archive_labels, "of no known format"},
    {HOSTILE_INPUTS, NPY("<U2", "(3, 1)"), npy, "holds texts, expected numbers as inputs"},

    /* gzip */
    {HOSTILE_INPUTS, "1f8b", hex, "of no known format"},
    {HOSTILE_INPUTS, "cut 1", damaged_gzip, "truncated: the gzip data lack their end"},
    {HOSTILE_INPUTS, "cut 8", damaged_gzip, "truncated: the gzip data lack their end"},
    {HOSTILE_INPUTS, "cut 20", damaged_gzip, "truncated"},
    {HOSTILE_INPUTS, "flip 1", damaged_gzip, "damaged gzip data (incorrect length check)"},
    {HOSTILE_INPUTS, "flip 5", damaged_gzip, "damaged gzip data (incorrect data check)"},
    {HOSTILE_INPUTS, "", packed_twice, "of no known format"},
    {HOSTILE_INPUTS, "00000801 00000003 010203", bomb_of_zeros, "trailing bytes"},
    {HOSTILE_LABELS, "00000801 03fffff8", bomb_of_zeros, "differ in number: expected 3 labels"},
    {HOSTILE_INPUTS, "00000802 00000003 40000000 01", hex_packed, "truncated: expected 3221225472 bytes of data, found packed ones of at most"},
    {HOSTILE_ALONE, "x,label\n", bomb_of_digits, "2: a record of more than 16 MiB"},
    {HOSTILE_ALONE, "x,label\n1,\"", bomb_of_digits, "2: a record of more than 16 MiB"},
    {HOSTILE_ALONE, "", bomb_of_commas, "1: a record of more than 1048576 fields"},

    /* archives */
    {HOSTILE_ALONE, NPY("<f4", "(3, 2)"), archive, "x.npy: the train split has NaN in row 1, column 1 "},
    {HOSTILE_ALONE, FORTRAN("<f4", "(3, 2)"), archive, "x.npy: the train split has NaN in row 0, column 1 "},
    {HOSTILE_ALONE, NPY("|O", "(3,)"), archive, "x.npy: holds Python objects"},
    {HOSTILE_ALONE, NPY("|O", "(3,)"), archive_labels, "y.npy: holds Python objects"},
    {HOSTILE_ALONE, NPY("|V3", "(1,)"), archive_labels, "y.npy: has elements of type '|V3'"},
    {HOSTILE_ALONE, NPY("|u1", "(-3,)"), archive_labels, "y.npy: malformed .npy header: shape"},
    {HOSTILE_ALONE, NPY("|u1", "(3,)"), packed_archive, "holds a zero byte"},
    {HOSTILE_ALONE, FORTRAN("|u1", "(1099511627776, 3)"), archive, "x.npy: truncated: expected 3298534883328 bytes"},
    {HOSTILE_ALONE, FORTRAN("|u1", "(1099511627776, 1)"), archive_labels, "y.npy: inputs and labels differ in number"},

    /* labels */
    {HOSTILE_LABELS, NPY("|u1", "(1152921504606846976,)"), npy, "differ in number: expected 3 labels for the inputs of the train split, found 1152921504606846976"},
    {HOSTILE_LABELS, NPY("|u1", "(3, 1152921504606846976)"), npy, "truncated: expected 3458764513820540928 bytes"},
    {HOSTILE_LABELS, NPY("|u1", "()"), npy, "holds a single value"},
    {HOSTILE_LABELS, NPY("|S8", "(3,)"), npy, "example 0 (counted from 0) has an empty label"},
    {HOSTILE_LABELS, NPY("<c8", "(3,)"), npy, "has elements of type '<c8'"},
    {HOSTILE_LABELS, "", many_labels, "more than 65536 different labels up to example 65536"},
    {HOSTILE_ALONE, "x,label\n", many_names, "more than 65536 different labels up to example 65536"},
    {HOSTILE_ALONE, "x,label\n1,", long_name, "bytes, expected at most 1024"},
};
/* clang-format on */
const size_t n_hostile = sizeof hostile / sizeof hostile[0];

void hostile_make(const struct hostile *row, const char *folder, const char **train,
                  const char **labels) {
    npy_write(folder, "x", 1, NPY("|u1", "(3, 2)"), "abcdef", 6);
    npy_write(folder, "y", 1, NPY("|u1", "(3,)"), "\0\1\1", 3);
    row->make(folder, row->what);
    *train = row->role == HOSTILE_LABELS ? "x" : "f";
    *labels = row->role == HOSTILE_LABELS ? "f" : row->role == HOSTILE_INPUTS ? "y" : NULL;
}
