/* .npz archives, right and hostile. */
#include "tests/unit/core/idx_file.h"
#include "tests/unit/data/data_file.h"
#include "tests/unit/data/zip_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = NPY_ROOM + 64 };

static int setup(void **state) {
    *state = folder_new();
    return 0;
}

static int teardown(void **state) {
    folder_remove(*state);
    return 0;
}

/* n rows of 2 inputs, or n labels. */
static size_t member(bool labels, size_t n, uint8_t *out) {
    uint8_t data[16];
    char dictionary[96];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(labels ? i % 2 : 10 * i);
    snprintf(dictionary, sizeof dictionary,
             "{'descr': '|u1', 'fortran_order': False, 'shape': (%zu, %d)}", n, labels ? 1 : 2);
    return npy_bytes(1, dictionary, data, labels ? n : 2 * n, out);
}

static void add(const char *folder, const char *name, const char *member_name, size_t n,
                enum zip_kind kind) {
    uint8_t bytes[MOST];
    const bool labels = member_name[0] == 'y';
    zip_write(folder, name, member_name, bytes, member(labels, n, bytes), kind);
}

static void write_all(const char *folder, const char *name, enum zip_kind kind) {
    add(folder, name, "y_test.npy", 2, kind);
    add(folder, name, "x_test.npy", 2, kind);
    add(folder, name, "other.npy", 1, kind);
    add(folder, name, "y_train.npy", 3, kind);
    add(folder, name, "x_train.npy", 3, kind);
}

static void all_splits(void **state) {
    struct vib_dataset data;
    struct vib_error err = {0};
    for (enum zip_kind kind = ZIP_DEFLATED; kind <= ZIP_STORED; kind++) {
        const char *name = kind == ZIP_STORED ? "stored.npz" : "packed.npz";
        write_all(*state, name, kind);
        if (files_load(&data, *state, name, NULL, NULL, NULL, &err) != 0)
            fail_msg("%s", err.message);
        assert_true(data.split[VIB_TRAIN].n == 3 && data.split[VIB_TEST].n == 2);
        assert_true(data.dim == 2 && data.classes == 2);
        assert_int_equal(data.split[VIB_TRAIN].bytes[5], 50);
        assert_int_equal(data.split[VIB_TEST].labels[1], 1);
        vib_dataset_release(&data);
    }
}

static void one_piece(void **state) {
    struct vib_dataset data;
    struct vib_error err = {0};
    add(*state, "a.npz", "x.npy", 4, ZIP_DEFLATED);
    add(*state, "a.npz", "y.npy", 4, ZIP_DEFLATED);
    if (files_load(&data, *state, "a.npz", NULL, NULL, NULL, &err) != 0)
        fail_msg("%s", err.message);
    assert_true(data.split[VIB_TRAIN].n == 4 && data.split[VIB_TEST].n == 0);
    vib_dataset_release(&data);
    if (files_load(&data, *state, "a.npz", NULL, "a.npz", NULL, &err) != 0)
        fail_msg("%s", err.message);
    assert_true(data.split[VIB_TRAIN].n == 4 && data.split[VIB_TEST].n == 4);
    vib_dataset_release(&data);
    write_all(*state, "b.npz", ZIP_DEFLATED);
    assert_int_equal(files_load(&data, *state, "b.npz", NULL, "a.npz", NULL, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "it is to be named alone"));
}

/* As NumPy writes archives, which is zip64 of any size, and as one comes through a pipe. */
static void other_headers(void **state) {
    uint8_t x[MOST], y[MOST];
    const size_t x_size = member(false, 3, x), y_size = member(true, 3, y);
    for (unsigned way = 0; way < 4; way++) {
        struct vib_dataset data;
        struct vib_error err = {0};
        const struct zip_member members[] = {{.name = "x.npy",
                                              .bytes = x,
                                              .size = x_size,
                                              .packed = way == 3,
                                              .wide = way == 1,
                                              .described = way == 2},
                                             {.name = "y.npy",
                                              .bytes = y,
                                              .size = y_size,
                                              .packed = way == 3,
                                              .wide = way == 1,
                                              .described = way == 2}};
        zip_bytes_write(*state, "a.npz", members, 2);
        if (files_load(&data, *state, "a.npz", NULL, NULL, NULL, &err) != 0)
            fail_msg("%u: %s", way, err.message);
        assert_true(data.split[VIB_TRAIN].n == 3 && data.split[VIB_TRAIN].bytes[5] == 50);
        vib_dataset_release(&data);
    }
}

