/* A job's identity: what it depends on and what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/identity.h"

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

/* Published databases depend on these values: printf '...' | sha256sum of the texts in identity.h.
 */
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
        {"dataset.validation", "0.1"},
        {"dataset.test", "100"},
        {"dataset.split_seed", "1"},
        {"dataset.scale", "standardize"},
        {"dataset.scale", "none"},
        {"dataset.subset", "random"},
        {"dataset.label_noise", "0.5"},
        {"dataset.shuffle_labels", "true"},
        {"dataset.input_noise", "0.5"},
        {"train.patience", "3"},
        {"evaluate.bounds_every", "20"},
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
        {"dataset.scale", "symmetric"},
        {"dataset.scale", "auto"},
        {"evaluate.bounds_subset", "10"},
        {"evaluate.bounds_share", "1"},
    };
    char plain[65], out[65];
    identity(NULL, NULL, plain);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        identity(same[i][0], same[i][1], out);
        assert_string_equal(out, plain);
    }
}

/* The number of examples is told by the digest, unless what is loaded is more than is used. */
static void test_limits_of_a_view(void **state) {
    (void)state;
    static const char *const cuts[][2] = {
        {"dataset.validation", "10"}, {"dataset.test", "0.1"}, {"dataset.subset", "random"}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
        for (int test = 0; test < 2; test++) {
            char all[65], part[65];
            struct settings settings;
            settings_init(&settings);
            set(&settings, cuts[i][0], cuts[i][1]);
            assert_int_equal(job_identity(&settings, DIGEST, all, NULL), 0);
            set(&settings, test ? "dataset.n_test" : "dataset.n_train", "5");
            assert_int_equal(job_identity(&settings, DIGEST, part, NULL), 0);
            assert_string_not_equal(all, part);
            set(&settings, "dataset.name", "mixture"); /* which is generated that large */
            assert_int_equal(job_identity(&settings, DIGEST, part, NULL), 0);
            set(&settings, test ? "dataset.n_test" : "dataset.n_train", "0");
            assert_int_equal(job_identity(&settings, DIGEST, all, NULL), 0);
            assert_string_equal(all, part);
        }
}

/* Sets the key to some value that is not its default. */
static void change(struct settings *settings, const struct key *key) {
    const double half = 0.125, two = 2;
    const size_t three = 3, layers[1 + VIB_MAX_HIDDEN] = {1, 5};
    const uint64_t four = 4;
    const int second = 1;
    const unsigned none = 0;
    const char *other = "other";
    const void *const values[] = {[KEY_REAL] = key->max < two ? &half : &two,
                                  [KEY_SIZE] = &three,
                                  [KEY_SEED] = &four,
                                  [KEY_CHOICE] = &second,
                                  [KEY_STRING] = &other,
                                  [KEY_WIDTHS] = layers,
                                  [KEY_SET] = &none};
    key_put(settings, key, values[key->type]);
}

static struct job_identities identities(const struct settings *settings) {
    struct job_identities out;
    assert_int_equal(job_identities(settings, DIGEST, &out, NULL), 0);
    return out;
}

/* printf '...' | sha256sum, as above. */
static void test_known_points_and_curves(void **state) {
    (void)state;
    struct settings settings;
    settings_init(&settings);
    struct job_identities got = identities(&settings);
    assert_string_equal(got.job,
                        "0a16d4e2ba14a1c1f548d6034cad29ea9a47cfbdc482b343e25cff18d812040a");
    assert_string_equal(got.point,
                        "53e964a3bf03a923c0903eaf2d7461e5e9c36d7dac6da9d2445a7f5713dc7900");
    assert_string_equal(got.curve,
                        "0af7c4c3a1805c5e27ec260d42fc7bf8a1b3d61487e04e8418bc32e7ebe4419c");
    set(&settings, "K", "2");
    set(&settings, "beta", ".01");
    set(&settings, "seed", "7");
    got = identities(&settings);
    assert_string_equal(got.job,
                        "5655e9040c6fb68f1bfb7f92cf22780fbd10f927d9ce3012b5abfa92e6225c71");
    assert_string_equal(got.point,
                        "87bc9fc698837766d428c505528441eff780cecff8284f7e4e7b64e8abc6db13");
    assert_string_equal(got.curve,
                        "9c545202a8667fdd7eba3e41185bb20b4bcd0ed9b6c968994680e3244e0387da");
    settings.job.method = VIB_METHOD_DROPOUT;
    settings_normalize(&settings);
    got = identities(&settings);
    assert_string_equal(got.job,
                        "9bf4050a337e55f79580518b0df742afef37ec0ff537aaccb5fd9dbb912a6c0a");
    assert_string_equal(got.point,
                        "9aeede227bab29de5120fe22ccba8913b97882ec35a55f6a0d0ee8b9a5fd687b");
    assert_string_equal(got.curve, got.point); /* nothing else to leave out */
}

/* Every key of the table that makes another job makes another point, but the seed, and another
 * curve, but the seed and the trade-off. */
static void test_points_and_curves(void **state) {
    (void)state;
    for (int m = 0; m < VIB_METHODS; m++) {
        struct settings base;
        settings_init(&base);
        base.job.method = (enum vib_method)m;
        const struct job_identities before = identities(&base);
        for (size_t i = 0; i < n_keys; i++) {
            struct settings settings = base;
            if (keys[i].flags & (KEY_SWEEP | KEY_DATA) || strcmp(keys[i].name, "method") == 0 ||
                !key_matters(&keys[i], settings_kind(&base)))
                continue;
            change(&settings, &keys[i]);
            const struct job_identities after = identities(&settings);
            const bool seed = strcmp(keys[i].name, "seed") == 0;
            const bool trade_off = &keys[i] == key_trade_off(base.job.method);
            assert_string_not_equal(before.job, after.job);
            assert_int_equal(strcmp(before.point, after.point) == 0, seed);
            assert_int_equal(strcmp(before.curve, after.curve) == 0, seed || trade_off);
        }
    }
}

static void test_numerics(void **state) {
    (void)state;
    assert_int_equal(numerics_version(), 2);
    for (int version = 2; version <= numerics_version(); version++)
        assert_non_null(numerics_change(version));
    assert_null(numerics_change(-1));
    assert_null(numerics_change(1));
    assert_null(numerics_change(numerics_version() + 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_what_matters),
        cmocka_unit_test(test_what_does_not),
        cmocka_unit_test(test_limits_of_a_view),
        cmocka_unit_test(test_known_points_and_curves),
        cmocka_unit_test(test_points_and_curves),
        cmocka_unit_test(test_numerics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
