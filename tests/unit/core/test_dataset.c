/* A folder of IDX files: good files, every fault by name, conversion, entropy and digest. */
#include "core/dataset.h"
#include "tests/unit/core/idx_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TRAIN_IMAGES "train-images-idx3-ubyte"
#define TRAIN_LABELS "train-labels-idx1-ubyte"
#define TEST_IMAGES "t10k-images-idx3-ubyte"
#define TEST_LABELS "t10k-labels-idx1-ubyte"

enum { N_TRAIN = 50, N_TEST = 20, DIM = 12, CLASSES = 10, TEST_SHIFT = 100 };

static int setup(void **state) {
    *state = folder_new();
    idx_set_write(*state, N_TRAIN, N_TEST, false);
    return 0;
}

static int teardown(void **state) {
    folder_remove(*state);
    return 0;
}

static void load(struct vib_dataset *data, const char *folder, size_t n_train, size_t n_test) {
    struct vib_error err = {0};
    int status = folder_load(data, "set", folder, CLASSES, n_train, n_test, &err);
    if (status != 0)
        fail_msg("%s", err.message);
}

/* Loading must fail as VIB_EDATA, say each of the texts (up to NULL) and leave nothing behind. */
static void expect_fault(const char *folder, size_t n_train, size_t n_test, ...) {
    struct vib_error err = {0};
    struct vib_dataset data, zero = {0};
    memset(&data, 0x5a, sizeof data);
    assert_int_equal(folder_load(&data, "set", folder, CLASSES, n_train, n_test, &err), VIB_EDATA);
    assert_int_equal(err.code, VIB_EDATA);
    assert_memory_equal(&data, &zero, sizeof data);

    va_list texts;
    va_start(texts, n_test);
    for (const char *text; (text = va_arg(texts, const char *)) != NULL;)
        if (strstr(err.message, text) == NULL)
            fail_msg("'%s' does not say '%s'", err.message, text);
    va_end(texts);
    assert_non_null(strstr(err.message, folder));
}

static void check_rows(const struct vib_dataset *data, enum vib_split_id id, size_t n) {
    const struct vib_split *split = &data->split[id];
    assert_int_equal(split->n, n);
    assert_null(split->values);
    for (size_t i = 0; i < n; i++) {
        size_t image = i + (id == VIB_TEST ? TEST_SHIFT : 0);
        assert_int_equal(split->labels[i], idx_set_label(image));
        for (size_t k = 0; k < DIM; k++)
            assert_int_equal(split->bytes[i * DIM + k], idx_set_pixel(image, k));
    }
}

static void test_loads_raw(void **state) {
    struct vib_dataset data;
    load(&data, *state, 0, 0);
    assert_string_equal(data.name, "set");
    assert_int_equal(data.dim, DIM);
    assert_int_equal(data.classes, CLASSES);
    assert_true(isnan(data.ixy));
    assert_true(isnan(data.ixy_se));
    check_rows(&data, VIB_TRAIN, N_TRAIN);
    check_rows(&data, VIB_TEST, N_TEST);
    vib_dataset_release(&data);
    vib_dataset_release(&data); /* harmless on a zeroed one */
}

static void test_gzip_is_the_same(void **state) {
    struct vib_dataset raw, packed;
    char *folder = folder_new();
    idx_set_write(folder, N_TRAIN, N_TEST, true);
    load(&raw, *state, 0, 0);
    load(&packed, folder, 0, 0);
    check_rows(&packed, VIB_TRAIN, N_TRAIN);
    check_rows(&packed, VIB_TEST, N_TEST);
    assert_string_equal(raw.digest, packed.digest);
    vib_dataset_release(&packed);
    vib_dataset_release(&raw);
    folder_remove(folder);
}

static void test_raw_wins(void **state) {
    struct vib_dataset data;
    file_write(*state, TRAIN_IMAGES ".gz", "not a data set", 14, true);
    load(&data, *state, 0, 0);
    check_rows(&data, VIB_TRAIN, N_TRAIN);
    vib_dataset_release(&data);
}

