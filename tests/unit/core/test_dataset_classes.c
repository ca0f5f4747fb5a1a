/* How many classes a data set has. */
#include "core/dataset.h"
#include "tests/unit/core/idx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { N_TRAIN = 50, N_TEST = 20 };

static int setup(void **state) {
    char *folder = folder_new();
    idx_set_write(folder, N_TRAIN, N_TEST, false);
    *state = folder;
    return 0;
}

static int teardown(void **state) {
    folder_remove(*state);
    return 0;
}

/* Replaces a file of n labels: first, first + 1, ... up to last, and again. */
static void write_labels(const char *folder, const char *split, uint32_t n, int first, int last) {
    uint8_t labels[N_TRAIN];
    char name[40];
    (void)snprintf(name, sizeof name, "%s-labels-idx1-ubyte", split);
    for (uint32_t i = 0; i < n; i++)
        labels[i] = (uint8_t)(first + (int)i % (last - first + 1));
    idx_file_write(folder, name, 0x801, 1, &n, labels, n, false);
}

static struct vib_dataset load(const char *folder, size_t classes, size_t n_train, size_t n_test) {
    struct vib_dataset data;
    struct vib_error err;
    if (folder_load(&data, "set", folder, classes, n_train, n_test, &err) != 0)
        fail_msg("%s", err.message);
    return data;
}

/* Labels 1 to 7 are seven classes, also in a part of the data; where their number is given a label
 * is its class, and class 0 is empty. */
static void labels_tell_the_classes(void **state) {
    write_labels(*state, "train", N_TRAIN, 1, 5);
    write_labels(*state, "t10k", N_TEST, 1, 7);
    struct vib_dataset found = load(*state, 0, 0, 0), given = load(*state, 8, 0, 0);
    struct vib_dataset wider = load(*state, 10, 0, 0), part = load(*state, 0, 3, 2);
    assert_int_equal(found.classes, 7);
    for (size_t c = 0; c < 7; c++) {
        const char name[] = {(char)('1' + c), '\0'};
        assert_string_equal(found.class_names[c], name);
    }
    assert_int_equal(found.split[VIB_TRAIN].labels[0], 0);
    assert_int_equal(given.classes, 8);
    assert_null(given.class_names);
    assert_int_equal(given.split[VIB_TRAIN].labels[0], 1);
    assert_string_not_equal(found.digest, given.digest);
    assert_string_not_equal(given.digest, wider.digest);
    assert_int_equal(found.split[VIB_TRAIN].n_classes, 5);
    assert_int_equal(found.split[VIB_TEST].n_classes, 7);
    assert_int_equal(part.classes, 7);
    assert_int_equal(part.split[VIB_TRAIN].n_classes, 3);
    vib_dataset_release(&part);
    vib_dataset_release(&wider);
    vib_dataset_release(&given);
    vib_dataset_release(&found);
}

static void training_labels_count_too(void **state) {
    write_labels(*state, "train", N_TRAIN, 0, 25);
    struct vib_dataset data = load(*state, 0, 10, 0);
    assert_int_equal(data.classes, 26);
    vib_dataset_release(&data);
}

static void two_at_least(void **state) {
    write_labels(*state, "train", N_TRAIN, 0, 0);
    write_labels(*state, "t10k", N_TEST, 0, 0);
    struct vib_dataset data = load(*state, 0, 0, 0);
    assert_int_equal(data.classes, 2);
    vib_dataset_release(&data);
}

int main(void) {
#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_FILES(labels_tell_the_classes),
        WITH_FILES(training_labels_count_too),
        WITH_FILES(two_at_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
