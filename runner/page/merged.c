#include "runner/page/merged.h"

#include "runner/base/host.h"
#include "runner/status/parts.h"
#include "runner/store/store_merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct merged {
    struct store_merge *merge;
};

/* The jobs that disagree are told by `merge`; here the first stand. */
static void hear_nothing(void *context, const char *sentence) {
    (void)context;
    (void)sentence;
}

/* SQLite has opened all that it needs, and makes no other file by name. */
static void take_names(const char *path) {
    static const char *const suffixes[] = {"", ".merging"};
    char name[4096];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (snprintf(name, sizeof name, "%s%s", path, suffixes[i]) < (int)sizeof name)
            (void)unlink(name); /* not all are there */
}

static int begin(struct merged *merged, const char *place, struct vib_error *err) {
    const struct merge_listener listener = {.tell = hear_nothing, .temporary = true};
    char *path = NULL;
    struct host self;
    host_init(&self);
    if (asprintf(&path, "%s/parts.db", place) < 0)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", place);
    const int rc = store_merge_begin(&merged->merge, path, &self, &listener, err);
    take_names(path);
    free(path);
    return rc;
}

static int add_part(void *context, const char *path, struct vib_error *err) {
    struct merged *merged = context;
    struct merge_counts counts = {0};
    bool left_out;
    return store_merge_add(merged->merge, path, &counts, &left_out, err);
}

static int add_folder(struct merged *merged, const char *folder, struct vib_error *err) {
    char *parts = NULL;
    if (asprintf(&parts, "%s/parts", folder) < 0)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", folder);
    int rc = parts_walk(parts, add_part, merged, err);
    if (rc == VIB_OK)
        rc = parts_walk(folder, add_part, merged, err);
    free(parts);
    return rc;
}

int merged_new(struct merged **out, const char *folder, struct vib_error *err) {
    const char *temporary = getenv("TMPDIR");
    char *place = NULL;
    struct merged *merged = calloc(1, sizeof *merged);
    int rc = VIB_OK;
    *out = NULL;
    if (merged == NULL ||
        asprintf(&place, "%s/vib-sweep-XXXXXX",
                 temporary != NULL && *temporary != '\0' ? temporary : "/tmp") < 0) {
        free(merged);
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", folder);
    }
    if (mkdtemp(place) == NULL)
        rc = vib_error_set(err, VIB_ECREATE, "cannot make a folder %s: %s", place, strerror(errno));
    if (rc == VIB_OK) {
        rc = begin(merged, place, err);
        (void)rmdir(place);
    }
    if (rc == VIB_OK)
        rc = add_folder(merged, folder, err);
    if (rc == VIB_OK)
        rc = store_merge_commit(merged->merge, err);
    free(place);
    if (rc == VIB_OK)
        *out = merged;
    else
        merged_free(merged);
    return rc;
}

struct store *merged_store(struct merged *merged) {
    return store_merge_target(merged->merge);
}

void merged_free(struct merged *merged) {
    if (merged != NULL)
        store_merge_free(merged->merge);
    free(merged);
}
