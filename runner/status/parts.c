#include "runner/status/parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_database(const struct dirent *entry) {
    static const char suffix[] = ".db";
    const size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length >= sizeof suffix &&
           strcmp(entry->d_name + length - (sizeof suffix - 1), suffix) == 0;
}

int parts_walk(const char *folder,
               int (*each)(void *context, const char *path, struct vib_error *err), void *context,
               struct vib_error *err) {
    struct dirent **entries = NULL;
    int rc = VIB_OK;
    const int n = scandir(folder, &entries, is_database, alphasort);
    if (n < 0 && errno != ENOENT)
        return vib_error_set(err, VIB_EDATA, "cannot read the folder %s: %s", folder,
                             strerror(errno));
    for (int i = 0; i < n; i++) {
        char *path = NULL;
        if (rc == VIB_OK && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
            rc = vib_error_set(err, VIB_ENOMEM, "%s: out of memory", folder);
        else if (rc == VIB_OK)
            rc = each(context, path, err);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return rc;
}
