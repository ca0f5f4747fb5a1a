/* How jobs and durations are called. */
#include "runner/config/label.h"
#include "runner/config/grid.h"
#include "tests/unit/config/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
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
    assert_duration(1e-9, "<1 s");
    assert_duration(0.49, "<1 s");
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

static void work(void **state) {
    char text[32];
    (void)state;
    assert_string_equal(label_work(0.795, text, sizeof text), "0.795 core-seconds");
    assert_string_equal(label_work(35.9, text, sizeof text), "35.9 core-seconds");
    assert_string_equal(label_work(36.0, text, sizeof text), "0.01 core-hours");
    assert_string_equal(label_work(43200.0, text, sizeof text), "12 core-hours");
    (void)label_work(1e300, text, sizeof text);
    assert_string_equal(text, "2.78e+296 core-hours");
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
    struct label label;
    char text[200];
    config_fixture_load_grid(f, &config, &grid, yaml);
    grid_settings(&grid, 0, &settings);
    label_init(&label, &config);
    label_job(&label, &settings, text, sizeof text);
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
    struct label label;
    char text[sizeof whole + 1];
    assert_int_equal(config_fixture_load(*state, &config, yaml, strlen(yaml), &err), VIB_OK);
    label_init(&label, &config);
    for (size_t size = 1; size <= sizeof whole; size++) {
        memset(text, '!', sizeof text);
        label_job(&label, &config.base, text, size);
        assert_int_equal(strlen(text), size - 1);
        assert_memory_equal(text, whole, size - 1);
        assert_int_equal(text[size], '!');
    }
    config_release(&config);
}

static void a_label_is_cut_after_a_whole_character(void **state) {
    static const char yaml[] = "grid: {dataset.name: [\u624b\u5199]}\n";
    struct config config;
    struct label label;
    struct vib_error err;
    char text[64];
    assert_int_equal(config_fixture_load(*state, &config, yaml, strlen(yaml), &err), VIB_OK);
    label_init(&label, &config);
    const struct settings settings = {.data.name = "\u624b\u5199", .job = config.base.job};
    label_job(&label, &settings, text, sizeof "beta=0.001 K=256 dataset.name=\u624b\u5199" - 1);
    assert_string_equal(text, "beta=0.001 K=256 dataset.name=\u624b");
    config_release(&config);
}

static void assert_keys(struct config_fixture *f, const char *yaml, const char *expected) {
    struct label label;
    struct config config;
    struct vib_error err;
    char names[200] = "";
    assert_int_equal(config_fixture_load(f, &config, yaml, strlen(yaml), &err), VIB_OK);
    label_init(&label, &config);
    for (size_t i = 0; i < label.n; i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, label.keys[i]->name);
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

/* The values of the i-th key at the points of the grid, from the first on. */
static void assert_values(struct config_fixture *f, const char *yaml, size_t i,
                          const char *expected) {
    struct config config;
    struct grid grid;
    struct label label;
    char texts[KEY_TEXT_SIZE * 4] = "";
    config_fixture_load_grid(f, &config, &grid, yaml);
    label_init(&label, &config);
    for (size_t point = 0; point < grid.n; point++) {
        struct settings settings;
        char text[KEY_TEXT_SIZE];
        grid_settings(&grid, point, &settings);
        label_value(&label, i, &settings, text);
        strcat(texts, point > 0 ? " " : "");
        strcat(texts, text);
    }
    assert_string_equal(texts, expected);
    grid_release(&grid);
    config_release(&config);
}

static void values_that_differ_look_different(void **state) {
    struct config_fixture *f = *state;
    assert_values(f, "grid: {beta: [0.1, 0.33333333333333331, 1e-6]}", 1, "0.1 0.3333 1e-06");
    assert_values(f, "grid: {beta: [0.1, 0.100002, 0.100001]}", 1, "0.1 0.100002 0.100001");
    assert_values(f, "grid: {beta: [0.1, 0.10000000000000002]}", 1, "0.1 0.10000000000000002");
    assert_values(f, "grid: {zip: {K: [2, 3], train.lr: [1.00001e-3, 1.00002e-3]}}", 2,
                  "0.00100001 0.00100002");
    /* In a sweep alone they have nothing to be told from. */
    assert_values(f, "beta: 0.12345678", 0, "0.1235");
#define LONG "123456789 123456789 123456789 123456789 123456789 123456789"
    assert_values(f, "grid: {dataset.name: [" LONG " a, " LONG " b]}", 2, LONG " a " LONG " b");
#undef LONG
}

/* Also where every key that can be swept is. */
static void every_key_has_room(void **state) {
    struct config config;
    struct label label;
    struct vib_error err;
    char yaml[4096] = "grid:\n";
    size_t n = 0;
    for (size_t i = 0; i < n_keys; i++) {
        if (keys[i].flags & KEY_SWEEP)
            continue;
        const size_t used = strlen(yaml);
        snprintf(yaml + used, sizeof yaml - used, "  %s: [%s]\n", keys[i].name,
                 keys[i].default_text);
        n++;
    }
    assert_int_equal(config_fixture_load(*state, &config, yaml, strlen(yaml), &err), VIB_OK);
    label_init(&label, &config);
    assert_int_equal(label.n, n);
    config_release(&config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(work),
        cmocka_unit_test(a_duration_beyond_all_sense_is_cut),
        CONFIG_TEST(jobs),
        CONFIG_TEST(a_label_is_cut_to_size),
        CONFIG_TEST(a_label_is_cut_after_a_whole_character),
        CONFIG_TEST(the_trade_off_is_that_of_the_methods),
        CONFIG_TEST(values_that_differ_look_different),
        CONFIG_TEST(every_key_has_room),
    };
    return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