/* A file of several blocks: the growing buffer must not lose or repeat any byte. */
static void test_large_file(void **state) {
    enum { N = 4001, SIDE = 28, SIZE = N * SIDE * SIDE };
    const uint32_t dims[3] = {N, SIDE, SIDE}, test_dims[3] = {N_TEST, SIDE, SIDE};
    uint8_t *pixels = malloc(SIZE), *labels = calloc(N, 1);
    struct vib_dataset data;
    assert_non_null(pixels);
    assert_non_null(labels);
    for (size_t i = 0; i < SIZE; i++)
        pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    idx_file_write(*state, TRAIN_IMAGES, 0x803, 3, dims, pixels, SIZE, true);
    idx_file_write(*state, TRAIN_LABELS, 0x801, 1, dims, labels, N, false);
    idx_file_write(*state, TEST_IMAGES, 0x803, 3, test_dims, pixels, N_TEST * SIDE * SIDE, false);
    load(&data, *state, 0, 0);
    assert_int_equal(data.split[VIB_TRAIN].n, N);
    assert_memory_equal(data.split[VIB_TRAIN].bytes, pixels, SIZE);
    vib_dataset_release(&data);
    free(labels);
    free(pixels);
}

static void test_limits(void **state) {
    struct vib_dataset all, some;
    load(&all, *state, 0, 0);
    load(&some, *state, N_TRAIN - 1, 3);
    check_rows(&some, VIB_TRAIN, N_TRAIN - 1);
    check_rows(&some, VIB_TEST, 3);
    assert_string_not_equal(all.digest, some.digest);
    vib_dataset_release(&some);
    load(&some, *state, N_TRAIN, N_TEST);
    assert_string_equal(all.digest, some.digest);
    vib_dataset_release(&some);
    vib_dataset_release(&all);
    expect_fault(*state, N_TRAIN + 1, 0, TRAIN_IMAGES, "51", "50", NULL);
    expect_fault(*state, 0, N_TEST + 1, TEST_IMAGES, "21", "20", NULL);
}

static void test_bad_arguments(void **state) {
    struct vib_dataset data;
    char name[VIB_DATASET_NAME + 1] = "";
    memset(name, 'n', sizeof name - 1);
    assert_int_equal(folder_load(&data, "set", *state, 1, 0, 0, NULL), VIB_EINVAL);
    assert_int_equal(folder_load(&data, "set", *state, 65537, 0, 0, NULL), VIB_EINVAL);
    assert_int_equal(folder_load(&data, name, *state, CLASSES, 0, 0, NULL), VIB_EINVAL);
}

static void test_gather_converts(void **state) {
    const uint32_t index[] = {7, 0, 49, 7};
    float out[4 * DIM + 1];
    struct vib_dataset data;
    load(&data, *state, 0, 0);
    out[4 * DIM] = 42;
    vib_dataset_gather(&data, VIB_TRAIN, index, 0, 4, out, DIM);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < DIM; k++) {
            double want = 2.0 * idx_set_pixel(index[i], k) / 255 - 1;
            assert_true(fabs((double)out[i * DIM + k] - want) <= 1.2e-7);
        }
    vib_dataset_gather(&data, VIB_TEST, NULL, 16, 4, out, DIM);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < DIM; k++) {
            double want = 2.0 * idx_set_pixel(16 + i + TEST_SHIFT, k) / 255 - 1;
            assert_true(fabs((double)out[i * DIM + k] - want) <= 1.2e-7);
        }
    assert_true(out[4 * DIM] == 42.0f); /* nothing written beyond */
    vib_dataset_release(&data);
}

static void test_gather_ends_of_range(void **state) {
    (void)state;
    uint8_t bytes[] = {0, 255};
    float out[2];
    struct vib_dataset data = {.dim = 2, .split = {{.n = 1, .bytes = bytes}}};
    vib_dataset_gather(&data, VIB_TRAIN, NULL, 0, 1, out, 2);
    assert_true(out[0] == -1.0f);
    assert_true(out[1] == 1.0f);
}

