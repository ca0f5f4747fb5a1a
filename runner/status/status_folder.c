/* A folder of parts, as sweeps in shards leave them. */
#include "runner/status/status.h"

#include "runner/status/parts.h"
#include "runner/store/store.h"
#include "runner/sweep/shard.h"

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

struct adding {
    struct status *status;
    open_store *open;
    bool flops, found;
};

/* What was read before an error stays. */
static int add_database(void *context, const char *path, struct vib_error *err) {
    struct adding *adding = context;
    struct store *store = NULL;
    adding->found = true;
    int rc = adding->open(&store, path, err);
    if (rc == VIB_OK)
        rc = status_add(adding->status, store, adding->flops, err);
    store_close(store);
    return rc == VIB_OK || rc == VIB_ENOMEM ? rc
                                            : add_unreadable(adding->status, err->message, err);
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
    const bool planned = access(plan, F_OK) == 0;
    struct adding adding = {
        .status = status, .open = store_open_snapshot, .flops = !planned, .found = planned};
    int rc = planned ? add_plan(status, plan, err) : VIB_OK;
    if (rc == VIB_OK)
        rc = parts_walk(parts, add_database, &adding, err);
    adding.open = store_open_reader;
    if (rc == VIB_OK)
        rc = parts_walk(folder, add_database, &adding, err);
    if (rc == VIB_OK && !adding.found)
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
