/* CSV and TSV files. */
#include "core/data/csv_record.h"
#include "tests/unit/core/idx_file.h"
#include "tests/unit/data/data_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state) {
    *state = folder_new();
    return 0;
}

static int teardown(void **state) {
    folder_remove(*state);
    return 0;
}

static int load(const char *folder, const char *name, const char *label, struct vib_dataset *data,
                struct vib_error *err) {
    const struct vib_load_request request = {.name = "set", .label = label};
    struct vib_sources sources = {.inputs = {folder_path(folder, name)}};
    const int rc = vib_data_load(data, &request, &sources, err);
    vib_sources_release(&sources);
    return rc;
}

/* Every good file says the same: inputs [[1, -2.5], [1000, 0.25], [3, 0]] and labels a, b, a. */
static void good_files(void **state) {
    static const struct {
        const char *name, *label, *text;
    } cases[] = {
        {"a.csv", "", "x,z,label\n1,-2.5,a\n1000,0.25,b\n3,0,a\n"},
        {"a.csv", "", "x,z,label\n1,-2.5,a\n1000,0.25,b\n3,0,a"},
        {"a.csv", "", "x,z,label\r\n1,-2.5,a\r\n1000,0.25,b\r\n3,0,a\r\n"},
        {"a.csv", "", "\xef\xbb\xbfx,z,label\n1,-2.5,a\n1000,0.25,b\n3,0,a\n"},
        {"a.csv", "", "class,x,z\na,1,-2.5\nb,1000,0.25\na,3,0\n"},
        {"a.csv", "", "x,Target,z\n1,a,-2.5\n1000,b,0.25\n3,a,0\n"},
        {"a.csv", "", "x,z,y\n+1,-25e-1,a\n1e3,.25,b\n3.,0.0,a\n"},
        {"a.csv", "", "x,z,y\n 1 , -2.5,a\n1E+3,2500000000000000000e-19,b\n3,-0,a\n"},
        {"a.csv", "", "x,z,y\n1,-2.5,a\n\n1000,0.25,b\n\n\n3,0,a\n\n"},
        {"a.csv", "", "\"x\",\"z\",\"y\"\n\"1\",\"-2.5\",\"a\"\n1000,0.25,\"b\"\n3,0,a\n"},
        {"a.csv", "kind", "x,z,kind\n1,-2.5,a\n1000,0.25,b\n3,0,a\n"},
        {"a.csv", "the \"kind\", here",
         "x,z,\"the \"\"kind\"\", here\"\n1,-2.5,a\n1000,0.25,b\n3,0,a\n"},
        {"a.csv", "y", "label,z,y\n1,-2.5,a\n1000,0.25,b\n3,0,a\n"},
        {"a.tsv", "", "x\tz\tlabel\n1\t-2.5\ta\n1000\t0.25\tb\n3\t0\ta\n"},
        {"a.tab", "",
         "\xef\xbb\xbf\"x\"\tz\tlabel\r\n\"1\"\t-2.5\ta\r\n1000\t.25\tb\r\n3\t0\ta\r\n"},
        {"a.TSV", "", "x\tz\tlabel\n1\t-2.5\ta\n1000\t0.25\tb\n3\t0\ta\n"},
        {"a", "", "x,z,label\n1,-2.5,a\n1000,0.25,b\n3,0,a\n"},
    };
    static const float wanted[] = {1, -2.5f, 1000, 0.25f, 3, 0};
    static const uint16_t labels[] = {0, 1, 0};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        struct vib_dataset data;
        struct vib_error err = {0};
        file_write(*state, cases[i / 2].name, cases[i / 2].text, strlen(cases[i / 2].text),
                   i % 2 != 0);
        if (load(*state, cases[i / 2].name, cases[i / 2].label, &data, &err) != 0)
            fail_msg("%s: %s", cases[i / 2].text, err.message);
        assert_int_equal(data.split[VIB_TRAIN].n, 3);
        assert_true(data.dim == 2 && data.n_axes == 1 && data.shape[0] == 2);
        for (size_t k = 0; k < 6; k++)
            if (!(fabsf(data.split[VIB_TRAIN].values[k] - wanted[k]) <= 0))
                fail_msg("%s: input %zu", cases[i / 2].text, k);
        assert_memory_equal(data.split[VIB_TRAIN].labels, labels, sizeof labels);
        assert_string_equal(data.class_names[1], "b");
        vib_dataset_release(&data);
    }
}