static void test_gather_floats(void **state) {
    (void)state;
    float values[] = {1, 2, 3, 4, 5, 6}, out[6] = {0, 0, 7, 0, 0, 8};
    const uint32_t index[] = {2, 0};
    const float want[] = {5, 6, 7, 1, 2, 8};
    struct vib_dataset data = {.dim = 2, .split = {{.n = 3, .values = values}}};
    vib_dataset_gather(&data, VIB_TRAIN, index, 0, 2, out, 3);
    assert_memory_equal(out, want, sizeof want);
}

static void test_split_names(void **state) {
    (void)state;
    assert_string_equal(vib_split_name(VIB_TRAIN), "train");
    assert_string_equal(vib_split_name(VIB_TEST), "test");
    assert_string_equal(vib_split_name(VIB_VALIDATION), "validation");
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++)
        assert_int_equal(vib_split_of(vib_split_name(id)), id);
    assert_int_equal(vib_split_of("valid"), VIB_SPLITS);
    assert_true(vib_split_place(VIB_TRAIN) == 0 && vib_split_place(VIB_VALIDATION) == 1 &&
                vib_split_place(VIB_TEST) == 2);
}

/* Small data set by hand; its digest is what `sha256sum` says of the documented bytes:
 * printf 'train uint8 n=4 dim=1 classes=3\n\x01\x02\x03\x04\x00\x01\x02\x02test uint8 n=1 dim=1
 * classes=3\n\x05\x01' | sha256sum (on one line). */
static void test_finish(void **state) {
    (void)state;
    uint8_t x[] = {1, 2, 3, 4}, x_test[] = {5};
    uint16_t y[] = {0, 1, 2, 2}, y_test[] = {1};
    struct vib_error err = {0};
    struct vib_dataset data = {
        .name = "tiny",
        .dim = 1,
        .classes = 3,
        .split = {{.n = 4, .bytes = x, .labels = y}, {.n = 1, .bytes = x_test, .labels = y_test}}};
    assert_int_equal(vib_dataset_finish(&data, &err), 0);
    assert_true(fabs(data.split[VIB_TRAIN].h_y - 1.5) <= 1e-15);
    assert_true(data.split[VIB_TEST].h_y == 0);
    assert_string_equal(data.digest,
                        "c47a87c0e41a4985e8f30237a7dc350e27be5e237d067dc41e70da07b6e902a7");

    char before[65];
    memcpy(before, data.digest, sizeof before);
    x_test[0] = 6;
    assert_int_equal(vib_dataset_finish(&data, &err), 0);
    assert_string_not_equal(data.digest, before);
    x_test[0] = 5;
    y[3] = 1;
    assert_int_equal(vib_dataset_finish(&data, &err), 0);
    assert_string_not_equal(data.digest, before);

    y[2] = 3;
    assert_int_equal(vib_dataset_finish(&data, &err), VIB_EDATA);
    assert_string_equal(err.message, "tiny: train example 2 has label 3, expected one below 3");
}

static void test_missing(void **state) {
    static const char *const names[] = {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS};
    for (size_t i = 0; i < 4; i++) {
        char *path = folder_path(*state, names[i]);
        assert_int_equal(unlink(path), 0);
        free(path);
        expect_fault(*state, 0, 0, names[i], "no such file", ".gz", NULL);
        idx_set_write(*state, N_TRAIN, N_TEST, false);
    }
}

static void test_truncated(void **state) {
    size_t size;
    uint8_t *bytes = file_read(*state, TRAIN_IMAGES, &size);
    assert_int_equal(size, 16 + N_TRAIN * DIM);
    file_write(*state, TRAIN_IMAGES, bytes, size - 1, false);
    expect_fault(*state, 0, 0, TRAIN_IMAGES ": truncated", "expected 600", "found 599", NULL);
    file_write(*state, TRAIN_IMAGES, bytes, 16, false);
    expect_fault(*state, 0, 0, TRAIN_IMAGES ": truncated", "expected 600", "found 0", NULL);
    for (size_t header = 1; header < 16; header++) {
        file_write(*state, TRAIN_IMAGES, bytes, header, false);
        expect_fault(*state, 0, 0, TRAIN_IMAGES,
                     header < 2   ? "no known format"
                     : header < 4 ? "truncated: expected a header of 4 bytes"
                                  : "truncated: expected a header of 16 bytes",
                     NULL);
    }
    file_write(*state, TRAIN_IMAGES, bytes, 0, false);
    expect_fault(*state, 0, 0, TRAIN_IMAGES ": the file is empty", NULL);
    free(bytes);
}

