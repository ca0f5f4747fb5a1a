/* Arrays in .npy and IDX files: every type, byte order, order and version, and every fault. */
#include "tests/unit/core/idx_file.h"
#include "tests/unit/data/data_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DICTIONARY "{'descr': '%c%s', 'fortran_order': %s, 'shape': (%s), }\n"

enum { ROWS = 3, SIZE = 2 * 2 };

static int setup(void **state) {
    static const uint8_t labels[ROWS] = {0, 1, 1};
    *state = folder_new();
    npy_write(*state, "y.npy", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n",
              labels, sizeof labels);
    return 0;
}

static int teardown(void **state) {
    folder_remove(*state);
    return 0;
}

/* Input (i, j, k) of [3][2][2] is 4 i + 2 j + k: its place in C order. */
static void check_inputs(const struct vib_dataset *data, const char *what) {
    const struct vib_split *split = &data->split[VIB_TRAIN];
    if (split->n != ROWS || data->dim != SIZE || data->n_axes != 2 || data->shape[0] != 2 ||
        data->shape[1] != 2)
        fail_msg("%s: %zu examples of %zu", what, split->n, data->dim);
    for (size_t i = 0; i < ROWS * SIZE; i++) {
        const double x = split->bytes != NULL ? split->bytes[i] : (double)split->values[i];
        if (!(fabs(x - (double)i) <= 0))
            fail_msg("%s: input %zu is %g", what, i, x);
    }
}

static size_t write_elements(enum vib_element element, bool big_endian, bool fortran,
                             uint8_t *out) {
    size_t size = 0;
    for (size_t e = 0; e < ROWS * SIZE; e++) {
        const size_t i = e % ROWS, j = e / ROWS % 2, k = e / ROWS / 2;
        const size_t place = fortran ? 4 * i + 2 * j + k : e;
        size += element_bytes(element, big_endian, (double)place, out + size);
    }
    return size;
}

static void loads(const char *folder, enum vib_element element, const char *what) {
    struct vib_dataset data;
    struct vib_error err = {0};
    if (files_load(&data, folder, "x", "y.npy", NULL, NULL, &err) != 0)
        fail_msg("%s: %s", what, err.message);
    check_inputs(&data, what);
    assert_int_equal(data.split[VIB_TRAIN].bytes != NULL, element == VIB_U1);
    vib_dataset_release(&data);
}

/* 11 types in 2 byte orders, 2 orders and 3 versions: 132 files. */
static void every_npy(void **state) {
    uint8_t bytes[8 * ROWS * SIZE];
    char dictionary[128];
    for (enum vib_element element = 0; element < VIB_TEXT1; element++)
        for (unsigned way = 0; way < 12; way++) {
            const bool big_endian = way & 1, fortran = way & 2;
            const size_t size = write_elements(element, big_endian, fortran, bytes);
            snprintf(dictionary, sizeof dictionary, DICTIONARY,
                     size == ROWS * SIZE ? '|'
                     : big_endian        ? '>'
                                         : '<',
                     vib_element_name(element), fortran ? "True" : "False", "3, 2, 2");
            npy_write(*state, "x", 1 + (int)way / 4, dictionary, bytes, size);
            loads(*state, element, dictionary);
        }
}

static void every_idx(void **state) {
    static const struct {
        uint32_t code;
        enum vib_element element;
    } types[] = {{8, VIB_U1}, {9, VIB_I1}, {11, VIB_I2}, {12, VIB_I4}, {13, VIB_F4}, {14, VIB_F8}};
    const uint32_t dims[] = {ROWS, 2, 2};
    uint8_t bytes[8 * ROWS * SIZE];
    for (size_t i = 0; i < 2 * sizeof types / sizeof types[0]; i++) {
        const enum vib_element element = types[i / 2].element;
        const size_t size = write_elements(element, true, false, bytes);
        idx_file_write(*state, "x", types[i / 2].code << 8 | 3, 3, dims, bytes, size, i % 2 != 0);
        loads(*state, element, vib_element_name(element));
    }
}

static void shapes(void **state) {
    static const uint8_t bytes[ROWS] = {7, 8, 9};
    struct vib_dataset data;
    npy_write(*state, "x", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", bytes,
              sizeof bytes);
    assert_int_equal(files_load(&data, *state, "x", "y.npy", NULL, NULL, NULL), 0);
    assert_true(data.dim == 1 && data.n_axes == 1 && data.shape[0] == 1);
    vib_dataset_release(&data);
    npy_write(*state, "x", 1,
              "{'shape': (3,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1),"
              "\"fortran_order\":False,'descr':'|b1'}",
              bytes, sizeof bytes);
    assert_int_equal(files_load(&data, *state, "x", "y.npy", NULL, NULL, NULL), 0);
    assert_true(data.dim == 1 && data.n_axes == 31);
    vib_dataset_release(&data);
}

