#include "runner/cluster/collect.h"

#include "runner/base/host.h"
#include "runner/base/text.h"
#include "runner/store/store_merge.h"
#include "runner/sweep/sweep.h"

#include <stdio.h>

static void tell(void *context, const char *sentence) {
    (void)context;
    fputs("vib-sweep: ", stderr);
    text_show(stderr, sentence);
    fputc('\n', stderr);
}

static int merge_parts(struct store_merge *merge, const struct folder *folder, char *const *parts,
                       size_t n, struct vib_error *err) {
    const struct sweep_options grid = {.config = folder->config, .threads = 1};
    struct merge_counts counts = {0};
    int rc = sweep_register(store_merge_target(merge), &grid, err);
    for (size_t i = 0; i < n && rc == VIB_OK; i++) {
        bool left_out;
        rc = store_merge_add(merge, parts[i], &counts, &left_out, err);
        if (rc == VIB_OK && left_out)
            tell(NULL, err->message);
    }
    return rc == VIB_OK ? store_merge_commit(merge, err) : rc;
}

static int merge_into(const struct folder *folder, char *const *parts, size_t n,
                      struct vib_error *err) {
    const struct merge_listener listener = {.tell = tell};
    struct store_merge *merge = NULL;
    struct host self;
    host_init(&self);
    int rc = store_merge_begin(&merge, folder->database, &self, &listener, err);
    if (rc == VIB_EBUSY)
        tell(NULL, err->message);
    else if (rc == VIB_OK)
        rc = merge_parts(merge, folder, parts, n, err);
    store_merge_free(merge);
    return rc == VIB_EBUSY ? VIB_OK : rc;
}

int collect_parts(const struct folder *folder, struct vib_error *err) {
    char **parts;
    size_t n;
    int rc = folder_parts(folder, &parts, &n, err);
    if (rc == VIB_OK && n > 0)
        rc = merge_into(folder, parts, n, err);
    folder_free_parts(parts, n);
    return rc;
}