static void test_trailing(void **state) {
    size_t size;
    uint8_t *bytes = file_read(*state, TEST_LABELS, &size);
    bytes[size] = 3;
    file_write(*state, TEST_LABELS, bytes, size + 1, false);
    expect_fault(*state, 0, 0, TEST_LABELS ": trailing bytes", "20", NULL);
    free(bytes);
    char *path = folder_path(*state, TEST_LABELS);
    assert_int_equal(unlink(path), 0);
    free(path);
    const uint8_t labels[N_TEST + 1] = {0};
    const uint32_t dims[] = {N_TEST};
    idx_file_write(*state, TEST_LABELS ".gz", 0x801, 1, dims, labels, N_TEST + 1, true);
    expect_fault(*state, 0, 0, TEST_LABELS ".gz: trailing bytes", NULL);
}

static void write_images(const char *folder, uint32_t magic, uint32_t n, uint32_t rows,
                         uint32_t columns) {
    const uint32_t dims[] = {n, rows, columns};
    static const uint8_t pixels[64];
    idx_file_write(folder, TRAIN_IMAGES, magic, 3, dims, pixels, sizeof pixels, false);
}

static void test_wrong_header(void **state) {
    write_images(*state, 0x01000803, 1, 8, 8);
    expect_fault(*state, 0, 0, TRAIN_IMAGES, "no known format", "IDX", NULL);
    write_images(*state, 0x00000a03, 1, 8, 8);
    expect_fault(*state, 0, 0, TRAIN_IMAGES, "element type", "0x08", "found 0x0a", NULL);
    write_images(*state, 0x00000800, 1, 8, 8);
    expect_fault(*state, 0, 0, TRAIN_IMAGES, "dimensions", "expected 1 to 32", "found 0", NULL);
    write_images(*state, 0x00000821, 1, 8, 8);
    expect_fault(*state, 0, 0, TRAIN_IMAGES, "dimensions", "expected 1 to 32", "found 33", NULL);
    write_images(*state, 0x00000803, 0, 8, 8);
    expect_fault(*state, 0, 0, TRAIN_IMAGES, "dimension 1 is 0", NULL);
    write_images(*state, 0x00000803, 1, 8, 0);
    expect_fault(*state, 0, 0, TRAIN_IMAGES, "dimension 3 is 0", NULL);
}

/* Claims of up to 2^96 elements over 64 real ones: refused without allocating them. */
static void test_huge_dimensions(void **state) {
    write_images(*state, 0x803, UINT32_MAX, UINT32_MAX, UINT32_MAX);
    expect_fault(*state, 0, 0, TRAIN_IMAGES ": impossible dimensions", NULL);
    write_images(*state, 0x803, 1u << 31, 1u << 30, 2);
    expect_fault(*state, 0, 0, TRAIN_IMAGES ": truncated", "expected 4611686018427387904",
                 "found 64", NULL);
    write_images(*state, 0x803, 1u << 20, 1u << 10, 1u << 10);
    expect_fault(*state, 0, 0, TRAIN_IMAGES ": truncated", "found 64", NULL);
}

static void test_damaged_gzip(void **state) {
    (void)state;
    size_t size;
    char *folder = folder_new();
    idx_set_write(folder, N_TRAIN, N_TEST, true);
    uint8_t *bytes = file_read(folder, TRAIN_IMAGES ".gz", &size);

    /* Every byte of the compressed data, the CRC and the length, one after the other. */
    size_t passed = 0;
    for (size_t i = 10; i < size; i++) {
        struct vib_dataset data;
        bytes[i] ^= 0xff;
        file_write(folder, TRAIN_IMAGES ".gz", bytes, size, false);
        if (folder_load(&data, "set", folder, CLASSES, 0, 0, NULL) == 0) {
            passed++;
            vib_dataset_release(&data);
        }
        bytes[i] ^= 0xff;
    }
    assert_int_equal(passed, 0);

    bytes[size - 8] ^= 1; /* the CRC alone */
    file_write(folder, TRAIN_IMAGES ".gz", bytes, size, false);
    expect_fault(folder, 0, 0, TRAIN_IMAGES ".gz: damaged gzip data", NULL);
    bytes[size - 8] ^= 1;
    for (size_t cut = 1; cut < size - 1; cut++) {
        file_write(folder, TRAIN_IMAGES ".gz", bytes, size - cut, false);
        expect_fault(folder, 0, 0, TRAIN_IMAGES ".gz", NULL);
    }
    file_write(folder, TRAIN_IMAGES ".gz", bytes, size - 4, false);
    expect_fault(folder, 0, 0, TRAIN_IMAGES ".gz: truncated", NULL);
    free(bytes);
    folder_remove(folder);
}