static void hostile_files(void **state) {
    static const struct {
        const char *text, *wanted;
        size_t size; /* 0: as long as the text */
    } cases[] = {
        {"\n\n", "no header", 0},
        {"x,label\n", "no example", 0},
        {"x,label", "no example", 0},
        {"label\na\nb\n", "no column beside", 0},
        {"x,z\n1,2\n", "none is called label, class, target or y among its columns x, z", 0},
        {"label,x,y\n1,2,3\n", "more than one may be the label", 0},
        {"label,x,label\n1,2,3\n", "more than one may be the label", 0},
        {"x,label\n1,a\n2\n", "f:3: 1 fields, expected the 2", 0},
        {"x,label\n1,a,\n", "f:2: 3 fields, expected the 2", 0},
        {"x,label\n1,a\nb,b\n", "f:3: the train split has 'b' in row 1, column 0 (x;", 0},
        {"x,label\n,a\n", "has nothing in row 0, column 0", 0},
        {"x,label\nnan,a\n", "has 'nan' in row 0", 0},
        {"x,label\n-inf,a\n", "has '-inf' in row 0", 0},
        {"x,label\n0x10,a\n", "has '0x10' in row 0", 0},
        {"x,label\n1e39,a\n", "has '1e39' in row 0", 0},
        {"x,label\n1e999999999999999999999,a\n", "has '1e9999", 0},
        {"x,label\n1.2.3,a\n", "has '1.2.3'", 0},
        {"x,label\n1e,a\n", "has '1e'", 0},
        {"x,label\n.,a\n", "has '.'", 0},
        {"x,label\n1 2,a\n", "has '1 2'", 0},
        {"x;label\n1;a\n", "among its columns x;label", 0},
        {"x,label\n1,\n", "example 0 (counted from 0) has an empty label", 0},
        {"x,label\n1,\"a\n2,b\n", "f:2: a quote in this record is not closed", 0},
        {"x,label\n1,\"a\"b\n", "f:2: text after a closing quote", 0},
        {"x,label\n1,a\0\n", "f:2: holds a zero byte", 13},
        {"x,label\n1,\"\0\"\n", "f:2: holds a zero byte", 14},
        {"\xff\xfex\0,\0l\0", "f:1: holds a zero byte", 8},
        {"gr\xf6\xdf"
         "e,label\n1,a\n",
         "no text in UTF-8", 0},
        {"x,label\n1,gr\xfcn\n", "no text in UTF-8", 0},
        {"x,label\n1,a\rx,b\r", "f:2: 3 fields, expected the 2", 0},
        {"x,label\n1,0.5\n2,1\n", "0.5, is no whole number", 0},
        {"x,label\n1,a\n2,a\n", "all labels are the same", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = cases[i].size != 0 ? cases[i].size : strlen(cases[i].text);
        file_write(*state, "f", cases[i].text, size, false);
        expect_fault(*state, "f", NULL, cases[i].wanted);
    }
}

/* Bombs, packed and not: a record without an end. */
static void endless_records(void **state) {
    enum { SIZE = VIB_CSV_BYTES + 100 };
    static const struct {
        char fill;
        const char *head, *wanted;
    } cases[] = {{'1', "x,label\n", "f:2: a record of more than 16 MiB"},
                 {'\n', "x,label\n1,\"", "f:2: a record of more than 16 MiB"},
                 {',', "x,label\n", "f:2: a record of more than 1048576 fields"},
                 {',', "", "f:1: a record of more than 1048576 fields"}};
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(text, cases[i].fill, SIZE);
        memcpy(text, cases[i].head, strlen(cases[i].head));
        file_write(*state, "f", text, SIZE, i % 2 != 0);
        expect_fault(*state, "f", NULL, cases[i].wanted);
    }
    free(text);
}

/* 3 examples of 2 inputs take 24 bytes. */
static void memory_limit(void **state) {
    static const char text[] = "x,z,label\n1,2,0\n1,2,1\n1,2,1\n";
    file_write(*state, "f", text, sizeof text - 1, false);
    for (int bytes = 1; bytes <= 48; bytes++) {
        const struct vib_load_request request = {.name = "set", .label = "", .most_bytes = bytes};
        struct vib_sources sources = {.inputs = {folder_path(*state, "f")}};
        struct vib_dataset data;
        struct vib_error err = {0};
        sources.inputs[VIB_TEST] = folder_path(*state, "f");
        const int rc = vib_data_load(&data, &request, &sources, &err);
        assert_int_equal(rc, bytes < 48 ? VIB_EDATA : 0);
        if (rc != 0 && strstr(err.message, bytes < 24    ? "/f: the train inputs take"
                                           : bytes == 24 ? "/f: no memory is left for it"
                                                         : "/f: the test inputs take") == NULL)
            fail_msg("%d: %s", bytes, err.message);
        vib_dataset_release(&data);
        vib_sources_release(&sources);
    }
}

static void no_such_label(void **state) {
    struct vib_dataset data;
    struct vib_error err;
    file_write(*state, "f", "x,label\n1,a\n2,b\n", 16, false);
    assert_int_equal(load(*state, "f", "kind", &data, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "the one that dataset.label names is not among"));
}

