/* Configurations that are written and read back: the same points in the same order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/config_write.h"
#include "runner/config/grid.h"
#include "tests/unit/config/config_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *write_text(const struct config *config) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    config_write(out, config);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_same_points(const struct config *a, const struct config *b) {
    struct grid grids[2];
    struct vib_error err;
    assert_int_equal(grid_init(&grids[0], a, &err), 0);
    assert_int_equal(grid_init(&grids[1], b, &err), 0);
    assert_int_equal(grids[0].n, grids[1].n);
    for (size_t i = 0; i < grids[0].n; i++) {
        struct settings left, right;
        grid_settings(&grids[0], i, &left);
        grid_settings(&grids[1], i, &right);
        for (size_t k = 0; k < n_keys; k++)
            if (key_compare(&keys[k], key_at(&left, &keys[k]), key_at(&right, &keys[k])) != 0)
                fail_msg("point %zu differs in %s", i, keys[k].name);
    }
    grid_release(&grids[0]);
    grid_release(&grids[1]);
}

/* What the file says with these overrides is also what is written says. */
static void assert_round_trip(const char *path, const char *const *sets, size_t n_sets) {
    char written_path[FOLDER_SIZE + 16], folder[FOLDER_SIZE];
    struct config config, again;
    struct vib_error err;
    make_folder(folder);
    snprintf(written_path, sizeof written_path, "%s/other.yaml", folder);
    if (config_load(&config, path, sets, n_sets, &err) != 0)
        fail_msg("%s", err.message);
    char *text = write_text(&config);
    config_fixture_write_bytes(written_path, text, strlen(text));
    if (config_load(&again, written_path, NULL, 0, &err) != 0)
        fail_msg("%s in\n%s", err.message, text);
    assert_same_points(&config, &again);
    assert_int_equal(config.data_named, again.data_named);
    char *twice = write_text(&again);
    assert_string_equal(text, twice);
    free(twice);
    free(text);
    config_release(&config);
    config_release(&again);
    remove_folder(folder);
}

static void test_own_files(void **state) {
    (void)state;
    assert_round_trip("configs/quickstart.yaml", NULL, 0);
    assert_round_trip("configs/mnist.yaml", NULL, 0);
    assert_round_trip("configs/figure2.yaml", NULL, 0);
    const char *const sets[] = {"K=2", "seed={range: {from: 0, to: 4, step: 1}}", "train.lr=1e-5"};
    assert_round_trip("configs/mnist.yaml", sets, 3);
}

static const char *const texts[] = {
    "K: 2\n",
    "dataset: {dir: \"/a/with \\\\ and more\"}\n",
    "dataset: {dir: \"/a/it's # 1\\u00e4\"}\ngrid: {beta: [0.1, 1e-7, 0.30000000000000004]}\n",
    "dataset: {dir: /a/b, name: c}\n",
    "grid: {beta: {logspace: {from: 1e-6, to: 1, count: 19}}, seed: {range: {from: 0, to: 9, "
    "step: 3}}}\n",
    "model.hidden: []\n",
    "grid: {model.hidden: [[1024, 1024], [512], []]}\n",
    "grid:\n  beta: [1, 2]\n  zip: {K: [2, 256], train.epochs: [100, 200]}\n  seed: [3, 1]\n",
    "grid:\n  zip: [{K: [2, 3], beta: [1, 2]}, {seed: [5, 6], train.epochs: [7, 8]}]\n"
    "  exclude: [{K: 2, seed: [5, 6], beta: 1}, {train.epochs: 8}]\n",
};

static void test_texts(void **state) {
    struct config_fixture *f = *state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        config_fixture_write_bytes(f->path, texts[i], strlen(texts[i]));
        assert_round_trip(f->path, NULL, 0);
    }
}

/* An override may fix what `exclude` names, or add an axis beside a zip. */
static void test_overrides(void **state) {
    static const char *const excluded = "grid: {K: [2, 3], beta: [1, 2], exclude: {K: 2, beta: 1}}";
    static const char *const zipped = "grid: {zip: {K: [2, 3], beta: [1, 2]}}";
    const char *const fixed[] = {"K=2"}, *const added[] = {"seed=[4, 1]"};
    const char *const both[] = {"K=2", "beta=2"};
    struct config_fixture *f = *state;
    config_fixture_write_bytes(f->path, excluded, strlen(excluded));
    assert_round_trip(f->path, fixed, 1);
    assert_round_trip(f->path, added, 1);
    assert_round_trip(f->path, both, 2);
    config_fixture_write_bytes(f->path, zipped, strlen(zipped));
    assert_round_trip(f->path, added, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_own_files),
        CONFIG_TEST(test_texts),
        CONFIG_TEST(test_overrides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
