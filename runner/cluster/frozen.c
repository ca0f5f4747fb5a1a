#include "runner/cluster/frozen.h"

#include "core/sha256.h"
#include "runner/base/quote.h"
#include "runner/cluster/folder.h"
#include "runner/config/config_text.h"
#include "runner/config/config_write.h"
#include "runner/config/grid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char title[] = "# Frozen by vib-sweep slurm, whose tasks check these digests.\n";
static const char program_line[] = "# program ", data_line[] = "# data ";
static const char config_line[] = "# configuration, from the next line on: ";

static int digest_program(char digest[VIB_SHA256_TEXT], struct vib_error *err) {
    static const char path[] = "/proc/self/exe";
    unsigned char bytes[1 << 14];
    struct vib_sha256 hash;
    size_t n;
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return vib_error_set(err, VIB_EIO, "cannot open %s: %s", path, strerror(errno));
    vib_sha256_init(&hash);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        vib_sha256_add(&hash, bytes, n);
    const bool failed = ferror(file) != 0;
    fclose(file);
    vib_sha256_end(&hash, digest);
    return failed ? vib_error_set(err, VIB_EIO, "cannot read %s", path) : VIB_OK;
}

static void digest_text(char digest[VIB_SHA256_TEXT], const char *text) {
    struct vib_sha256 hash;
    vib_sha256_init(&hash);
    vib_sha256_add(&hash, text, strlen(text));
    vib_sha256_end(&hash, digest);
}

/* --- writing --- */

static char *config_yaml(const struct config *config) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    config_write(out, config);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

int frozen_write(const char *path, const struct config *config, const struct data_cache *cache,
                 struct vib_error *err) {
    char program[VIB_SHA256_TEXT], digest[VIB_SHA256_TEXT];
    struct atomic_file file;
    int rc = digest_program(program, err);
    if (rc != VIB_OK)
        return rc;
    char *text = config_yaml(config);
    if (text == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    digest_text(digest, text);
    rc = folder_open_file(&file, path, err);
    if (rc == VIB_OK) {
        fprintf(file.stream, "%s%s%s\n", title, program_line, program);
        for (size_t i = 0; i < data_cache_n(cache); i++)
            fprintf(file.stream, "%s%s %s\n", data_line, data_cache_at(cache, i)->digest,
                    data_cache_at(cache, i)->name);
        fprintf(file.stream, "%s%s\n%s", config_line, digest, text);
        rc = atomic_file_commit(&file, err);
    }
    free(text);
    return rc;
}

/* --- checking --- */

/* Cuts the line at *at off and steps behind it; NULL unless it begins so. What follows that. */
static char *next_line(char **at, const char *begin) {
    const size_t length = strlen(begin);
    if (strncmp(*at, begin, length) != 0)
        return NULL;
    char *rest = *at + length;
    char *end = strchr(rest, '\n');
    *at = end != NULL ? end + 1 : rest + strlen(rest);
    if (end != NULL)
        *end = '\0';
    return rest;
}

static int check_program(const char *wanted, struct vib_error *err) {
    char digest[VIB_SHA256_TEXT];
    int rc = digest_program(digest, err);
    if (rc != VIB_OK || strcmp(digest, wanted) == 0)
        return rc;
    return vib_error_set(err, VIB_EUSAGE,
                         "this program (digest %s) is not the one that submitted the sweep (%s); "
                         "to go on with this one, run vib-sweep slurm again",
                         digest, wanted);
}

/* The data sets of the points, in their order, held against the lines. */
static int check_data(const struct config *config, char **lines, struct vib_error *err) {
    struct grid grid;
    struct data_cache *cache = NULL;
    const struct vib_dataset *data;
    size_t known = 0;
    int rc = grid_init(&grid, config, err);
    if (rc == VIB_OK && data_cache_new(&cache, 0) != VIB_OK)
        rc = vib_error_set(err, VIB_ENOMEM, "out of memory");
    for (size_t i = 0; i < grid.n && rc == VIB_OK; i++) {
        struct settings settings;
        grid_settings(&grid, i, &settings);
        rc = data_cache_get(cache, &settings.data, &data, err);
        if (rc != VIB_OK || data_cache_n(cache) == known)
            continue;
        const char *wanted = next_line(lines, data_line);
        const size_t length = strlen(data->digest);
        char quoted[QUOTE_SIZE];
        known = data_cache_n(cache);
        if (wanted == NULL || strncmp(wanted, data->digest, length) != 0)
            rc = vib_error_set(
                err, VIB_EDATA,
                "data set %s (digest %s) is not what the sweep was submitted with (%.*s)",
                quote(quoted, data->name), data->digest, (int)length, wanted != NULL ? wanted : "");
    }
    data_cache_free(cache);
    grid_release(&grid);
    return rc;
}

static int check_config(const char *path, const char *wanted, const char *yaml,
                        struct vib_error *err) {
    char digest[VIB_SHA256_TEXT];
    digest_text(digest, yaml);
    if (strcmp(digest, wanted) == 0)
        return VIB_OK;
    return vib_error_set(
        err, VIB_ECONFIG,
        "%s (digest %s) was altered since the sweep was submitted (%s); run vib-sweep slurm again",
        path, digest, wanted);
}

static int no_frozen(const char *path, struct vib_error *err) {
    return vib_error_set(err, VIB_ECONFIG,
                         "%s is no configuration that vib-sweep slurm has frozen; run vib-sweep "
                         "slurm again",
                         path);
}

/* Takes the text apart: program and configuration come before the data, which takes longer. */
static int check_text(const char *path, char *text, struct vib_error *err) {
    struct config config;
    char *at = text;
    if (strncmp(at, title, strlen(title)) != 0)
        return no_frozen(path, err);
    at += strlen(title);
    const char *program = next_line(&at, program_line);
    char *data = at;
    while (strncmp(at, data_line, strlen(data_line)) == 0)
        at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : at + strlen(at);
    const char *wanted = next_line(&at, config_line);
    if (program == NULL || wanted == NULL)
        return no_frozen(path, err);
    int rc = check_config(path, wanted, at, err);
    if (rc == VIB_OK)
        rc = check_program(program, err);
    if (rc == VIB_OK)
        rc = config_load(&config, path, NULL, 0, err);
    if (rc != VIB_OK)
        return rc;
    rc = check_data(&config, &data, err);
    config_release(&config);
    return rc;
}

int frozen_check(const char *path, struct vib_error *err) {
    char *text = NULL;
    size_t size;
    int rc = config_text_read(path, &text, &size, err);
    if (rc == VIB_OK)
        rc = check_text(path, text, err);
    free(text);
    return rc;
}