static void false_headers(void **state) {
    uint8_t x[MOST], y[MOST];
    char name[60001];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const struct zip_member good[] = {{.name = "x.npy", .bytes = x, .size = member(false, 3, x)},
                                      {.name = "y.npy", .bytes = y, .size = member(true, 3, y)}};
    struct zip_member members[] = {good[0], good[1], good[0]};
    zip_bytes_write(*state, "a.npz", members, 3);
    expect_fault(*state, "a.npz", NULL, "a.npz: two members of the archive have the same name");
    members[2].name = "y.npy";
    zip_bytes_write(*state, "a.npz", members, 3);
    expect_fault(*state, "a.npz", NULL, "a.npz: two members of the archive have the same name");
    members[0].damage = 1;
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "a.npz: x.npy: damaged zip archive (CRC error)");
    members[0] = good[0];
    members[0].wide = true;
    members[0].claim = (uint64_t)1 << 60;
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "damaged zip archive");
    members[0].claim = UINT64_MAX - 60; /* what comes behind it is before it */
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "damaged zip archive");
    members[0] = good[0];
    members[0].size -= 1;
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "a.npz: x.npy: truncated: expected 6 bytes of data");
    members[0] = good[0];
    members[0].size += 1;
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "a.npz: x.npy: trailing bytes");
    members[0] = good[0];
    members[0].name = name;
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "found nnnnnnnn");
    members[0].name = "x.npy/";
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "found x.npy/, y.npy");
    members[0].name = "../\33[2J\nx.npy";
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "x.npy, y.npy");
    members[0].name = "";
    zip_bytes_write(*state, "a.npz", members, 2);
    expect_fault(*state, "a.npz", NULL, "found ");
}

static void validation(void **state) {
    static const char *const names[][2] = {{"x_val.npy", "y_val.npy"},
                                           {"x_valid.npy", "y_valid.npy"},
                                           {"x_validation.npy", "y_validation.npy"}};
    struct vib_dataset data;
    struct vib_error err = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[] = "0.npz", half[] = "half0.npz";
        name[0] = half[4] = (char)('0' + i);
        write_all(*state, name, ZIP_DEFLATED);
        add(*state, name, names[i][0], 4, ZIP_DEFLATED);
        add(*state, name, names[i][1], 4, ZIP_DEFLATED);
        if (files_load(&data, *state, name, NULL, NULL, NULL, &err) != 0)
            fail_msg("%s", err.message);
        assert_true(data.split[VIB_TRAIN].n == 3 && data.split[VIB_TEST].n == 2);
        assert_int_equal(data.split[VIB_VALIDATION].n, 4);
        assert_int_equal(data.split[VIB_VALIDATION].bytes[7], 70);
        assert_int_equal(data.split[VIB_VALIDATION].labels[3], 1);
        vib_dataset_release(&data);
        write_all(*state, half, ZIP_DEFLATED);
        add(*state, half, names[i][i % 2], 4, ZIP_DEFLATED);
        expect_fault(*state, half, NULL, names[i][1 - i % 2]);
        expect_fault(*state, half, NULL, ", but no ");
    }
    add(*state, "0.npz", "x_valid.npy", 4, ZIP_DEFLATED);
    add(*state, "0.npz", "y_valid.npy", 4, ZIP_DEFLATED);
    expect_fault(*state, "0.npz", NULL, "more than one validation split: x_val.npy and x_valid");
    add(*state, "v.npz", "x_val.npy", 3, ZIP_DEFLATED);
    add(*state, "v.npz", "y_val.npy", 3, ZIP_DEFLATED);
    add(*state, "v.npz", "x.npy", 4, ZIP_DEFLATED);
    add(*state, "v.npz", "y.npy", 4, ZIP_DEFLATED);
    if (files_load(&data, *state, "v.npz", NULL, NULL, NULL, &err) != 0)
        fail_msg("%s", err.message);
    assert_true(data.split[VIB_TRAIN].n == 4 && data.split[VIB_VALIDATION].n == 3);
    vib_dataset_release(&data);
    assert_int_equal(files_load(&data, *state, "v.npz", NULL, "v.npz", NULL, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "it is to be named alone"));
}

