/* Hostile files: each is refused in one sentence that names the file. */
#include "tests/unit/core/idx_file.h"
#include "tests/unit/data/data_file.h"
#include "tests/unit/data/hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_row(void **state) {
    (void)state;
    for (size_t i = 0; i < n_hostile; i++) {
        char *folder = folder_new(), text[400];
        const char *train, *labels;
        hostile_make(&hostile[i], folder, &train, &labels);
        expect_fault(folder, train, labels, hostile[i].text);
        snprintf(text, sizeof text, "%s/f:", folder);
        expect_fault(folder, train, labels, text);
        folder_remove(folder);
    }
}

/* The folder's path with so many detours that no message has room for it. */
static char *long_path(const char *folder, const char *name) {
    enum { DETOURS = 900 };
    char *path = malloc(strlen(folder) + 2 * DETOURS + 64);
    assert_non_null(path);
    char *at = path + sprintf(path, "%s", folder);
    for (int i = 0; i < DETOURS; i++)
        at += sprintf(at, "/.");
    sprintf(at, "/%s", name);
    return path;
}

static void expect_end(const char *path, const char *labels, const char *end) {
    const struct vib_load_request request = {.name = "set", .label = ""};
    struct vib_sources sources;
    struct vib_dataset data;
    struct vib_error err = {0};
    int rc = vib_sources_find(&sources, path, &err);
    if (rc == 0 && labels != NULL)
        sources.labels[VIB_TRAIN] = strdup(labels);
    if (rc == 0)
        rc = vib_data_load(&data, &request, &sources, &err);
    assert_int_equal(rc, VIB_EDATA);
    const size_t length = strlen(err.message), n = strlen(end);
    if (length < n || strcmp(err.message + length - n, end) != 0)
        fail_msg("expected '%s' at the end of '%s'", end, err.message);
    vib_sources_release(&sources);
}

/* What is wrong is said in spite of a path that leaves no room for it. */
static void long_paths(void **state) {
    char *folder = folder_new(), *f = long_path(folder, "f"), *here = long_path(folder, "");
    char *nowhere = long_path(folder, "nowhere"), *z = long_path(folder, "z");
    (void)state;
    npy_write(folder, "y", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", "\0\1\1",
              3);
    file_write(folder, "f", "\0\0\10\1\0\0\0\3", 8, false);
    file_write(folder, "z", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, false);
    char *y = folder_path(folder, "y");
    expect_end(f, y, "/./f: truncated: expected 3 bytes of data, found 0");
    expect_end(f, NULL, "/./f: an array of inputs without labels: dataset.files names these, too");
    expect_end(z, NULL, "or x and y, found nothing");
    expect_end(here, NULL, "dataset.files names files that are called otherwise");
    expect_end(nowhere, NULL, "/./nowhere: cannot open the folder: No such file or directory");
    expect_end(y, nowhere, "/./nowhere: no such file");
    free(y);
    free(z);
    free(nowhere);
    free(here);
    free(f);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_row), cmocka_unit_test(long_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
