/* Configurations: files, names, overrides, what is kept and recorded of a good one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/command.h"
#include "tests/unit/config/config_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_files(void **state) {
    struct config_fixture *f = *state;
    struct config config;
    struct vib_error err;
    assert_int_equal(config_load(&config, f->path, NULL, 0, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, "sweep.yaml: cannot open: No such file"));
    config_fixture_assert_released(&config);
    assert_int_equal(config_load(&config, f->dir, NULL, 0, &err), VIB_EDATA);
    assert_non_null(strstr(err.message, ": cannot read: Is a directory"));
    assert_int_equal(config_load(&config, "", NULL, 0, &err), VIB_EDATA);
    assert_int_equal(config_load(&config, "/dev/zero", NULL, 0, &err), VIB_ECONFIG);
    assert_non_null(strstr(err.message, "larger than"));
    config_fixture_write_bytes(f->path, "K: 2\n", 5);
    assert_int_equal(chmod(f->path, 0), 0);
    if (geteuid() != 0) {
        assert_int_equal(config_load(&config, f->path, NULL, 0, &err), VIB_EDATA);
        assert_non_null(strstr(err.message, "cannot open: Permission denied"));
    }
}

/* As editors of Windows put one at the start of a file. */
static void test_byte_order_mark(void **state) {
    static const char *const texts[] = {"\xef\xbb\xbfK: 2\n", "\xef\xbb\xbf---\nK: 2\n"};
    static const struct bad_config bad[] = {
        {"\xef\xbb\xbf", "1:1: the configuration is empty"},
        {"\xef\xbb\xbfK: x\n", "1:4: K must be"},
    };
    struct config_fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct config config;
        struct vib_error err;
        if (config_fixture_load(f, &config, texts[i], strlen(texts[i]), &err) != 0)
            fail_msg("%s", err.message);
        assert_int_equal(config.base.job.K, 2);
        config_release(&config);
    }
    ASSERT_ERRORS(f, bad);
}

static void assert_name(struct config_fixture *f, const char *file, const char *yaml,
                        const char *name) {
    char path[400];
    struct config config;
    struct vib_error err = {0, ""};
    snprintf(path, sizeof path, "%s/%s", f->dir, file);
    config_fixture_write_bytes(path, yaml, strlen(yaml));
    int rc = config_load(&config, path, NULL, 0, &err);
    unlink(path);
    if (name) {
        assert_int_equal(rc, 0);
        assert_string_equal(config.base.name, name);
        assert_string_equal(config.path, path);
        config_release(&config);
    } else {
        assert_int_equal(rc, VIB_ECONFIG);
        assert_non_null(strstr(err.message, "so the key `name` is needed: name must be"));
    }
}

static void test_default_name(void **state) {
    assert_name(*state, "a-b.yaml", "K: 2", "a-b");
    assert_name(*state, "a.b.yml", "K: 2", "a.b");
    assert_name(*state, "plain", "K: 2", "plain");
    assert_name(*state, "x.yaml.txt", "K: 2", "x.yaml.txt");
    assert_name(*state, "with space.yaml", "K: 2", NULL);
    assert_name(*state, "with space.yaml", "name: good", "good");
    assert_name(*state, ".yaml", "K: 2", NULL);
}

/* name is NULL where the configuration is to be refused, and say `dataset.name`. */
static void assert_data_name(struct config_fixture *f, const char *yaml, const char *name,
                             bool named) {
    struct config config;
    struct vib_error err;
    const int rc = config_fixture_load(f, &config, yaml, strlen(yaml), &err);
    if (name == NULL) {
        assert_int_equal(rc, VIB_ECONFIG);
        assert_non_null(strstr(err.message, "sweep.yaml: "));
        assert_non_null(strstr(err.message, "dataset.name"));
        config_fixture_assert_released(&config);
        return;
    }
    if (rc != 0)
        fail_msg("%s", err.message);
    assert_string_equal(config.base.data.name, name);
    assert_int_equal(config.data_named, named);
    config_release(&config);
}

