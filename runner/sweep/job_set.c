#include "runner/sweep/job_set.h"

#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void job_set_release(struct job_set *set) {
    free(set->identities);
    memset(set, 0, sizeof *set);
}

int job_set_add(struct job_set *set, const char *identity, struct vib_error *err) {
    enum { FIRST = 64 };
    if (set->n == set->room) {
        const size_t room = set->room == 0 ? FIRST : 2 * set->room;
        char(*identities)[IDENTITY_SIZE] = realloc(set->identities, room * sizeof *set->identities);
        if (identities == NULL)
            return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", room);
        set->identities = identities;
        set->room = room;
    }
    (void)snprintf(set->identities[set->n++], IDENTITY_SIZE, "%s", identity);
    return VIB_OK;
}

static int add_row(void *context, struct store_row *row, struct vib_error *err) {
    const char *identity = store_row_text(row, 0, NULL);
    if (identity == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    return job_set_add(context, identity, err);
}

int job_set_read(struct job_set *set, const char *database, struct vib_error *err) {
    const struct store_query query = {
        .sql = "SELECT identity FROM job WHERE state IN ('done', 'diverged')",
        .row = add_row,
        .context = set};
    const size_t before = set->n;
    struct store *store;
    int rc = store_open_reader(&store, database, err);
    if (rc != VIB_OK)
        return rc;
    rc = store_query(store, &query, err);
    store_close(store);
    set->n = rc == VIB_OK ? set->n : before;
    return rc;
}

static int compare(const void *a, const void *b) {
    return strcmp(a, b);
}

void job_set_sort(struct job_set *set) {
    if (set->n > 0)
        qsort(set->identities, set->n, sizeof *set->identities, compare);
}

bool job_set_has(const struct job_set *set, const char *identity) {
    return set->n > 0 &&
           bsearch(identity, set->identities, set->n, sizeof *set->identities, compare) != NULL;
}
