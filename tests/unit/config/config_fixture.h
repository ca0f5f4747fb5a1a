/* For tests of configurations: a folder with one file, and what a refused one must look like. */
#ifndef TESTS_CONFIG_CONFIG_FIXTURE_H
#define TESTS_CONFIG_CONFIG_FIXTURE_H

#include "runner/config/grid.h"
#include "tests/unit/base/folder.h"

#include <stddef.h>

struct config_fixture {
    char dir[FOLDER_SIZE], path[300];
};

/* Of each cmocka test, whose state is the fixture. */
int config_fixture_setup(void **state);
int config_fixture_teardown(void **state);

void config_fixture_write_bytes(const char *path, const char *bytes, size_t size);

/* Writes the file and loads it, without overrides. */
int config_fixture_load(struct config_fixture *f, struct config *config, const char *yaml,
                        size_t size, struct vib_error *err);

/* Fails the test unless the text is a configuration with a grid; both are the caller's. */
void config_fixture_load_grid(struct config_fixture *f, struct config *config, struct grid *grid,
                              const char *yaml);

void config_fixture_assert_released(const struct config *config);

/* Fails the test unless the text is refused with VIB_ECONFIG and a one-line message that begins
 * with the path, a colon and `expected`: "line:column: ...". */
void config_fixture_assert_error_bytes(struct config_fixture *f, const char *yaml, size_t size,
                                       const char *expected);
void config_fixture_assert_error(struct config_fixture *f, const char *yaml, const char *expected);

struct bad_config {
    const char *yaml, *expected;
};

void config_fixture_assert_errors(struct config_fixture *f, const struct bad_config *bad, size_t n);
#define ASSERT_ERRORS(f, bad) config_fixture_assert_errors(f, bad, sizeof(bad) / sizeof(bad)[0])

#define CONFIG_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, config_fixture_setup, config_fixture_teardown)

#endif
