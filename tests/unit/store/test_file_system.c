/* Which file systems are taken for ones that hosts share. */
#include "runner/store/file_system.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include <cmocka.h>

static uint32_t type;
static const char *missing = ""; /* of which there is no such file */
static char asked[64];           /* the last path that was there */

/* In place of the C library's. */
int statfs(const char *path, struct statfs *found) {
    if (strcmp(path, missing) == 0) {
        errno = ENOENT;
        return -1;
    }
    (void)snprintf(asked, sizeof asked, "%s", path);
    memset(found, 0, sizeof *found);
    found->f_type = (__fsword_t)type;
    return 0;
}

static void assert_shared(uint32_t of, const char *name) {
    type = of;
    const char *found = file_system_shared("x.db");
    assert_non_null(found);
    assert_string_equal(found, name);
}

static void test_shared(void **state) {
    (void)state;
    assert_shared(0x6969, "NFS");
    assert_shared(0xff534d42, "CIFS");
    assert_shared(0xfe534d42, "SMB");
    assert_shared(0x517b, "SMB");
    assert_shared(0x65735546, "FUSE");
    assert_shared(0x01021997, "9p");
    assert_shared(0x0bd00bd0, "Lustre");
    assert_shared(0x47504653, "GPFS");
    assert_shared(0x19830326, "BeeGFS");
    assert_shared(0x00c36400, "Ceph");
}

static void test_local(void **state) {
    static const uint32_t types[] = {0xef53 /* ext4 */,      0x58465342 /* xfs */,
                                     0x9123683e /* btrfs */, 0x2fc12fc1 /* zfs */,
                                     0x01021994 /* tmpfs */, 0x794c7630 /* overlayfs */,
                                     0xf2f52010 /* f2fs */,  1 /* nobody's */};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        type = types[i];
        assert_null(file_system_shared("x.db"));
    }
}

/* Some libraries give the 32 bits a sign. */
static void test_sign(void **state) {
    (void)state;
    assert_shared((uint32_t)(int32_t)0xff534d42, "CIFS");
}

static void test_folder_of_a_new_file(void **state) {
    (void)state;
    missing = "there/x.db";
    type = 0x6969;
    assert_string_equal(file_system_shared("there/x.db"), "NFS");
    assert_string_equal(asked, "there");
    missing = "x.db";
    assert_string_equal(file_system_shared("x.db"), "NFS");
    assert_string_equal(asked, ".");
    missing = ".";
    assert_null(file_system_shared("."));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_local),
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_folder_of_a_new_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
