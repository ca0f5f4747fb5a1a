/* A job's identity: what it depends on and what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/keys.h"

#include <string.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_DIGEST "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void set(struct settings *settings, const char *name, const char *text) {
    assert_int_equal(key_set(settings, key_find(name), text, NULL), 0);
}

static void identity(const char *name, const char *text, char out[65]) {
    struct settings settings;
    settings_init(&settings);
    if (name)
        set(&settings, name, text);
    assert_int_equal(job_identity(&settings, DIGEST, out, NULL), 0);
    assert_int_equal(strspn(out, "0123456789abcdef"), 64);
    assert_int_equal(strlen(out), 64);
}

/* Published databases depend on these values: printf '...' | sha256sum of the texts in keys.h. */
static void test_known_values(void **state) {
    (void)state;
    char out[65];
    struct settings settings;
    identity(NULL, NULL, out);
    assert_string_equal(out, "0a16d4e2ba14a1c1f548d6034cad29ea9a47cfbdc482b343e25cff18d812040a");
    settings_init(&settings);
    set(&settings, "train.lr", "1e-3");
    set(&settings, "K", "2");
    set(&settings, "model.hidden", "[8, 4]");
    set(&settings, "beta", ".01");
    set(&settings, "model.activation", "tanh");
    assert_int_equal(job_identity(&settings, DIGEST, out, NULL), 0);
    assert_string_equal(out, "0fa0f04f5bd3d343af38a1d67f6b7ac4bec1be183623475f8d8dcb30b5bc4546");
}

static void test_what_matters(void **state) {
    (void)state;
    static const char *const changes[][2] = {
        {"beta", "1e-2"},
        {"K", "2"},
        {"seed", "1"},
        {"model.hidden", "[1024]"},
        {"model.hidden", "[]"},
        {"model.activation", "tanh"},
        {"train.epochs", "2"},
        {"train.batch", "10"},
        {"train.lr", "1e-3"},
        {"train.lr_decay", "1"},
        {"train.lr_decay_epochs", "1"},
        {"train.adam_beta1", "0"},
        {"train.adam_beta2", "0"},
        {"train.adam_epsilon", "1"},
        {"train.average_decay", "0"},
        {"evaluate.every", "1"},
        {"evaluate.samples", "1"},
    };
    enum { N = sizeof changes / sizeof changes[0] };
    char seen[N + 2][65];
    struct settings settings;
    settings_init(&settings);
    identity(NULL, NULL, seen[N]);
    assert_int_equal(job_identity(&settings, OTHER_DIGEST, seen[N + 1], NULL), 0);
    for (size_t i = 0; i < N; i++)
        identity(changes[i][0], changes[i][1], seen[i]);
    for (size_t i = 0; i < N + 2; i++) {
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(seen[i], seen[j]);
    }
}

static void test_what_does_not(void **state) {
    (void)state;
    static const char *const same[][2] = {
        {"name", "other"},
        {"dataset.name", "other"},
        {"dataset.dir", "/elsewhere"},
        {"dataset.n_train", "5"},
        {"dataset.seed", "5"},
        {"checkpoint.every", "1"},
        {"beta", "0.001"},
        {"beta", "1E-3"},
        {"K", "256"},
        {"model.hidden", "[1024,1024]"},
    };
    char plain[65], out[65];
    identity(NULL, NULL, plain);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        identity(same[i][0], same[i][1], out);
        assert_string_equal(out, plain);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_what_matters),
        cmocka_unit_test(test_what_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
