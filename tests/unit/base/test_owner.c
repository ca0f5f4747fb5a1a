/* Whose a file is. Every system has a root; only root can give files away. */
#include "runner/base/owner.h"
#include "tests/unit/base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void make_file(char path[FOLDER_SIZE + 8], const char *folder) {
    snprintf(path, FOLDER_SIZE + 8, "%s/x", folder);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void an_own_file_needs_no_words(void **state) {
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 8], out[OWNER_SIZE];
    (void)state;
    make_folder(folder);
    make_file(path, folder);
    errno = EACCES;
    assert_string_equal(owner_note(out, path), "");
    assert_string_equal(owner_note(out, "/no/such/file"), "");
    assert_int_equal(errno, EACCES);
    remove_folder(folder);
}

static void another_user_is_named(void **state) {
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 8], out[OWNER_SIZE];
    (void)state;
    if (geteuid() != 0) {
        assert_memory_equal(owner_note(out, "/"), " (it belongs to root, and this ", 31);
        return;
    }
    make_folder(folder);
    make_file(path, folder);
    assert_int_equal(chown(path, 54321, (gid_t)-1), 0);
    assert_string_equal(owner_note(out, path),
                        " (it belongs to user 54321, and this process runs as root)");
    remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_own_file_needs_no_words),
        cmocka_unit_test(another_user_is_named),
    };
    return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
