#include "runner/place.h"

#include "runner/cluster/queue_words.h"
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

void place_ask_queue(struct status *status, const char *place) {
    _Static_assert(sizeof status->queue >= QUEUE_WORDS_SIZE, "room for the words");
    if (is_folder(place))
        status->in_queue = queue_words(status->queue, place);
}
