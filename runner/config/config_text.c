#include "runner/config/config_text.h"

#include "runner/config/yaml_doc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Bounded, because the path may name an endless device. */
static int read_stream(FILE *file, const char *path, char **text, size_t *size,
                       struct vib_error *err) {
    char *buffer = malloc(YAML_DOC_MAX_BYTES + 1);
    if (!buffer)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    size_t length = fread(buffer, 1, YAML_DOC_MAX_BYTES + 1, file);
    int rc = 0;
    if (ferror(file))
        rc = vib_error_set(err, VIB_ECONFIG, "%s: cannot read: %s", path, strerror(errno));
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

int config_text_read(const char *path, char **text, size_t *size, struct vib_error *err) {
    FILE *file = fopen(path, "rbe");
    if (!file)
        return vib_error_set(err, errno == ENOMEM ? VIB_ENOMEM : VIB_ECONFIG, "%s: cannot open: %s",
                             path, strerror(errno));
    int rc = read_stream(file, path, text, size, err);
    fclose(file);
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
