/* A folder of parts, as sweeps in shards leave them. */
#include "runner/status/status.h"

#include "runner/store/store.h"
#include "runner/sweep/shard.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "status: out of memory");
}

static int add_unreadable(struct status *status, const char *why, struct vib_error *err) {
    char **more = realloc(status->unreadable, (status->n_unreadable + 1) * sizeof *more);
    if (more == NULL)
        return no_memory(err);
    status->unreadable = more;
    more[status->n_unreadable] = strdup(why);
    return more[status->n_unreadable] == NULL ? no_memory(err) : (status->n_unreadable++, VIB_OK);
}

typedef int open_store(struct store **store, const char *path, struct vib_error *err);

/* What was read before an error stays. */
static int add_database(struct status *status, const char *path, open_store *open, bool flops,
                        struct vib_error *err) {
    struct store *store = NULL;
    int rc = open(&store, path, err);
    if (rc == VIB_OK)
        rc = status_add(status, store, flops, err);
    store_close(store);
    return rc == VIB_OK || rc == VIB_ENOMEM ? rc : add_unreadable(status, err->message, err);
}

static int is_database(const struct dirent *entry) {
    static const char suffix[] = ".db";
    const size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length >= sizeof suffix &&
           strcmp(entry->d_name + length - (sizeof suffix - 1), suffix) == 0;
}

/* Every database of a folder, which may be missing; *found tells of one. */
static int add_databases(struct status *status, const char *folder, open_store *open, bool flops,
                         bool *found, struct vib_error *err) {
    struct dirent **entries = NULL;
    int rc = VIB_OK;
    const int n = scandir(folder, &entries, is_database, alphasort);
    if (n < 0 && errno != ENOENT)
        return vib_error_set(err, VIB_EDATA, "cannot read the folder %s: %s", folder,
                             strerror(errno));
    for (int i = 0; i < n; i++) {
        char *path = NULL;
        *found = true;
        if (rc == VIB_OK && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
            rc = no_memory(err);
        else if (rc == VIB_OK)
            rc = add_database(status, path, open, flops, err);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static int add_plan(struct status *status, const char *path, struct vib_error *err) {
    struct shard_plan plan;
    int rc = shard_plan_read(&plan, path, err);
    for (size_t i = 0; rc == VIB_OK && i < plan.n; i++)
        rc = status_add_planned(status, plan.jobs[i].identity, plan.jobs[i].flops, err);
    shard_plan_release(&plan);
    return rc;
}

static int add_all(struct status *status, const char *folder, const char *plan, const char *parts,
                   struct vib_error *err) {
    bool found = access(plan, F_OK) == 0;
    const bool planned = found;
    int rc = planned ? add_plan(status, plan, err) : VIB_OK;
    if (rc == VIB_OK)
        rc = add_databases(status, parts, store_open_snapshot, !planned, &found, err);
    if (rc == VIB_OK)
        rc = add_databases(status, folder, store_open_reader, !planned, &found, err);
    if (rc == VIB_OK && !found)
        rc = vib_error_set(err, VIB_EDATA,
                           "the folder %s holds no sweep: neither plan.csv nor databases", folder);
    return rc;
}

int status_add_folder(struct status *status, const char *path, struct vib_error *err) {
    char *plan = NULL, *parts = NULL;
    if (asprintf(&plan, "%s/plan.csv", path) < 0)
        plan = NULL;
    if (asprintf(&parts, "%s/parts", path) < 0)
        parts = NULL;
    const int rc =
        plan != NULL && parts != NULL ? add_all(status, path, plan, parts, err) : no_memory(err);
    free(plan);
    free(parts);
    return rc;
}