/* All splits must be of one kind and one shape. */
static void splits_differ(void **state) {
    static const struct {
        const char *test, *text;
    } cases[] = {
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (3, 2, 2)}",
         "/t: the inputs are no bytes (u1), but not those of the train split"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4)}",
         "/t: examples differ in shape from those of the training split: expected 2 x 2, found 4"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1, 4)}",
         "expected 2 x 2, found 1 x 4"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (6, 2)}", "expected 2 x 2, found 2"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2, 1)}",
         "expected 2 x 2, found 2 x 2 x 1"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2)}", NULL},
    };
    static const uint8_t data[ROWS * SIZE];
    npy_write(*state, "x", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2)}", data,
              sizeof data);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vib_dataset loaded;
        struct vib_error err = {0};
        npy_write(*state, "t", 1, cases[i].test, data, sizeof data);
        const int rc = files_load(&loaded, *state, "x", "y.npy", "t", "y.npy", &err);
        if (cases[i].text == NULL ? rc != 0
                                  : rc != VIB_EDATA || strstr(err.message, cases[i].text) == NULL)
            fail_msg("%s: %d: %s", cases[i].test, rc, err.message);
        vib_dataset_release(&loaded);
    }
}

static void headers_cut_short(void **state) {
    static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}";
    uint8_t bytes[NPY_ROOM + 48], data[48] = {0};
    const size_t size = npy_bytes(2, dictionary, data, sizeof data, bytes);
    for (size_t cut = 1; cut < size; cut++) {
        file_write(*state, "x", bytes, cut, false);
        expect_fault(*state, "x", "y.npy",
                     cut < 6           ? "no known format"
                     : cut < size - 48 ? "truncated: the .npy header breaks off"
                                       : "truncated: expected 48 bytes of data");
    }
    file_write(*state, "x", bytes, size, false);
    struct vib_dataset loaded;
    assert_int_equal(files_load(&loaded, *state, "x", "y.npy", NULL, NULL, NULL), 0);
    vib_dataset_release(&loaded);
    bytes[size] = 0;
    file_write(*state, "x", bytes, size + 1, false);
    expect_fault(*state, "x", "y.npy", "trailing bytes");
}

static void hostile_headers(void **state) {
    static const struct {
        const char *dictionary, *text;
    } cases[] = {
        {"", "expected a dictionary"},
        {"[]", "expected a dictionary"},
        {"{}", "each once"},
        {"{'descr': '<f4', 'fortran_order': False}", "each once"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'shape': (3, 4)}", "each once"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'more': 1}", "each once"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)} x", "expected its end"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)", "a comma or the end"},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (3, 4)}", "a comma or the end"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (3, 4)}", "neither True nor False"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", "no tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3 4)}", "no tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4)}", "no tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3.0, 4)}", "no tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': [3, 4]}", "no tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616, 4)}",
         "no tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "a single value"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4)}", "dimension 1 is 0"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0)}", "dimension 2 is 0"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976, 1)}",
         "truncated: expected 4611686018427387904 bytes"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1152921504606846976, 1)}",
         "truncated: expected 4611686018427387904 bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 1)}",
         "impossible dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
         "impossible dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 18446744073709551615)}",
         "impossible dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5)}", "truncated: expected 60"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3)}", "trailing bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3)}", "differ in number"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3, 4)}", "Python objects"},
        {"{'descr': 'O', 'fortran_order': False, 'shape': (3, 4)}", "Python objects"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3, 4)}", "records"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3, 2)}", "elements of type '<c8'"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (3, 1)}", "elements of type"},
        {"{'descr': '<M8[s]', 'fortran_order': False, 'shape': (3, 2)}", "elements of type"},
        {"{'descr': 'f4', 'fortran_order': False, 'shape': (3, 4)}", "elements of type"},
        {"{'descr': '|f4', 'fortran_order': False, 'shape': (3, 4)}", "elements of type"},
        {"{'descr': '', 'fortran_order': False, 'shape': (3, 4)}", "elements of type"},
        {"{'descr': '<\\x66', 'fortran_order': False, 'shape': (3, 4)}", "descr is no type"},
        {"{'descr': '|S16', 'fortran_order': False, 'shape': (3, 1)}", "holds texts"},
        {"{descr: '<f4', 'fortran_order': False, 'shape': (3, 4)}", "the name of an entry"},
        {"{'descr: '<f4', 'fortran_order': False, 'shape': (3, 4)}", "the name of an entry"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
         "1,1,1,1,1,1,1,1,1,1,1,1,1,1,4)}",
         "no tuple of at most 32"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os').system('x')}",
         "no tuple"},
    };
    static const uint8_t data[48];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        npy_write(*state, "x", 1, cases[i].dictionary, data, sizeof data);
        expect_fault(*state, "x", "y.npy", cases[i].text);
    }
}

static void wrong_versions(void **state) {
    static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}";
    static const uint8_t data[48], huge[] = "\x93NUMPY\2\0\xff\xff\xff\xff";
    npy_write(*state, "x", 4, dictionary, data, sizeof data);
    expect_fault(*state, "x", "y.npy", "format version 4.0");
    npy_write(*state, "x", 0, dictionary, data, sizeof data);
    expect_fault(*state, "x", "y.npy", "format version 0.0");
    file_write(*state, "x", huge, sizeof huge - 1, false);
    expect_fault(*state, "x", "y.npy", "4294967295 bytes long");
}