static void test_special_files(void **state) {
    char *path = folder_path(*state, TRAIN_LABELS);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_fault(*state, 0, 0, TRAIN_LABELS ": expected a file, found a directory", NULL);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_fault(*state, 0, 0, TRAIN_LABELS ": expected a file, found a special file", NULL);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(TRAIN_LABELS, path), 0);
    expect_fault(*state, 0, 0, TRAIN_LABELS ": cannot open: ", NULL); /* links to itself */
    free(path);
}

/* Root reads everything, so root becomes somebody else for the moment. */
static void test_unreadable(void **state) {
    char *path = folder_path(*state, TEST_IMAGES);
    uid_t user = geteuid();
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(*state, 0755), 0);
    free(path);
    if (user == 0 && seteuid(65534) != 0)
        skip();
    struct vib_error err = {0};
    struct vib_dataset data;
    int status = folder_load(&data, "set", *state, CLASSES, 0, 0, &err);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(status, VIB_EDATA);
    /* the file, or the folder, where a folder above it is closed to others */
    assert_non_null(strstr(err.message, ": cannot open"));
    assert_non_null(strstr(err.message, ": Permission denied"));
}

static void test_files_disagree(void **state) {
    const uint32_t fewer[] = {N_TRAIN - 1}, wide[] = {N_TEST, 3, 4};
    const uint8_t zeros[N_TEST * DIM] = {0};
    idx_file_write(*state, TRAIN_LABELS, 0x801, 1, fewer, zeros, N_TRAIN - 1, false);
    expect_fault(*state, 0, 0, TRAIN_LABELS, "differ in number", "expected 50", "found 49", NULL);
    idx_set_write(*state, N_TRAIN, N_TEST, false);
    idx_file_write(*state, TEST_IMAGES, 0x803, 3, wide, zeros, sizeof zeros, false);
    expect_fault(*state, 0, 0, TEST_IMAGES, "shape", "expected 4 x 3", "found 3 x 4", NULL);
}

static void test_label_range(void **state) {
    const uint32_t dims[] = {N_TRAIN};
    uint8_t labels[N_TRAIN] = {0};
    labels[17] = CLASSES;
    idx_file_write(*state, TRAIN_LABELS, 0x801, 1, dims, labels, N_TRAIN, false);
    expect_fault(*state, 0, 0, TRAIN_LABELS ": label out of range", "0 to 9", "found 10",
                 "example 17", NULL);
}

int main(void) {
#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_FILES(test_loads_raw),       WITH_FILES(test_gzip_is_the_same),
        WITH_FILES(test_raw_wins),        WITH_FILES(test_large_file),
        WITH_FILES(test_limits),          WITH_FILES(test_bad_arguments),
        WITH_FILES(test_gather_converts), cmocka_unit_test(test_gather_ends_of_range),
        WITH_FILES(test_missing),         cmocka_unit_test(test_gather_floats),
        WITH_FILES(test_truncated),       cmocka_unit_test(test_split_names),
        WITH_FILES(test_trailing),        cmocka_unit_test(test_finish),
        WITH_FILES(test_wrong_header),    WITH_FILES(test_huge_dimensions),
        WITH_FILES(test_damaged_gzip),    WITH_FILES(test_special_files),
        WITH_FILES(test_unreadable),      WITH_FILES(test_files_disagree),
        WITH_FILES(test_label_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
