#include "runner/config/config_text.h"

#include "runner/config/yaml_doc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bounded, because the path may name an endless device. */
static int read_stream(FILE *file, const char *path, char **text, size_t *size,
                       struct vib_error *err) {
    char *buffer = malloc(YAML_DOC_MAX_BYTES + 1);
    if (!buffer)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    size_t length = fread(buffer, 1, YAML_DOC_MAX_BYTES + 1, file);
    int rc = 0;
    if (ferror(file))
        rc = vib_error_set(err, VIB_EDATA, "%s: cannot read: %s", path, strerror(errno));
    else if (length > YAML_DOC_MAX_BYTES)
        rc = vib_error_set(err, VIB_ECONFIG, "%s: larger than %d bytes, which no configuration is",
                           path, (int)YAML_DOC_MAX_BYTES);
    if (rc != 0) {
        free(buffer);
        return rc;
    }
    buffer[length] = '\0';
    *text = buffer;
    *size = length;
    return 0;
}

/* The name of a file that is there, where it ends in .yml, or in nothing, instead of .yaml, and so
 * on; NULL when there is none, or no memory. */
static char *find_near(const char *path) {
    static const char *const ends[] = {".yaml", ".yml"};
    size_t stem = strlen(path);
    for (size_t i = 0; i < 2; i++)
        if (stem > strlen(ends[i]) && strcmp(path + stem - strlen(ends[i]), ends[i]) == 0)
            stem -= strlen(ends[i]);
    for (size_t i = 0; i < 2; i++) {
        char *near;
        if (asprintf(&near, "%.*s%s", (int)stem, path, ends[i]) < 0)
            return NULL;
        if (access(near, R_OK) == 0)
            return near;
        free(near);
    }
    return NULL;
}

static int cannot_open(const char *path, int reason, struct vib_error *err) {
    char *near = reason == ENOENT ? find_near(path) : NULL;
    const int rc = vib_error_set(err, reason == ENOMEM ? VIB_ENOMEM : VIB_EDATA,
                                 "%s: cannot open: %s%s%s%s", path, strerror(reason),
                                 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    free(near);
    return rc;
}

/* What people name in place of a configuration. */
static int refuse_other(const char *path, const char *text, size_t size, struct vib_error *err) {
    static const char database[] = "SQLite format 3", archive[] = "PK\3\4";
    if (size >= sizeof database && memcmp(text, database, sizeof database) == 0)
        return vib_error_set(
            err, VIB_ECONFIG,
            "%s is a database, not a configuration: vib-sweep status tells how far "
            "its sweep is, vib-sweep export what it found",
            path);
    if (size >= sizeof archive && memcmp(text, archive, sizeof archive - 1) == 0)
        return vib_error_set(err, VIB_ECONFIG,
                             "%s is an archive, not a configuration; if it holds data, vib-sweep "
                             "data looks at them, and dataset.dir names them in a configuration",
                             path);
    return 0;
}

int config_text_read(const char *path, char **text, size_t *size, struct vib_error *err) {
    FILE *file = fopen(path, "rbe");
    if (!file)
        return cannot_open(path, errno, err);
    int rc = read_stream(file, path, text, size, err);
    fclose(file);
    if (rc == 0 && (rc = refuse_other(path, *text, *size, err)) != 0) {
        free(*text);
        *text = NULL;
    }
    return rc;
}

bool config_text_has_name(const char *path) {
    struct stat status;
    const bool of_system = strncmp(path, "/dev/", strlen("/dev/")) == 0 ||
                           strncmp(path, "/proc/", strlen("/proc/")) == 0;
    return !of_system && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The characters that YAML takes for line breaks, and their escapes in YAML. */
static const struct {
    const char *bytes, *escape;
} breaks[] = {
    {"\n", "\\n"},           {"\r", "\\r"},           {"\xc2\x85", "\\N"},
    {"\xe2\x80\xa8", "\\L"}, {"\xe2\x80\xa9", "\\P"},
};

static void write_on_one_line(FILE *out, const char *text) {
    while (*text) {
        size_t i = 0;
        while (i < sizeof breaks / sizeof breaks[0] &&
               strncmp(text, breaks[i].bytes, strlen(breaks[i].bytes)) != 0)
            i++;
        if (i < sizeof breaks / sizeof breaks[0]) {
            fputs(breaks[i].escape, out);
            text += strlen(breaks[i].bytes);
        } else {
            putc(*text++, out);
        }
    }
}

char *config_text_record(const char *text, const char *const *sets, size_t n_sets) {
    char *record = NULL;
    size_t size = 0, length = strlen(text);
    FILE *out = open_memstream(&record, &size);
    if (!out)
        return NULL;
    fputs(text, out);
    if (n_sets > 0 && length > 0 && text[length - 1] != '\n')
        putc('\n', out);
    for (size_t i = 0; i < n_sets; i++) {
        fputs("# --set ", out);
        write_on_one_line(out, sets[i]);
        putc('\n', out);
    }
    bool failed = ferror(out) != 0;
    failed |= fclose(out) != 0;
    if (failed) {
        free(record);
        return NULL;
    }
    return record;
}
