/* From labels to classes. */
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
    struct vib_labels *labels;
    assert_int_equal(vib_labels_new(&labels, NULL), 0);
    assert_int_equal(vib_labels_begin(labels, VIB_TRAIN, "y.file", 0, NULL), 0);
    *state = labels;
    return 0;
}

static int teardown(void **state) {
    vib_labels_free(*state);
    return 0;
}

static void add_numbers(struct vib_labels *labels, size_t n, const int64_t *numbers) {
    for (size_t i = 0; i < n; i++)
        assert_int_equal(vib_labels_add_number(labels, numbers[i], NULL), 0);
}

static void add_texts(struct vib_labels *labels, size_t n, const char *const *texts) {
    for (size_t i = 0; i < n; i++)
        assert_int_equal(vib_labels_add_text(labels, texts[i], strlen(texts[i]), NULL), 0);
}

/* The classes must be so many; wanted: of each example, names: of each class, or NULL. */
static void expect(struct vib_labels *labels, size_t classes, size_t n, const uint16_t *wanted,
                   const char *const *names) {
    struct vib_dataset data = {0};
    struct vib_error err;
    if (vib_labels_finish(labels, 0, &data, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(data.classes, classes);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(data.split[VIB_TRAIN].labels[i], wanted[i]);
    assert_int_equal(data.class_names == NULL, names == NULL);
    for (size_t c = 0; names != NULL && c < classes; c++)
        assert_string_equal(data.class_names[c], names[c]);
    vib_dataset_release(&data);
}

static void refuse(struct vib_labels *labels, size_t classes, const char *text) {
    struct vib_dataset data = {0};
    struct vib_error err;
    assert_int_equal(vib_labels_finish(labels, classes, &data, &err), VIB_EDATA);
    if (strstr(err.message, text) == NULL || strstr(err.message, "y.file") == NULL)
        fail_msg("'%s' does not say '%s'", err.message, text);
    vib_dataset_release(&data);
}

static void classes_already(void **state) {
    add_numbers(*state, 5, (const int64_t[]){2, 0, 1, 1, 2});
    expect(*state, 3, 5, (const uint16_t[]){2, 0, 1, 1, 2}, NULL);
}

static void numbers_by_size(void **state) {
    add_numbers(*state, 5, (const int64_t[]){10, -3, INT64_MAX, 9, INT64_MIN});
    expect(*state, 5, 5, (const uint16_t[]){3, 1, 4, 2, 0},
           (const char *const[]){"-9223372036854775808", "-3", "9", "10", "9223372036854775807"});
}

static void texts_by_bytes(void **state) {
    add_texts(*state, 4, (const char *const[]){"setosa", "10", "9", "Zürich"});
    expect(*state, 4, 4, (const uint16_t[]){3, 0, 1, 2},
           (const char *const[]){"10", "9", "Zürich", "setosa"});
}

/* As CSV has them; 1, 1.0 and +1 are one class. */
static void texts_that_are_numbers(void **state) {
    add_texts(*state, 5, (const char *const[]){"10", "9", "1", "1.0", "+1"});
    expect(*state, 3, 5, (const uint16_t[]){2, 1, 0, 0, 0}, (const char *const[]){"1", "9", "10"});
}

static void numbers_among_texts(void **state) {
    add_numbers(*state, 1, (const int64_t[]){7});
    add_texts(*state, 2, (const char *const[]){"a", "1.5"});
    expect(*state, 3, 3, (const uint16_t[]){1, 2, 0}, (const char *const[]){"1.5", "7", "a"});
}

static void fractions(void **state) {
    add_texts(*state, 3, (const char *const[]){"1", "2", "1.5"});
    refuse(*state, 0, "example 2 (counted from 0), 1.5, is no whole number");
}

static void beyond_64_bits(void **state) {
    add_texts(*state, 2, (const char *const[]){"1", "18446744073709551617"});
    refuse(*state, 0, "example 1 (counted from 0), 18446744073709551617, is no whole number");
}

/* As many as up to the greatest, but not from 0. */
static void minus_and_plus(void **state) {
    add_numbers(*state, 3, (const int64_t[]){1, -1, 1});
    expect(*state, 2, 3, (const uint16_t[]){1, 0, 1}, (const char *const[]){"-1", "1"});
}

static void zeros_alone(void **state) {
    add_numbers(*state, 2, (const int64_t[]){0, 0});
    expect(*state, 2, 2, (const uint16_t[]){0, 0}, NULL);
}

static void out_of_range(void **state) {
    add_numbers(*state, 4, (const int64_t[]){0, 1, 5, 5});
    refuse(*state, 5, "expected one from 0 to 4 (dataset.classes is 5), found 5 at example 2");
    add_numbers(*state, 1, (const int64_t[]){-1});
    refuse(*state, 6, "found -1 at example 4");
}

static void more_texts_than_classes(void **state) {
    add_texts(*state, 3, (const char *const[]){"a", "b", "c"});
    refuse(*state, 2, "3 different labels, but dataset.classes is 2");
}

static void one_label_alone(void **state) {
    add_numbers(*state, 2, (const int64_t[]){5, 5});
    refuse(*state, 0, "all labels are the same");
}

static void wrong_texts(void **state) {
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {{"", 0}, {"a\0b", 3}, {"\xfc", 1}, {"a\n", 2}, {"\xc2\x80", 2}, {"\xe2\x82", 2}};
    struct vib_error err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vib_labels *labels;
        assert_int_equal(vib_labels_new(&labels, NULL), 0);
        assert_int_equal(vib_labels_begin(labels, VIB_TRAIN, "y.file", 0, NULL), 0);
        add_texts(labels, 1, (const char *const[]){"fine"});
        assert_int_equal(vib_labels_add_text(labels, cases[i].text, cases[i].length, &err),
                         VIB_EDATA);
        assert_non_null(strstr(err.message, "y.file"));
        assert_non_null(strstr(err.message, "example 1 (counted from 0)"));
        vib_labels_free(labels);
    }
    (void)state;
}

static void long_texts(void **state) {
    char text[VIB_LABEL_BYTES + 1];
    struct vib_error err;
    memset(text, 'a', sizeof text);
    assert_int_equal(vib_labels_add_text(*state, text, VIB_LABEL_BYTES, NULL), 0);
    assert_int_equal(vib_labels_add_text(*state, text, VIB_LABEL_BYTES + 1, &err), VIB_EDATA);
    assert_non_null(strstr(err.message,
                           "y.file: the label of example 1 (counted from 0) is a text "
                           "of 1025 bytes, expected at most 1024"));
}

/* 65,536 classes and no more; what is not kept counts, too. */
static void most_classes(void **state) {
    struct vib_dataset data = {0};
    struct vib_error err;
    assert_int_equal(vib_labels_begin(*state, VIB_TEST, "y.file", 2, NULL), 0);
    for (int64_t i = 0; i < VIB_MAX_CLASSES; i++)
        assert_int_equal(vib_labels_add_number(*state, 3 * i, NULL), 0);
    assert_int_equal(vib_labels_add_number(*state, 1, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "more than 65536 different labels up to example 65536"));
    assert_int_equal(vib_labels_finish(*state, 0, &data, NULL), 0);
    assert_int_equal(data.classes, VIB_MAX_CLASSES);
    assert_int_equal(data.split[VIB_TEST].labels[1], 1);
    assert_string_equal(data.class_names[VIB_MAX_CLASSES - 1], "196605");
    vib_dataset_release(&data);
}

/* --- arrays of labels --- */

/* Loads the inputs x with the labels y, which must be refused or make classes of these names, of
 * which the first example is of class 1 and the third of class 0. */
static void load_file(const char *folder, const char *what, const char *text,
                      const char *const names[2]) {
    static const uint8_t inputs[3] = {1, 2, 3};
    struct vib_dataset data;
    struct vib_error err = {0};
    npy_write(folder, "x", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", inputs,
              sizeof inputs);
    if (text != NULL) {
        expect_fault(folder, "x", "y", text);
    } else if (files_load(&data, folder, "x", "y", NULL, NULL, &err) != 0) {
        fail_msg("%s: %s", what, err.message);
    } else {
        for (size_t c = 0; c < 2; c++)
            assert_string_equal(data.class_names[c], names[c]);
        assert_true(data.split[VIB_TRAIN].labels[0] == 1 && data.split[VIB_TRAIN].labels[2] == 0);
        vib_dataset_release(&data);
    }
}

static void load_labels(const char *dictionary, const void *bytes, size_t size, const char *text,
                        const char *const names[2]) {
    char *folder = folder_new();
    npy_write(folder, "y", 1, dictionary, bytes, size);
    load_file(folder, dictionary, text, names);
    folder_remove(folder);
}

static void load_idx_labels(uint32_t magic, const uint32_t *n, const uint8_t *bytes, size_t size,
                            const char *const names[2]) {
    char *folder = folder_new();
    idx_file_write(folder, "y", magic, 1, n, bytes, size, true);
    load_file(folder, "IDX", NULL, names);
    folder_remove(folder);
}

#define OF(type, shape) "{'descr': '" type "', 'fortran_order': False, 'shape': " shape "}"

static void arrays(void **state) {
    static const char *const words[] = {"ab", "é"}, *const numbers[] = {"-2", "5"};
    static const char *const latin[] = {"a", "c"};
    static const uint32_t unicode[] = {0xe9, 0, 0xe9, 0, 'a', 'b'};
    static const uint32_t swapped[] = {0xe9000000, 0, 0xe9000000, 0, 'a' << 24, 'b' << 24};
    static const uint32_t wrong[] = {0xd800, 1, 1}, beyond[] = {0x01010041, 'a', 'b'};
    static const char wide[3 * 16385] = {'a', 'b'};
    static const double whole[] = {5, 5, -2}, half[] = {0, 1.5, 1}, none[] = {0, 1, (double)NAN};
    static const uint64_t huge[] = {0, UINT64_MAX, 1};
    static const uint8_t hot[] = {1, 0, 0, 1, 1, 0};
    (void)state;
    load_labels(OF("<U2", "(3,)"), unicode, sizeof unicode, NULL, words);
    load_labels(OF(">U2", "(3,)"), swapped, sizeof swapped, NULL, words);
    load_labels(OF("|S2", "(3,)"), "c\0c\0a", 6, NULL, latin);
    load_labels(OF("<f8", "(3, 1)"), whole, sizeof whole, NULL, numbers);
    load_labels(OF("<f8", "(3,)"), half, sizeof half, "example 1 (counted from 0), 1.5, is no",
                NULL);
    load_labels(OF("<f8", "(3,)"), none, sizeof none, "example 2 (counted from 0), nan, is no",
                NULL);
    load_labels(OF("<u8", "(3,)"), huge, sizeof huge, "example 1", NULL);
    load_labels(OF("<U1", "(3,)"), wrong, sizeof wrong, "no text in UTF-8", NULL);
    load_labels(OF("<U1", "(3,)"), beyond, sizeof beyond, "no text in UTF-8", NULL);
    load_labels(OF("|S16385", "(3,)"), wide, sizeof wide, "labels of 16385 bytes", NULL);
    load_labels(OF("|S2", "(3,)"), "a\0\xe9\0b", 6, "no text in UTF-8", NULL);
    load_labels(OF("|S0", "(3,)"), "", 0, "no characters", NULL);
    load_labels(OF("|S2", "(3,)"), "a\0\0\0b", 6, "example 1 (counted from 0) has an empty", NULL);
    load_labels(OF("|S99999", "(3,)"), "", 0, "truncated", NULL);
    load_labels(OF("|u1", "(3, 2)"), hot, sizeof hot, "one-hot", NULL);
    load_labels(OF("|u1", "(2,)"), hot, 2, "expected 3 labels", NULL);
    load_labels(OF("|u1", "(4,)"), hot, 4, "found 4", NULL);
}

/* Labels 5, 0, 5 of every type, in both byte orders, as .npy and, where it has the type, as IDX. */
static void every_type(void **state) {
    static const uint32_t idx_codes[] = {
        [VIB_U1] = 8, [VIB_I1] = 9, [VIB_I2] = 11, [VIB_I4] = 12, [VIB_F4] = 13, [VIB_F8] = 14};
    static const char *const names[] = {"0", "5"};
    static const double values[] = {5, 5, 0};
    const uint32_t n = 3;
    (void)state;
    for (unsigned way = 0; way < 3 * VIB_TEXT1; way++) {
        const enum vib_element element = (enum vib_element)(way / 3);
        const bool big_endian = way % 3 != 0, idx = way % 3 == 2;
        const uint32_t code = element <= VIB_F8 ? idx_codes[element] : 0;
        uint8_t bytes[8 * 3];
        char dictionary[96];
        size_t size = 0;
        for (size_t i = 0; i < n; i++)
            size += element_bytes(element, big_endian, values[i], bytes + size);
        snprintf(dictionary, sizeof dictionary, OF("%c%s", "(3, 1, 1)"),
                 size == n    ? '|'
                 : big_endian ? '>'
                              : '<',
                 vib_element_name(element));
        if (!idx)
            load_labels(dictionary, bytes, size, NULL, names);
        else if (code != 0)
            load_idx_labels(code << 8 | 1, &n, bytes, size, names);
    }
}

int main(void) {
#define WITH_LABELS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_LABELS(classes_already),
        WITH_LABELS(numbers_by_size),
        WITH_LABELS(texts_by_bytes),
        WITH_LABELS(texts_that_are_numbers),
        WITH_LABELS(numbers_among_texts),
        WITH_LABELS(fractions),
        WITH_LABELS(beyond_64_bits),
        WITH_LABELS(minus_and_plus),
        WITH_LABELS(zeros_alone),
        WITH_LABELS(out_of_range),
        WITH_LABELS(more_texts_than_classes),
        WITH_LABELS(one_label_alone),
        WITH_LABELS(wrong_texts),
        WITH_LABELS(long_texts),
        WITH_LABELS(most_classes),
        cmocka_unit_test(arrays),
        cmocka_unit_test(every_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
