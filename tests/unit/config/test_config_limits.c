/* Configurations made to exhaust time or memory, and random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner/config/yaml_doc.h"
#include "tests/unit/config/config_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Processor time, which other tests beside this one do not stretch. */
static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static long peak_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Loose enough for a sanitizer's build; what they must catch is orders above. */
enum { MAX_SECONDS = 5, MAX_GROWTH_KIB = 400 * 1024 };

static void test_huge_grids(void **state) {
    static const struct bad_config bad[] = {
        {"grid:\n  beta: {linspace: {from: 0, to: 1, count: 1000}}\n"
         "  seed: {range: {from: 1, to: 1000, step: 1}}\n"
         "  K: {range: {from: 1, to: 1000, step: 1}}\n",
         "2:3: the grid has 1000000000 points (beta 1000 x seed 1000 x K 1000); at most 1000000 "
         "are possible"},
        {"grid: {beta: {logspace: {from: 1, to: 2, count: 1000000000}}}",
         "1:7: the grid has 1000000000 points (beta 1000000000); at most"},
        {"grid: {beta: {linspace: {from: 1, to: 2, count: 99999999999999999999999}}}",
         "1:7: the grid has more than 18446744073709551615 points"},
        {"grid: {beta: {range: {from: 0, to: 1, step: 1e-9}}}", "1:7: the grid has 1000000001 po"},
        {"grid: {beta: {range: {from: 0, to: 1e29, step: 1}}}", "1:7: the grid has more than 1844"},
        {"grid: {beta: {range: {from: 1, to: 4294967296, step: 1}},\n"
         " train.lr: {range: {from: 1, to: 4294967296, step: 1}}}",
         "1:7: the grid has more than 18446744073709551615 points (beta 4294967296 x train.lr "},
        {"grid: {seed: {range: {from: 0, to: 1000000, step: 1}}}", "1:7: the grid has 1000001 poi"},
        {"grid: {zip: {seed: {range: {from: 1, to: 2000000, step: 1}}}}", "1:7: the grid has 2000"},
    };
    double start = seconds();
    long before = peak_kib();
    ASSERT_ERRORS(*state, bad);
    assert_true(seconds() - start < MAX_SECONDS);
    assert_true(peak_kib() - before < MAX_GROWTH_KIB / 10);
}

/* Appends `text` n times to the string in a buffer of YAML_DOC_MAX_BYTES + 100. */
static void repeat(char *buffer, const char *text, size_t n) {
    char *end = buffer + strlen(buffer);
    for (size_t i = 0; i < n; i++) {
        strcpy(end, text);
        end += strlen(text);
    }
}

static void assert_bomb(struct config_fixture *f, const char *yaml, const char *expected) {
    double start = seconds();
    config_fixture_assert_error(f, yaml, expected);
    assert_true(seconds() - start < MAX_SECONDS);
}