/* In either order the place is that of C order, and what is not kept does not matter. */
static void not_finite(void **state) {
    static const struct {
        double value;
        const char *text;
    } cases[] = {{(double)NAN, "NaN in row 2, column 1"},
                 {(double)INFINITY, "an infinity in row 2, column 1"},
                 {-(double)INFINITY, "an infinity in row 2, column 1"},
                 {1e39, "1e+39 in row 2, column 1"}};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        const bool fortran = i % 2 != 0;
        double values[ROWS * SIZE] = {0};
        char dictionary[128];
        values[fortran ? 2 + 1 * ROWS : 2 * SIZE + 1] = cases[i / 2].value;
        snprintf(dictionary, sizeof dictionary, DICTIONARY, '<', "f8", fortran ? "True" : "False",
                 "3, 4");
        npy_write(*state, "x", 1, dictionary, values, sizeof values);
        expect_fault(*state, "x", "y.npy", cases[i / 2].text);
        expect_fault(*state, "x", "y.npy", "the train split");

        const struct vib_load_request request = {
            .name = "set", .label = "", .limit = {[VIB_TRAIN] = 2}};
        struct vib_sources sources = {.inputs = {folder_path(*state, "x")},
                                      .labels = {folder_path(*state, "y.npy")}};
        struct vib_dataset data;
        assert_int_equal(vib_data_load(&data, &request, &sources, NULL), 0);
        assert_int_equal(data.split[VIB_TRAIN].n, 2);
        vib_dataset_release(&data);
        vib_sources_release(&sources);
    }
}

/* Rounded once, and the largest that float32 holds. */
static void large_numbers(void **state) {
    const uint64_t wide[] = {UINT64_MAX, 1u << 24 | 1, 0};
    const double reals[] = {3.4028234663852886e38, -3.4028234663852886e38, 1e-46};
    struct vib_dataset data;
    npy_write(*state, "x", 1, "{'descr': '<u8', 'fortran_order': False, 'shape': (3,)}", wide,
              sizeof wide);
    assert_int_equal(files_load(&data, *state, "x", "y.npy", NULL, NULL, NULL), 0);
    assert_true(data.split[VIB_TRAIN].values[0] == 0x1p64f);
    assert_true(data.split[VIB_TRAIN].values[1] == 0x1p24f);
    vib_dataset_release(&data);
    npy_write(*state, "x", 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", reals,
              sizeof reals);
    assert_int_equal(files_load(&data, *state, "x", "y.npy", NULL, NULL, NULL), 0);
    assert_true((double)data.split[VIB_TRAIN].values[1] == reals[1]);
    assert_true(data.split[VIB_TRAIN].values[2] == 0);
    vib_dataset_release(&data);
}

/* A gzip bomb: a false claim of packed data is held against what deflate can make. */
static void packed_claims(void **state) {
    static const char most[] = "{'descr': '|u1', 'fortran_order': %s, 'shape': (3, %zu)}";
    char dictionary[128];
    uint8_t bytes[NPY_ROOM];
    for (int fortran = 0; fortran < 2; fortran++) {
        snprintf(dictionary, sizeof dictionary, most, fortran ? "True" : "False", (size_t)1 << 40);
        const size_t size = npy_bytes(1, dictionary, NULL, 0, bytes);
        file_write(*state, "x", bytes, size, true);
        expect_fault(*state, "x", "y.npy", "packed ones of at most");
        snprintf(dictionary, sizeof dictionary, most, fortran ? "True" : "False", (size_t)1 << 12);
        file_write(*state, "x", bytes, npy_bytes(1, dictionary, NULL, 0, bytes), true);
        expect_fault(*state, "x", "y.npy", "truncated: expected 12288 bytes of data, found 0");
    }
}

static void memory_limit(void **state) {
    static const uint8_t data[3 * 64];
    const struct vib_load_request request = {.name = "set", .label = "", .most_bytes = 100};
    struct vib_sources sources = {.inputs = {folder_path(*state, "x")},
                                  .labels = {folder_path(*state, "y.npy")}};
    struct vib_dataset loaded;
    struct vib_error err;
    npy_write(*state, "x", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 64)}", data,
              sizeof data);
    assert_int_equal(vib_data_load(&loaded, &request, &sources, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "GiB of memory"));
    vib_sources_release(&sources);
}

int main(void) {
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(every_npy),      WITH_FOLDER(every_idx),         WITH_FOLDER(shapes),
        WITH_FOLDER(splits_differ),  WITH_FOLDER(headers_cut_short), WITH_FOLDER(hostile_headers),
        WITH_FOLDER(wrong_versions), WITH_FOLDER(not_finite),        WITH_FOLDER(large_numbers),
        WITH_FOLDER(packed_claims),  WITH_FOLDER(memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
