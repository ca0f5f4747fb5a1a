/* Values of every key as text and back, and how long lists may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/config_arena.h"
#include "runner/config/grid_values.h"
#include "runner/config/keys.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- every value reads back --- */

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t max_integer(const struct key *key) {
    return key->max < 0x1p63 ? (uint64_t)key->max : INT64_MAX;
}

static void assert_reads_back(const struct settings *settings, const struct key *key) {
    char text[KEY_TEXT_SIZE], again[KEY_TEXT_SIZE];
    struct settings back;
    struct vib_error err;
    settings_init(&back);
    assert_in_range(key_format(settings, key, text, sizeof text), 0, (int)sizeof text - 1);
    if (key_set(&back, key, text, &err) != 0)
        fail_msg("%s = %s: %s", key->name, text, err.message);
    assert_int_equal(key_format(&back, key, again, sizeof again), (int)strlen(text));
    assert_string_equal(again, text);
    if (key->type != KEY_STRING && memcmp(key_at(settings, key), key_at(&back, key), key_size(key)))
        fail_msg("%s = %s is another value when it is read back", key->name, text);
}

static void assert_real(struct settings *settings, const struct key *key, double value) {
    const bool above = key->flags & KEY_ABOVE_MIN ? value > key->min : value >= key->min;
    const bool whole = !(key->flags & KEY_SHARE) || value < 1 || floor(value) >= value;
    if (!isfinite(value) || !above || value > key->max || !whole)
        return;
    value += 0.0; /* minus zero is no value that key_set makes */
    key_put(settings, key, &value);
    assert_reads_back(settings, key);
}

static void try_reals(struct settings *settings, const struct key *key, uint64_t *random) {
    const double ends[] = {0,
                           key->min,
                           key->max,
                           nextafter(key->min, DBL_MAX),
                           nextafter(key->max, 0),
                           DBL_MIN,
                           4.9406564584124654e-324};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        assert_real(settings, key, ends[i]);
    for (int i = 0; i < 2000; i++) {
        const uint64_t bits = next_random(random) >> 1;
        double value;
        memcpy(&value, &bits, sizeof value);
        assert_real(settings, key, value);
        assert_real(settings, key, (double)bits * 0x1p-63);
    }
}

static void try_integers(struct settings *settings, const struct key *key, uint64_t *random) {
    const uint64_t least = (uint64_t)key->min, span = max_integer(key) - least;
    for (int i = 0; i < 2000; i++) {
        uint64_t value = least;
        if (i > 0)
            value += i == 1 ? span : next_random(random) % (span + 1);
        const size_t size = (size_t)value;
        key_put(settings, key, key->type == KEY_SEED ? (const void *)&value : &size);
        assert_reads_back(settings, key);
    }
}

static void try_choices(struct settings *settings, const struct key *key) {
    for (int i = 0; key->choices[i].name; i++) {
        key_put(settings, key, &i);
        assert_reads_back(settings, key);
    }
}

static void try_sets(struct settings *settings, const struct key *key, uint64_t *random) {
    const unsigned whole = (unsigned)((1ull << key_max_items(key)) - 1);
    for (unsigned i = 0; i < 100; i++) {
        const unsigned set = i < 2 ? i * whole : (unsigned)next_random(random) & whole;
        key_put(settings, key, &set);
        assert_reads_back(settings, key);
    }
}

static void try_widths(struct settings *settings, const struct key *key, uint64_t *random) {
    for (size_t i = 0; i < 100; i++) {
        size_t layers[1 + VIB_MAX_HIDDEN] = {i % (VIB_MAX_HIDDEN + 1)};
        for (size_t k = 1; k <= layers[0]; k++)
            layers[k] =
                i % 2 ? (size_t)key->max : (size_t)(next_random(random) % max_integer(key)) + 1;
        key_put(settings, key, layers);
        assert_reads_back(settings, key);
    }
}

static void try_strings(struct settings *settings, const struct key *key) {
    const char *const texts[] = {key->default_text, "a", "x-1._Z", "\xc3\xa9 'q' \"[,]#"};
    const size_t n = key->flags & KEY_WORD ? 3 : 4;
    for (size_t i = strlen(texts[0]) >= (size_t)key->min ? 0 : 1; i < n; i++) {
        key_put(settings, key, &texts[i]);
        assert_reads_back(settings, key);
    }
}

