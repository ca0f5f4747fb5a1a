/* The data sets of a sweep: what is told of them, and what the database calls them. */
#include "runner/base/clock.h"
#include "runner/base/quote.h"
#include "runner/sweep/data.h"
#include "runner/sweep/sweep_internal.h"

#include <string.h>

void sweep_settings(const struct sweep *s, size_t i, struct settings *settings) {
    grid_settings(&s->grid, i, settings);
    data_complete(settings, s->points[i].data);
}

/* After 1, 3, 7, 15, ... seconds. */
void sweep_tell_loading(struct sweep *s, size_t i) {
    const double now_s = clock_s();
    if (s->loading_since_s == 0.0) {
        s->loading_since_s = now_s;
        s->loading_told_s = now_s;
    }
    if (s->progress.quiet || data_cache_n(s->cache) < 2 ||
        now_s - s->loading_told_s < 0.5 + 0.5 * (now_s - s->loading_since_s))
        return;
    s->loading_told_s = now_s;
    progress_note(&s->progress, "%zu data sets are ready, for %zu of %zu jobs",
                  data_cache_n(s->cache), i + 1, s->grid.n);
}

void sweep_tell_classes(struct sweep *s) {
    const struct vib_dataset *first = NULL;
    size_t n = 0;
    char quoted[QUOTE_SIZE], others[64] = "";
    for (size_t i = 0; i < data_cache_n(s->cache); i++) {
        const struct vib_dataset *data = data_cache_at(s->cache, i);
        if (data->split[VIB_TRAIN].n_classes == data->classes)
            continue;
        first = first == NULL ? data : first;
        n++;
    }
    if (first == NULL)
        return;
    if (n > 1)
        snprintf(others, sizeof others, "; so it is with %zu other data sets", n - 1);
    progress_note(&s->progress,
                  "data set %s has %zu classes, %zu of them without a training example%s",
                  quote(quoted, first->name), first->classes,
                  first->classes - first->split[VIB_TRAIN].n_classes, others);
}

void sweep_tell_scale(struct sweep *s) {
    char quoted[QUOTE_SIZE];
    size_t i = 0;
    if (s->config.base.data.view.scale != VIB_SCALE_AUTO)
        return;
    while (i < data_cache_n(s->cache) && data_cache_at(s->cache, i)->scale != VIB_SCALE_STANDARDIZE)
        i++;
    if (i < data_cache_n(s->cache))
        progress_note(&s->progress,
                      "float32 inputs, as those of %s, are standardized by the training split; "
                      "dataset.scale: none leaves them as they are",
                      quote(quoted, data_cache_at(s->cache, i)->name));
}

/* Whether the sweep has the same data under that name, too. */
static bool has_twin(const struct sweep *s, const char *digest, const char *name) {
    for (size_t i = 0; i < data_cache_n(s->cache); i++) {
        const struct vib_dataset *data = data_cache_at(s->cache, i);
        if (strcmp(data->digest, digest) == 0 && strcmp(data->name, name) == 0)
            return true;
    }
    return false;
}

static void tell_twins(struct sweep *s, const char *name, const char *other) {
    char quoted[2][QUOTE_SIZE];
    if (!s->twins_told)
        progress_note(&s->progress,
                      "data sets %s and %s are the same data: their jobs are one and called by the "
                      "first name",
                      quote(quoted[0], name), quote(quoted[1], other));
    s->twins_told = true;
}

static void tell_name(struct sweep *s, const char *name, const char *known) {
    char quoted[2][QUOTE_SIZE];
    if (!s->name_told)
        progress_note(&s->progress, "data set %s is called %s in the database%s",
                      quote(quoted[0], name), quote(quoted[1], known),
                      s->config.data_named ? ": it and its jobs are renamed"
                                           : ", and stays so; dataset.name would rename it");
    s->name_told = true;
}

/* The database may know the data by another name: the digest is what counts. A name that the user
 * gives is right, one that comes from the folder gives way. */
int sweep_add_data(struct sweep *s, const struct vib_dataset *data, struct vib_error *err) {
    char known[VIB_DATASET_NAME];
    int rc = store_add_dataset(s->store, data, err);
    if (rc == VIB_OK && data->mean != NULL)
        rc = store_add_input_scale(s->store, data->scale_digest, data->mean, data->deviation,
                                   data->dim, err);
    if (rc == VIB_OK)
        rc = store_dataset_name(s->store, data->digest, known, sizeof known, err);
    if (rc != VIB_OK || strcmp(known, data->name) == 0)
        return rc;
    if (has_twin(s, data->digest, known)) {
        tell_twins(s, known, data->name);
        return VIB_OK;
    }
    tell_name(s, data->name, known);
    if (s->config.data_named)
        return store_rename_dataset(s->store, data->digest, data->name, err);
    data_cache_rename(data, known);
    return VIB_OK;
}
