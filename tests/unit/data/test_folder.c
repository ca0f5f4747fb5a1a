/* Which files of a folder are the data set. */
#include "core/data/folder.h"
#include "tests/unit/core/idx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Makes empty files of these names, divided by blanks, and looks for a data set. */
static int find(const char *names, struct vib_sources *sources, struct vib_error *err) {
    char *folder = folder_new(), copy[512];
    snprintf(copy, sizeof copy, "%s", names);
    for (char *name = strtok(copy, " "); name != NULL; name = strtok(NULL, " ")) {
        char *path = folder_path(folder, name), *slash = strrchr(path, '/');
        *slash = '\0';
        (void)mkdir(path, 0700); /* may be there */
        *slash = '/';
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
        free(path);
    }
    const int rc = vib_sources_find(sources, folder, err);
    folder_remove(folder);
    return rc;
}

static const char *base_name(const char *path) {
    return path == NULL ? "-" : strrchr(path, '/') + 1;
}

static void found(void **state) {
    static const struct {
        const char *names;
        const char *wanted; /* of the training and the test split inputs and labels, then of the
                               validation split where there is one */
    } cases[] = {
        {"train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte "
         "t10k-labels-idx1-ubyte",
         "train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte "
         "t10k-labels-idx1-ubyte"},
        {"train-images.idx3-ubyte train-labels.idx1-ubyte.gz t10k-images.idx3-ubyte.gz "
         "t10k-images.idx3-ubyte t10k-labels.idx1-ubyte",
         "train-images.idx3-ubyte train-labels.idx1-ubyte.gz t10k-images.idx3-ubyte "
         "t10k-labels.idx1-ubyte"},
        {"emnist-letters-train-images-idx3-ubyte.gz emnist-letters-train-labels-idx1-ubyte.gz "
         "emnist-letters-test-images-idx3-ubyte.gz emnist-letters-test-labels-idx1-ubyte.gz",
         "emnist-letters-train-images-idx3-ubyte.gz emnist-letters-train-labels-idx1-ubyte.gz "
         "emnist-letters-test-images-idx3-ubyte.gz emnist-letters-test-labels-idx1-ubyte.gz"},
        {"raw/train-images-idx3-ubyte raw/train-labels-idx1-ubyte raw/t10k-images-idx3-ubyte "
         "raw/t10k-labels-idx1-ubyte processed/training.pt",
         "train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte "
         "t10k-labels-idx1-ubyte"},
        {"x_train.npy y_train.npy x_test.npy y_test.npy README",
         "x_train.npy y_train.npy x_test.npy y_test.npy"},
        {"x_train.npy y_train.npy x_test.npy y_test.npy x_val.npy y_val.npy.gz",
         "x_train.npy y_train.npy x_test.npy y_test.npy, x_val.npy y_val.npy.gz"},
        {"x_train.npy y_train.npy x_test.npy y_test.npy x_valid.npy y_valid.npy",
         "x_train.npy y_train.npy x_test.npy y_test.npy, x_valid.npy y_valid.npy"},
        {"x_train.npy y_train.npy x_test.npy y_test.npy x_validation.npy y_validation.npy",
         "x_train.npy y_train.npy x_test.npy y_test.npy, x_validation.npy y_validation.npy"},
        {"x.npy y.npy", "x.npy y.npy - -"},
        {"mnist.npz", "mnist.npz - - -"},
        {".mnist.npz mnist.npz ._mnist.npz", "mnist.npz - - -"},
        {"train.csv test.csv", "train.csv - test.csv -"},
        {"train.csv test.csv val.csv", "train.csv - test.csv -, val.csv -"},
        {"train.csv test.csv valid.csv.gz", "train.csv - test.csv -, valid.csv.gz -"},
        {"train.tsv test.tsv validation.tsv", "train.tsv - test.tsv -, validation.tsv -"},
        {"train.tsv.gz test.tsv.gz notes.csv", "train.tsv.gz - test.tsv.gz -"},
        {"data.csv", "data.csv - - -"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vib_sources s;
        struct vib_error err;
        char got[512];
        if (find(cases[i].names, &s, &err) != 0)
            fail_msg("%s: %s", cases[i].names, err.message);
        snprintf(got, sizeof got, "%s %s %s %s", base_name(s.inputs[VIB_TRAIN]),
                 base_name(s.labels[VIB_TRAIN]), base_name(s.inputs[VIB_TEST]),
                 base_name(s.labels[VIB_TEST]));
        const size_t length = strlen(got);
        if (s.inputs[VIB_VALIDATION] != NULL)
            snprintf(got + length, sizeof got - length, ", %s %s",
                     base_name(s.inputs[VIB_VALIDATION]), base_name(s.labels[VIB_VALIDATION]));
        assert_string_equal(got, cases[i].wanted);
        vib_sources_release(&s);
    }
}

static void refused(void **state) {
    static const struct {
        const char *names, *text;
    } cases[] = {
        {"", "holds no data set: no train-images-idx3-ubyte"},
        {"notes.csv a.npy", "holds no data set"},
        {"x_train.npy y_train.npy x_test.npy", "/y_test.npy: no such file, nor with .gz"},
        {"x_train.npy y_train.npy", "/x_test.npy: no such file"},
        {"x.npy", "/y.npy: no such file"},
        {"x_train.npy y_train.npy x_test.npy y_test.npy x_val.npy", "/y_val.npy: no such file"},
        {"x_train.npy y_train.npy x_test.npy y_test.npy y_valid.npy", "/x_val.npy: no such file"},
        {"x_train.npy y_train.npy x_val.npy y_val.npy", "/x_test.npy: no such file"},
        {"train.csv test.csv val.csv valid.csv", "more than one data set: val.csv and valid.csv"},
        {"train.csv", "/test.csv: no such file"},
        {"train-images-idx3-ubyte", "/train-labels-idx1-ubyte: no such file"},
        {"a.npz b.npz", "more than one data set: a.npz and b.npz; dataset.files"},
        {"train.csv train.tsv test.csv", "more than one data set: train.csv and train.tsv"},
        {"a.npz data.csv", "more than one data set: an archive of NumPy and CSV in one piece"},
        {"x.npy y.npy x_train.npy y_train.npy x_test.npy y_test.npy",
         "more than one data set: NumPy and NumPy in one piece"},
    };
    struct vib_sources zero = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vib_sources sources;
        struct vib_error err = {0};
        const int rc = find(cases[i].names, &sources, &err);
        if (rc != VIB_EDATA || strstr(err.message, cases[i].text) == NULL)
            fail_msg("'%s': expected '%s', got '%s'", cases[i].names, cases[i].text, err.message);
        assert_memory_equal(&sources, &zero, sizeof sources);
    }
}

static void a_file_is_itself(void **state) {
    char *folder = folder_new(), *path = folder_path(folder, "mine.npz");
    struct vib_sources sources;
    (void)state;
    file_write(folder, "mine.npz", "x", 1, false);
    assert_int_equal(vib_sources_find(&sources, path, NULL), 0);
    assert_string_equal(sources.inputs[VIB_TRAIN], path);
    vib_sources_release(&sources);
    assert_int_equal(vib_sources_find(&sources, "/no/such/folder", NULL), VIB_EDATA);
    free(path);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found),
        cmocka_unit_test(refused),
        cmocka_unit_test(a_file_is_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