static void columns_differ(void **state) {
    struct vib_dataset data;
    struct vib_error err;
    file_write(*state, "a", "x,z,label\n1,2,0\n1,2,1\n", 22, false);
    file_write(*state, "b", "z,x,label\n1,2,0\n1,2,1\n", 22, false);
    file_write(*state, "c", "x,label\n1,0\n1,1\n", 16, false);
    assert_int_equal(files_load(&data, *state, "a", NULL, "a", NULL, NULL), 0);
    assert_int_equal(data.split[VIB_TEST].n, 2);
    assert_null(data.class_names);
    vib_dataset_release(&data);
    assert_int_equal(files_load(&data, *state, "a", NULL, "b", NULL, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "/b: column 0 (counted from 0) is called 'z', expected"));
    assert_int_equal(files_load(&data, *state, "a", NULL, "c", NULL, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "/c: 2 columns, expected the 3"));
}

/* Numbers are those that strtod reads, rounded to float32: what NumPy and pandas make of them. */
static void numbers_as_strtod(void **state) {
    enum { N = 4000 };
    char *text = malloc(N * 40 + 40), number[40];
    float wanted[N];
    struct vib_dataset data;
    struct vib_error err = {0};
    uint64_t seed = 1;
    assert_non_null(text);
    char *at = text + sprintf(text, "x,label\n");
    for (size_t i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const double value = ldexp((double)(seed >> 11), (int)(seed % 180) - 140);
        snprintf(number, sizeof number, "%.*g", (int)(seed >> 32) % 20 + 1, value);
        wanted[i] = (float)strtod(number, NULL);
        at += sprintf(at, "%s,%d\n", number, (int)(i % 2));
    }
    file_write(*state, "f", text, (size_t)(at - text), false);
    if (files_load(&data, *state, "f", NULL, NULL, NULL, &err) != 0)
        fail_msg("%s", err.message);
    assert_memory_equal(data.split[VIB_TRAIN].values, wanted, sizeof wanted);
    vib_dataset_release(&data);
    free(text);
}

/* What a batch sees of bytes, 2 x/255 - 1, written as .npy and as CSV of 9 digits, is seen again
 * bit for bit. */
static void scaled_bytes(void **state) {
    enum { N = 256 };
    static const char shape[] = "{'descr': '%s', 'fortran_order': False, 'shape': (256, 1)}";
    static const char *const names[] = {"bytes", "floats", "data.csv"};
    uint8_t bytes[N];
    float values[N], seen[N];
    char dictionary[96], text[N * 24], *at = text + sprintf(text, "x,label\n");
    for (int i = 0; i < N; i++) {
        bytes[i] = (uint8_t)i;
        values[i] = 2.0f * (float)i / 255.0f - 1.0f;
        at += sprintf(at, "%.9g,%d\n", (double)values[i], i);
    }
    snprintf(dictionary, sizeof dictionary, shape, "|u1");
    npy_write(*state, "y", 1, dictionary, bytes, sizeof bytes);
    npy_write(*state, names[0], 1, dictionary, bytes, sizeof bytes);
    snprintf(dictionary, sizeof dictionary, shape, "<f4");
    npy_write(*state, names[1], 1, dictionary, values, sizeof values);
    file_write(*state, names[2], text, (size_t)(at - text), false);
    for (size_t i = 0; i < 3; i++) {
        struct vib_dataset data;
        assert_int_equal(files_load(&data, *state, names[i], i < 2 ? "y" : NULL, NULL, NULL, NULL),
                         0);
        vib_dataset_gather(&data, VIB_TRAIN, NULL, 0, N, seen, 1);
        assert_memory_equal(seen, values, sizeof seen);
        vib_dataset_release(&data);
    }
}

/* Records over the ends of blocks. */
static void many_records(void **state) {
    enum { N = 30000 };
    char *text = malloc(N * 20 + 40);
    struct vib_dataset data;
    assert_non_null(text);
    char *at = text + sprintf(text, "x,label\r\n");
    for (int i = 0; i < N; i++)
        at += sprintf(at, "%d,\"c\"\"%d\"\r\n", i, i % 3);
    file_write(*state, "f", text, (size_t)(at - text), false);
    assert_int_equal(files_load(&data, *state, "f", NULL, NULL, NULL, NULL), 0);
    assert_int_equal(data.split[VIB_TRAIN].n, N);
    for (size_t i = 0; i < N; i++)
        assert_true(data.split[VIB_TRAIN].values[i] == (float)i &&
                    data.split[VIB_TRAIN].labels[i] == i % 3);
    assert_string_equal(data.class_names[2], "c\"2");
    vib_dataset_release(&data);
    free(text);
}

int main(void) {
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(good_files),      WITH_FOLDER(hostile_files), WITH_FOLDER(no_such_label),
        WITH_FOLDER(endless_records), WITH_FOLDER(memory_limit),  WITH_FOLDER(scaled_bytes),
        WITH_FOLDER(columns_differ),  WITH_FOLDER(many_records),  WITH_FOLDER(numbers_as_strtod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
