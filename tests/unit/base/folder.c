#include "tests/unit/base/folder.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void make_folder(char path[FOLDER_SIZE]) {
    const char *base = getenv("TMPDIR");
    const int length = snprintf(path, FOLDER_SIZE, "%s/vib-test-XXXXXX",
                                base != NULL && *base != '\0' ? base : "/tmp");
    assert_true(length > 0 && length < FOLDER_SIZE);
    assert_non_null(mkdtemp(path));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

void remove_folder(const char *path) {
    assert_int_equal(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}
