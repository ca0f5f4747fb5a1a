/* How jobs and durations are called. */
#include "runner/config/label.h"
#include "runner/config/grid.h"
#include "tests/unit/config/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_duration(double seconds, const char *expected) {
    char text[32];
    label_duration(seconds, text, sizeof text);
    assert_string_equal(text, expected);
}

static void durations(void **state) {
    (void)state;
    assert_duration(0.0, "0 s");
    assert_duration(0.6, "1 s");
    assert_duration(99.4, "99 s");
    assert_duration(99.5, "2 min");
    assert_duration(720.0, "12 min");
    assert_duration(99.4 * 60.0, "99 min");
    assert_duration(99.5 * 60.0, "1 h 40 min");
    assert_duration(12000.0, "3 h 20 min");
    /* Rounded before it is divided, so that there are never 60 minutes. */
    assert_duration(7200.0 - 1.0, "2 h 0 min");
    assert_duration(47.0 * 3600.0 + 3540.0, "47 h 59 min");
    assert_duration(48.0 * 3600.0 - 1.0, "2 d 0 h");
    assert_duration(52.0 * 3600.0, "2 d 4 h");
}

static void a_duration_beyond_all_sense_is_cut(void **state) {
    char text[32];
    (void)state;
    label_duration(1e300, text, sizeof text);
    assert_int_equal(strlen(text), sizeof text - 1);
}

static void assert_label(struct config_fixture *f, const char *yaml, const char *expected) {
    struct config config;
    struct grid grid;
    struct settings settings;
    struct vib_error err;
    char text[200];
    assert_int_equal(config_fixture_load(f, &config, yaml, strlen(yaml), &err), VIB_OK);
    assert_int_equal(grid_init(&grid, &config, &err), VIB_OK);
    grid_settings(&grid, 0, &settings);
    label_job(&config, &settings, text, sizeof text);
    assert_string_equal(text, expected);
    grid_release(&grid);
    config_release(&config);
}

static void jobs(void **state) {
    struct config_fixture *f = *state;
    assert_label(f, "beta: 0.01\nK: 3\nseed: 7\n", "beta=0.01 K=3 seed=7");
    assert_label(f, "K: 3\ngrid:\n  train.lr: [0.5, 1]\n  seed: [0, 1]\n",
                 "beta=0.001 K=3 train.lr=0.5 seed=0");
    assert_label(f, "grid:\n  zip: {K: [2, 4], train.epochs: [9, 8]}\n  beta: [1e-3]\n",
                 "K=2 train.epochs=9 beta=0.001");
}

static void a_label_is_cut_to_size(void **state) {
    static const char yaml[] = "beta: 0.01\nK: 3\nseed: 7\n", whole[] = "beta=0.01 K=3 seed=7";
    struct config config;
    struct vib_error err;
    char text[sizeof whole + 1];
    assert_int_equal(config_fixture_load(*state, &config, yaml, strlen(yaml), &err), VIB_OK);
    for (size_t size = 1; size <= sizeof whole; size++) {
        memset(text, '!', sizeof text);
        label_job(&config, &config.base, text, size);
        assert_int_equal(strlen(text), size - 1);
        assert_memory_equal(text, whole, size - 1);
        assert_int_equal(text[size], '!');
    }
    config_release(&config);
}

static void keys_are_cut_to_the_number_asked_for(void **state) {
    static const char yaml[] = "grid:\n  beta: [1, 2]\n  K: [1, 2]\n  seed: [1, 2]\n";
    const struct key *found[3] = {NULL};
    struct config config;
    struct vib_error err;
    assert_int_equal(config_fixture_load(*state, &config, yaml, strlen(yaml), &err), VIB_OK);
    assert_int_equal(label_keys(&config, found, 2), 2);
    assert_string_equal(found[0]->name, "beta");
    assert_string_equal(found[1]->name, "K");
    assert_null(found[2]);
    assert_int_equal(label_keys(&config, found, 3), 3);
    assert_string_equal(found[2]->name, "seed");
    config_release(&config);
}

static void assert_keys(struct config_fixture *f, const char *yaml, const char *expected) {
    const struct key *found[8];
    struct config config;
    struct vib_error err;
    char names[200] = "";
    assert_int_equal(config_fixture_load(f, &config, yaml, strlen(yaml), &err), VIB_OK);
    const size_t n = label_keys(&config, found, 8);
    for (size_t i = 0; i < n; i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, found[i]->name);
    }
    assert_string_equal(names, expected);
    config_release(&config);
}

/* A trade-off that no job of the sweep makes is no word about its jobs. */
static void the_trade_off_is_that_of_the_methods(void **state) {
    struct config_fixture *f = *state;
    assert_keys(f, "method: vib\n", "beta K seed");
    assert_keys(f, "method: dropout\n", "K seed");
    assert_keys(f, "grid: {method: [dropout, deterministic]}\n", "K method");
    assert_keys(f, "method: vib\ngrid: {zip: {K: [1, 2], seed: [1, 2]}}\n", "beta K seed");
    assert_keys(f, "grid: {zip: {seed: [1, 2], method: [dropout, vib]}}\n", "beta K seed method");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(a_duration_beyond_all_sense_is_cut),
        CONFIG_TEST(jobs),
        CONFIG_TEST(a_label_is_cut_to_size),
        CONFIG_TEST(keys_are_cut_to_the_number_asked_for),
        CONFIG_TEST(the_trade_off_is_that_of_the_methods),
    };
    return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
