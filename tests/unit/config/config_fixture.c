#include "tests/unit/config/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int config_fixture_setup(void **state) {
    struct config_fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    make_folder(f->dir);
    snprintf(f->path, sizeof f->path, "%s/sweep.yaml", f->dir);
    *state = f;
    return 0;
}

int config_fixture_teardown(void **state) {
    struct config_fixture *f = *state;
    remove_folder(f->dir);
    free(f);
    return 0;
}

/* A new file each time: some file systems flush one that is truncated and written again. */
void config_fixture_write_bytes(const char *path, const char *bytes, size_t size) {
    unlink(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

int config_fixture_load(struct config_fixture *f, struct config *config, const char *yaml,
                        size_t size, struct vib_error *err) {
    config_fixture_write_bytes(f->path, yaml, size);
    memset(err, 0, sizeof *err);
    return config_load(config, f->path, NULL, 0, err);
}

void config_fixture_load_grid(struct config_fixture *f, struct config *config, struct grid *grid,
                              const char *yaml) {
    struct vib_error err;
    if (config_fixture_load(f, config, yaml, strlen(yaml), &err) != 0 ||
        grid_init(grid, config, &err) != 0)
        fail_msg("%s", err.message);
}

void config_fixture_assert_released(const struct config *config) {
    static const struct config zero;
    assert_memory_equal(config, &zero, sizeof zero);
}

void config_fixture_assert_error_bytes(struct config_fixture *f, const char *yaml, size_t size,
                                       const char *expected) {
    struct config config;
    struct vib_error err;
    char start[1100];
    if (config_fixture_load(f, &config, yaml, size, &err) == 0)
        fail_msg("accepted: %.200s", yaml);
    assert_int_equal(err.code, VIB_ECONFIG);
    snprintf(start, sizeof start, "%s:%s", f->path, expected);
    if (strncmp(err.message, start, strlen(start)) != 0 || strpbrk(err.message, "\n\r"))
        fail_msg("%.200s\n  gave '%s'\n  not  '%s'", yaml, err.message, start);
    config_fixture_assert_released(&config);
}

void config_fixture_assert_error(struct config_fixture *f, const char *yaml, const char *expected) {
    config_fixture_assert_error_bytes(f, yaml, strlen(yaml), expected);
}

void config_fixture_assert_errors(struct config_fixture *f, const struct bad_config *bad,
                                  size_t n) {
    for (size_t i = 0; i < n; i++)
        config_fixture_assert_error(f, bad[i].yaml, bad[i].expected);
}