static void test_bombs(void **state) {
    struct config_fixture *f = *state;
    long before = peak_kib();
    char *yaml = malloc(YAML_DOC_MAX_BYTES + 100);
    assert_non_null(yaml);

    strcpy(yaml, "beta: ");
    repeat(yaml, "[", 500000);
    assert_bomb(f, yaml, "1:38: nested deeper than 32 levels");
    strcpy(yaml, "");
    repeat(yaml, "{a: ", 200000);
    assert_bomb(f, yaml, "1:129: nested deeper than 32 levels");
    strcpy(yaml, "beta: ");
    repeat(yaml, "- ", 500);
    assert_bomb(f, yaml, "1:7: not valid YAML: block sequence entries are not allowed");
    strcpy(yaml, "");
    repeat(yaml, "? ", 500000);
    assert_bomb(f, yaml, "1:65: nested deeper than 32 levels");

    strcpy(yaml, "grid: {beta: [");
    repeat(yaml, "1,", 400000);
    strcat(yaml, "]}");
    assert_bomb(f, yaml, "1:400005: more than 200000 values");
    strcpy(yaml, "grid: {beta: [&a 1,");
    repeat(yaml, "*a,", 300000);
    strcat(yaml, "]}");
    assert_bomb(f, yaml, "1:600002: more than 200000 values");
    strcpy(yaml, "grid: {beta: [");
    for (int i = 0; i < 3000; i++)
        sprintf(yaml + strlen(yaml), "&a%d 1,", i);
    strcat(yaml, "]}");
    assert_bomb(f, yaml, "1:1953: more than 256 anchors");

    /* A billion laughs: each level repeats the one before ten times. */
    strcpy(yaml, "grid:\n  beta:\n    - &l0 [1,1,1,1,1,1,1,1,1,1]\n");
    for (int i = 1; i < 30; i++) {
        sprintf(yaml + strlen(yaml), "    - &l%d [", i);
        for (int j = 0; j < 10; j++)
            sprintf(yaml + strlen(yaml), "%s*l%d", j ? "," : "", i - 1);
        strcat(yaml, "]\n");
    }
    assert_bomb(f, yaml, "3:7: beta must be a number of at least 0, not a list");
    strcpy(strstr(yaml, "beta"), "model.hidden:\n    - &l0 [1,1]\n    - &l1 [*l0,*l0]\n");
    assert_bomb(f, yaml, "3:7: model.hidden must be a list");

    /* Two levels of aliases that would make 10^10 excluded values. */
    strcpy(yaml, "grid:\n  beta: [1]\n  exclude:\n    - &e {beta: &l [");
    repeat(yaml, "1,", 90000);
    strcat(yaml, "]}\n");
    repeat(yaml, "    - *e\n", 9000);
    assert_bomb(f, yaml, "4:17: more than 100000 values under exclude");
    strcpy(yaml, "grid:\n  beta: [1]\n  exclude:\n    - &e {beta: 1}\n");
    repeat(yaml, "    - *e\n", 11000);
    assert_bomb(f, yaml, "4:5: more than 10000 entries under exclude");

    strcpy(yaml, "beta: 1");
    repeat(yaml, "0", 500000);
    assert_bomb(f, yaml, "1:7: beta must be a number of at least 0, not '1000");
    strcpy(yaml, "");
    repeat(yaml, "k", 500000);
    strcat(yaml, ": 1");
    assert_bomb(f, yaml, "1:");
    strcpy(yaml, "K: 2\n");
    repeat(yaml, "# pad\n", YAML_DOC_MAX_BYTES / 6);
    struct config config;
    struct vib_error err;
    assert_int_equal(config_fixture_load(f, &config, yaml, strlen(yaml), &err), VIB_ECONFIG);
    assert_non_null(strstr(err.message, "larger than 1048576 bytes"));
    free(yaml);
    assert_true(peak_kib() - before < MAX_GROWTH_KIB);
}

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* One edit at a random place; returns the new size. Digits mostly stay digits, so that the edits
 * reach the checks of values and not only libyaml's. */
static size_t edit(char *yaml, size_t size, uint32_t *state) {
    static const char alphabet[] = "[]{}:,&*-#'\"\\|>?!%@ \n\t\r019.eE+axz\x01\x7f\xc3\xa9\xff";
    size_t at = next_random(state) % size, other = next_random(state) % size;
    char c = alphabet[next_random(state) % (sizeof alphabet - 1)];
    uint32_t kind = next_random(state) % 32;
    if (kind == 0)
        return at + 1;
    if (kind < 6 && size > 1) {
        memmove(yaml + at, yaml + at + 1, size - at - 1);
        return size - 1;
    }
    if (kind < 12) {
        memmove(yaml + at + 1, yaml + at, size - at);
        yaml[at] = c;
        return size + 1;
    }
    if (kind < 16)
        yaml[at] = yaml[other];
    else if (kind < 20)
        yaml[at] = c;
    else if (yaml[at] >= '0' && yaml[at] <= '9')
        yaml[at] = (char)('0' + next_random(state) % 10);
    return size;
}

/* Random edits of a good file: accepted or refused in one line, without a crash or a leak. */
static void test_fuzz(void **state) {
    struct config_fixture *f = *state;
    static const char good[] =
        "name: fuzz\n"
        "dataset: {name: mixture, dim: &d 8}\n"
        "K: *d\n"
        "train.lr: 1e-3\n"
        "model: {hidden: [7, 8]}\n"
        "grid:\n"
        "  beta: {logspace: {from: 1e-3, to: 1, count: 4}}\n"
        "  zip: {seed: [1, 2], train.epochs: [3, 4]}\n"
        "  evaluate.every: {range: {from: 1, to: 9, step: 2}}\n"
        "  exclude: [{seed: 2, beta: [1, 1e-3]}]\n";
    uint32_t random = 12345;
    int accepted = 0, refused = 0;
    for (int i = 0; i < 4000; i++) {
        char yaml[sizeof good + 8];
        size_t size = sizeof good - 1;
        struct config config;
        struct vib_error err;
        memcpy(yaml, good, size);
        for (int edits = i % 4; edits >= 0; edits--)
            size = edit(yaml, size, &random);
        if (config_fixture_load(f, &config, yaml, size, &err) == 0) {
            accepted++;
            config_release(&config);
            continue;
        }
        refused++;
        assert_int_equal(err.code, VIB_ECONFIG);
        assert_true(err.message[0] != '\0');
        assert_null(strpbrk(err.message, "\n\r"));
        config_fixture_assert_released(&config);
    }
    assert_true(accepted > 500 && refused > 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_huge_grids),
        CONFIG_TEST(test_bombs),
        CONFIG_TEST(test_fuzz),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