static void wrong_members(void **state) {
    add(*state, "a.npz", "x_train.npy", 3, ZIP_DEFLATED);
    add(*state, "a.npz", "y_train.npy", 3, ZIP_DEFLATED);
    add(*state, "a.npz", "x_test.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "a.npz", NULL, "found x_train.npy, y_train.npy, x_test.npy");
    zip_write(*state, "b.npz", "x.npy", "PK\3\4 no array", 12, ZIP_DEFLATED);
    add(*state, "b.npz", "y.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "b.npz", NULL, "b.npz: x.npy: of no known format");
    add(*state, "c.npz", "x.npy", 3, ZIP_DEFLATED);
    add(*state, "c.npz", "y.npy", 2, ZIP_DEFLATED);
    expect_fault(*state, "c.npz", NULL, "expected 3 labels for the inputs of the train split");
    add(*state, "d.npz", "x.npy", 3, ZIP_ENCRYPTED);
    add(*state, "d.npz", "y.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "d.npz", NULL, "d.npz: x.npy: is encrypted");
    add(*state, "e.npz", "x.npy", 3, ZIP_BZIP2);
    add(*state, "e.npz", "y.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "e.npz", NULL, "is packed by method 12");
    file_write(*state, "f.npz", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, false);
    expect_fault(*state, "f.npz", NULL, "found nothing");
}

/* As the variables of many programs are called. */
static void usual_members(void **state) {
    add(*state, "a.npz", "X.npy", 3, ZIP_DEFLATED);
    add(*state, "a.npz", "y.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "a.npz", NULL, "found X.npy, y.npy; save X as x=X");
    add(*state, "b.npz", "X_train.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "b.npz", NULL, "; save X_train as x_train=X_train, and so on");
    add(*state, "c.npz", "data.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "c.npz", NULL, "; save data as x=data and their labels as y");
}

/* A bomb: a header that claims what the packed bytes cannot be. */
static void bombs(void **state) {
    static const char dictionary[] =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1099511627776)}";
    uint8_t bytes[NPY_ROOM];
    const size_t size = npy_bytes(1, dictionary, NULL, 0, bytes);
    zip_write(*state, "a.npz", "x.npy", bytes, size, ZIP_DEFLATED);
    add(*state, "a.npz", "y.npy", 3, ZIP_DEFLATED);
    expect_fault(*state, "a.npz", NULL, "truncated: expected 3298534883328 bytes of data");

    /* Also where the archive's own headers say so. */
    uint8_t y[MOST];
    const struct zip_member members[] = {
        {.name = "x.npy",
         .bytes = bytes,
         .size = size,
         .packed = true,
         .wide = true,
         .claim = (uint64_t)1 << 60},
        {.name = "y.npy", .bytes = y, .size = member(true, 3, y), .packed = true}};
    zip_bytes_write(*state, "b.npz", members, 2);
    expect_fault(*state, "b.npz", NULL,
                 "truncated: expected 3298534883328 bytes of data, found "
                 "packed ones of at most");
}

/* Whatever byte is changed, and wherever the archive is cut, nothing is read beyond what is there,
 * and what is loaded in spite of it is what was saved: a change may be in what nobody reads. */
static void every_byte(void **state) {
    struct vib_dataset whole, data;
    size_t size;
    add(*state, "a.npz", "x.npy", 4, ZIP_DEFLATED);
    add(*state, "a.npz", "y.npy", 4, ZIP_STORED);
    assert_int_equal(files_load(&whole, *state, "a.npz", NULL, NULL, NULL, NULL), 0);
    uint8_t *bytes = file_read(*state, "a.npz", &size);
    size_t refused = 0;
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0xff;
        file_write(*state, "b.npz", bytes, size, false);
        const int rc = files_load(&data, *state, "b.npz", NULL, NULL, NULL, NULL);
        if (rc == 0)
            assert_string_equal(data.digest, whole.digest);
        else
            assert_int_equal(rc, VIB_EDATA);
        refused += rc != 0;
        vib_dataset_release(&data);
        bytes[i] ^= 0xff;
    }
    assert_true(refused > size / 2);
    for (size_t cut = 1; cut < size; cut++) {
        file_write(*state, "b.npz", bytes, cut, false);
        assert_int_equal(files_load(&data, *state, "b.npz", NULL, NULL, NULL, NULL), VIB_EDATA);
    }
    free(bytes);
    vib_dataset_release(&whole);
}

int main(void) {
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(all_splits),    WITH_FOLDER(one_piece),     WITH_FOLDER(wrong_members),
        WITH_FOLDER(bombs),         WITH_FOLDER(every_byte),    WITH_FOLDER(validation),
        WITH_FOLDER(other_headers), WITH_FOLDER(false_headers), WITH_FOLDER(usual_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