static void test_data_name(void **state) {
    struct config_fixture *f = *state;
    assert_data_name(f, "K: 2", "mnist", true);
    assert_data_name(f, "dataset: other", "other", true);
    assert_data_name(f, "dataset: {files: a/b.npz}", "b", false);
    assert_data_name(f, "{dataset.files: a/b.npz, dataset.name: c}", "c", true);
    assert_data_name(f, "{dataset: c, dataset.files: a/b.npz}", "c", true);
    assert_data_name(f, "dataset: {dir: /a/emnist-letters}", "emnist-letters", false);
    assert_data_name(f, "dataset: {dir: '../a b//'}", "a b", false);
    assert_data_name(f, "dataset: {dir: ~/mn}", "mn", false);
    assert_data_name(f, "dataset: {dir: .hidden}", ".hidden", false);
    assert_data_name(f, "dataset: {dir: ., name: x}", "x", true);
    assert_data_name(f, "{dataset: {dir: /a/b}, grid: {dataset.name: [x]}}", "mnist", true);
    static const char *const refused[] = {
        "dataset: {dir: .}",
        "dataset: {dir: a/..}",
        "dataset: {dir: /}",
        "dataset: {dir: '~'}",
        "dataset: {dir: /a/mixture}",
        "dataset: {dir: /1234567890123456789012345678901234567890123456789012345678901234}",
        "dataset: {dir: /a/b, name: mixture}",
        "{dataset: {dir: /a/b}, grid: {dataset.name: [mixture]}}",
        "{dataset: {dir: /a/b}, grid: {dataset.name: [x, y]}}",
        "{dataset: {dir: /a/b}, grid: {zip: {dataset.name: [x, y], K: [1, 2]}}}",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_data_name(f, refused[i], NULL, false);
}

static void assert_real(const struct key_values *values, size_t i, double expected) {
    struct settings settings;
    key_put(&settings, values->key, key_values_at(values, i));
    assert_true(key_real(&settings, values->key) == expected);
}

static void test_good_file(void **state) {
    struct config_fixture *f = *state;
    struct config config;
    struct vib_error err;
    const char *yaml =
        "\xef\xbb\xbf# comment \xc3\xa9\n"
        "name: my.sweep\n"
        "dataset: {name: mixture, dim: &d 8}\n"
        "K: *d\n"
        "model: {hidden: [7, 8], activation: tanh}\n"
        "train.lr: \"1e-3\"\n"
        "train: {epochs: 2}\n"
        "checkpoint: {every: 0}\n"
        "grid:\n"
        "  beta: {logspace: {from: 1e-6, to: 1, count: 7}}\n"
        "  seed: [1, 2]\n"
        "  exclude: [{seed: 2, beta: [1, 1e-6, .1]}]";
    if (config_fixture_load(f, &config, yaml, strlen(yaml), &err) != 0)
        fail_msg("%s", err.message);
    assert_string_equal(config.text, yaml);
    assert_string_equal(config.base.name, "my.sweep");
    assert_string_equal(config.base.data.name, "mixture");
    assert_int_equal(config.base.data.dim, 8);
    assert_int_equal(config.base.job.K, 8);
    assert_int_equal(config.base.job.n_hidden, 2);
    assert_int_equal(config.base.job.hidden[1], 8);
    assert_int_equal(config.base.job.activation, VIB_TANH);
    assert_int_equal(config.base.job.epochs, 2);
    assert_true(config.base.job.lr == 1e-3);
    assert_true(config.base.checkpoint_every_s == 0);
    assert_int_equal(config.n_axes, 2);
    assert_string_equal(config.axes[0].keys[0].key->name, "beta");
    assert_int_equal(config.axes[0].n_values, 7);
    assert_real(&config.axes[0].keys[0], 3, 0.001);
    assert_string_equal(config.axes[1].keys[0].key->name, "seed");
    assert_int_equal(config.n_exclusions, 1);
    assert_int_equal(config.exclusions[0].n_conditions, 2);
    const struct key_values *condition = &config.exclusions[0].conditions[1];
    assert_string_equal(condition->key->name, "beta");
    assert_int_equal(condition->n, 3);
    for (size_t i = 1; i < condition->n; i++)
        assert_true(key_compare(condition->key, key_values_at(condition, i - 1),
                                key_values_at(condition, i)) < 0);
    config_release(&config);
    config_fixture_assert_released(&config);
}

static void assert_set_error(struct config_fixture *f, const char *yaml, const char *set,
                             const char *expected) {
    struct config config;
    struct vib_error err = {0, ""};
    config_fixture_write_bytes(f->path, yaml, strlen(yaml));
    if (config_load(&config, f->path, &set, 1, &err) == 0)
        fail_msg("accepted: --set %s", set);
    assert_int_equal(err.code, VIB_ECONFIG);
    if (strncmp(err.message, expected, strlen(expected)) != 0 || strpbrk(err.message, "\n\r"))
        fail_msg("--set %s\n  gave '%s'\n  not  '%s'", set, err.message, expected);
    config_fixture_assert_released(&config);
}

static void test_overrides(void **state) {
    struct config_fixture *f = *state;
    const char *yaml = "grid: {zip: {K: [2], seed: [3]}, beta: [1, 2]}\n";
    static const struct bad_config bad[] = {
        {"beta", "--set beta: --set takes KEY=VALUE"},
        {"=5", "--set =5: --set takes KEY=VALUE"},
        {"", "--set : --set takes KEY=VALUE"},
        {"lr=5", "--set lr=5: unknown key 'lr'; did you mean 'train.lr'?"},
        {"banana=5", "--set banana=5: unknown key 'banana'; `vib-sweep keys`"},
        {"train={epochs: 2}", "--set train={epochs: 2}: unknown key 'train'"},
        {"grid.beta=[1]", "--set grid.beta=[1]: to sweep a key, give it a list: --set beta=[...]"},
        {"K=5", "--set K=5: K varies together with other keys in a zip (line 1)"},
        {"seed=[1, 2]", "--set seed=[1, 2]: seed varies together"},
        {"beta=x", "--set beta=x: beta must be a number of at least 0, not 'x'"},
        {"beta=", "--set beta=: beta must be a number of at least 0, not ''"},
        {"beta=[1", "--set beta=[1: not valid YAML: "},
        {"beta=[]", "--set beta=[]: the list of values for beta is empty"},
        {"beta=[1, x]", "--set beta=[1, x]: beta must be"},
        {"beta={a: 1}", "--set beta={a: 1}: the values for beta must be a list, or one of"},
        {"beta=1\n---\n2", "--set beta=1?---?2: a second document begins here"},
        {"beta=&a [*a]", "--set beta=&a [*a]: the alias 'a' contains itself"},
        {"beta=\xff", "--set beta=?: not a text in UTF-8"},
        {"name=[a, b]", "--set name=[a, b]: name belongs to the sweep as a whole"},
        {"name=", "--set name=: name must be 1 to 200"},
        {"model.hidden=5", "--set model.hidden=5: model.hidden must be a list"},
        {"beta={logspace: {from: 1, to: 2, count: 1000000000}}",
         /* the path comes first: the file's other axes count, too */ ""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_set_error(f, yaml, bad[i].yaml, bad[i].expected);
    assert_set_error(f, "K: x\n", "K=2", f->path); /* the file must be right by itself */
}

/* A section's value is that of one of its keys, wherever keys may be. */
static void test_value_of_section(void **state) {
    struct config_fixture *f = *state;
    struct config config;
    struct vib_error err = {0, ""};
    const char *sets[] = {"dataset=a", "dataset.files=b.npz"}, *swept[] = {"dataset=[a, b, c]"};
    config_fixture_write_bytes(f->path, "dataset: x", 10);
    if (config_load(&config, f->path, sets, 2, &err) != 0)
        fail_msg("%s", err.message);
    assert_string_equal(config.base.data.name, "a");
    assert_string_equal(config.base.data.files[DATA_TRAIN], "b.npz");
    config_release(&config);
    if (config_load(&config, f->path, swept, 1, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(config_values(&config, key_find("dataset.name"))->n, 3);
    config_release(&config);
    static const char grid[] = "grid: {dataset: [a, b], exclude: {dataset: b}}";
    if (config_fixture_load(f, &config, grid, sizeof grid - 1, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(config_values(&config, key_find("dataset.name"))->n, 2);
    assert_int_equal(config.n_exclusions, 1);
    config_release(&config);
}

/* What is recorded must be YAML, and mean what the file alone means. */
static void test_recorded_text(void **state) {
    struct config_fixture *f = *state;
    struct config config, again;
    struct vib_error err = {0, ""};
    const char *sets[] = {"beta=\n1e-2\r\n", "dataset.dir=",
                          ("dataset.name=\"a\xe2\x80\xa8"
                           "b\""),
                          "name=x # y"};
    config_fixture_write_bytes(f->path, "K: 2\nname: z", 12);
    if (config_load(&config, f->path, sets, 4, &err) != 0)
        fail_msg("%s", err.message);
    assert_string_equal(config.text,
                        "K: 2\nname: z\n"
                        "# --set beta=\\n1e-2\\r\\n\n"
                        "# --set dataset.dir=\n"
                        "# --set dataset.name=\"a\\Lb\"\n"
                        "# --set name=x # y\n");
    assert_true(config.base.job.beta == 1e-2);
    assert_string_equal(config.base.name, "x");
    assert_string_equal(config.base.data.dir, "");
    assert_int_equal(config_fixture_load(f, &again, config.text, strlen(config.text), &err), 0);
    assert_int_equal(again.base.job.K, 2);
    assert_string_equal(again.base.name, "z");
    assert_true(again.base.job.beta == 1e-3);
    config_release(&again);
    config_release(&config);
}

static void test_cmd_keys(void **state) {
    (void)state;
    struct vib_error err = {0, ""};
    char name[] = "keys", extra[] = "--frobnicate";
    char *argv[] = {name, extra, NULL};
    assert_int_equal(command_keys.run(2, argv, &err), VIB_EUSAGE);
    assert_non_null(strstr(err.message, "'--frobnicate'"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_files),         CONFIG_TEST(test_byte_order_mark),
        CONFIG_TEST(test_default_name),  CONFIG_TEST(test_data_name),
        CONFIG_TEST(test_good_file),     CONFIG_TEST(test_overrides),
        CONFIG_TEST(test_recorded_text), CONFIG_TEST(test_value_of_section),
        CONFIG_TEST(test_cmd_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