static void every_value_reads_back(void **state) {
    (void)state;
    uint64_t random = 88172645463325252u;
    struct settings settings;
    settings_init(&settings);
    for (size_t i = 0; i < n_keys; i++) {
        switch (keys[i].type) {
        case KEY_REAL:
            try_reals(&settings, &keys[i], &random);
            break;
        case KEY_SIZE:
        case KEY_SEED:
            try_integers(&settings, &keys[i], &random);
            break;
        case KEY_CHOICE:
            try_choices(&settings, &keys[i]);
            break;
        case KEY_STRING:
            try_strings(&settings, &keys[i]);
            break;
        case KEY_WIDTHS:
            try_widths(&settings, &keys[i], &random);
            break;
        case KEY_SET:
            try_sets(&settings, &keys[i], &random);
            break;
        }
    }
}

/* --- how long a list may be --- */

static const struct key_choice letters[] = {{"a", ""}, {"b", ""}, {"c", ""},   {"d", ""}, {"e", ""},
                                            {"f", ""}, {"g", ""}, {"h", ""},   {"i", ""}, {"j", ""},
                                            {"k", ""}, {"l", ""}, {NULL, NULL}};
static const struct key letter_set = {.name = "letters",
                                      .type = KEY_SET,
                                      .field = offsetof(struct settings, job.bounds),
                                      .default_text = "[]",
                                      .choices = letters,
                                      .help = ""};

/* Reads the YAML as a value of the key. */
static int read_value(const struct key *key, const char *yaml, struct settings *settings,
                      struct vib_error *err) {
    struct yaml_doc doc;
    struct config_arena *arena = config_arena_new();
    assert_non_null(arena);
    assert_int_equal(yaml_doc_load(&doc, "text", true, yaml, strlen(yaml), err), 0);
    const int rc = value_set(settings, &doc, yaml_doc_root(&doc), key, arena, err);
    yaml_doc_release(&doc);
    config_arena_free(arena);
    return rc;
}

static void assert_refused(const struct key *key, const char *yaml, const char *message) {
    struct settings settings;
    struct vib_error err;
    if (read_value(key, yaml, &settings, &err) == 0)
        fail_msg("accepted: %s", yaml);
    assert_int_equal(err.code, VIB_ECONFIG);
    assert_string_equal(err.message, message);
}

/* A set may hold as many names as there are, whatever the most hidden layers are. */
static void the_longest_list_is_the_key_s(void **state) {
    (void)state;
    struct settings settings;
    struct vib_error err;
    char text[KEY_TEXT_SIZE];
    settings_init(&settings);
    assert_int_equal(key_max_items(&letter_set), 12);
    assert_int_equal(
        read_value(&letter_set, "[l, k, j, i, h, g, f, e, d, c, b, a]", &settings, &err), 0);
    assert_int_equal(settings.job.bounds, 0xfff);
    key_format(&settings, &letter_set, text, sizeof text);
    assert_string_equal(text, "[a, b, c, d, e, f, g, h, i, j, k, l]");
    assert_reads_back(&settings, &letter_set);
    assert_refused(&letter_set, "[l, k, j, i, h, g, f, e, d, c, b, a, a]",
                   "text:1:1: letters must be a list of at most 12 different names among a, b, c, "
                   "d, e, f, g, h, i, j, k, l, not 13");
    assert_refused(&letter_set, "[a, b, c, d, e, f, g, h, a]",
                   "text:1:1: letters must be a list of at most 12 different names among a, b, c, "
                   "d, e, f, g, h, i, j, k, l, not '[a, b, c, d, e, f, g, h, a]'");
    assert_refused(key_find("model.hidden"), "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
                   "text:1:1: model.hidden must be a list of at most 8 whole numbers from 1 to "
                   "65536, not 9");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_reads_back),
        cmocka_unit_test(the_longest_list_is_the_key_s),
    };
    return cmocka_run_group_tests_name("key_texts", tests, NULL, NULL);
}
