#include "runner/base/home.h"

#include "core/error.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *home_variable(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

char *home_expand(const char *path) {
    const char *home = home_variable("HOME");
    const bool own = path[0] == '~' && (path[1] == '/' || path[1] == '\0');
    char *whole = NULL;
    if (!own || home == NULL)
        return strdup(path);
    return asprintf(&whole, "%s%s", home, path + 1) < 0 ? NULL : whole;
}

int home_data_folder(const char *name, char **folder) {
    const char *shared = home_variable("XDG_DATA_HOME"), *home = home_variable("HOME");
    char *base = NULL;
    *folder = NULL;
    if (shared == NULL && home == NULL)
        return 0;
    base = shared != NULL ? home_expand(shared) : home_expand("~/.local/share");
    const bool made = base != NULL && asprintf(folder, "%s/vib-sweep/%s", base, name) >= 0;
    free(base);
    if (made)
        return 0;
    *folder = NULL;
    return VIB_ENOMEM;
}
