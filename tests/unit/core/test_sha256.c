/* SHA-256 against the examples of FIPS 180-4 and of RFC 6234. */
#include "core/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_digest(const char *text, size_t times, const char *want) {
    struct vib_sha256 hash;
    char got[VIB_SHA256_TEXT];
    vib_sha256_init(&hash);
    for (size_t i = 0; i < times; i++)
        vib_sha256_add(&hash, text, strlen(text));
    vib_sha256_end(&hash, got);
    assert_string_equal(got, want);
}

static void published_examples(void **state) {
    (void)state;
    assert_digest("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_digest("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_digest("0123456701234567012345670123456701234567012345670123456701234567", 10,
                  "594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples),
    };
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
