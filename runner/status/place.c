#include "runner/status/place.h"

#include "runner/store/store.h"

#include <stdbool.h>
#include <sys/stat.h>

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int place_read(struct status *status, const char *place, struct vib_error *err) {
    struct store *store = NULL;
    if (is_folder(place))
        return status_add_folder(status, place, err);
    int rc = store_open_reader(&store, place, err);
    if (rc == VIB_OK)
        rc = status_add(status, store, true, err);
    store_close(store);
    return rc;
}
