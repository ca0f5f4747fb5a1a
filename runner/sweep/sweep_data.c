/* The data sets of a sweep: what is told of them, and what the database calls them. */
#include "runner/base/clock.h"
#include "runner/base/quote.h"
#include "runner/store/store_query.h"
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

/* --- other data of the same name --- */

/* Jobs of data that the sweep does not have, but that are called as some of its own. */
struct namesakes {
    struct sweep *sweep;
    const char *name; /* of the first that has any; NULL: none yet. Borrowed from the data set */
    size_t n;
};

static int count_namesakes(void *context, struct store_row *row, struct vib_error *err) {
    struct namesakes *others = context;
    (void)err;
    others->n += (size_t)store_row_integer(row, 0);
    return VIB_OK;
}

/* A point whose data come from files and are called so; grid.n when there is none. The built-in
 * data are told apart by their keys, as are others by n_train and n_test. */
static size_t point_called(const struct sweep *s, const char *name) {
    struct settings settings;
    for (size_t i = 0; i < s->grid.n; i++) {
        if (strcmp(s->points[i].data->name, name) != 0)
            continue;
        sweep_settings(s, i, &settings);
        return data_is_mixture(&settings.data) ? s->grid.n : i;
    }
    return s->grid.n;
}

static bool has_digest(const struct sweep *s, const char *digest) {
    for (size_t i = 0; i < data_cache_n(s->cache); i++)
        if (strcmp(data_cache_at(s->cache, i)->digest, digest) == 0)
            return true;
    return false;
}

static int look_at_dataset(void *context, struct store_row *row, struct vib_error *err) {
    static const char sql[] =
        "SELECT count(*) FROM job JOIN setting ON setting.job = job.id WHERE dataset_digest = ?1"
        " AND dataset_n_train = ?2 AND dataset_n_test = ?3";
    struct namesakes *others = context;
    const struct sweep *s = others->sweep;
    const char *digest = store_row_text(row, 0, NULL), *name = store_row_text(row, 1, NULL);
    if (digest == NULL || name == NULL || has_digest(s, digest) ||
        (others->name != NULL && strcmp(others->name, name) != 0))
        return VIB_OK;
    const size_t i = point_called(s, name);
    if (i == s->grid.n)
        return VIB_OK;
    struct settings settings;
    sweep_settings(s, i, &settings);
    const struct store_value values[] = {
        {.type = STORE_TEXT, .text = digest},
        {.type = STORE_INTEGER, .integer = (int64_t)settings.data.n_train},
        {.type = STORE_INTEGER, .integer = (int64_t)settings.data.n_test}};
    const struct store_query query = {
        .sql = sql, .values = values, .n_values = 3, .row = count_namesakes, .context = others};
    const int rc = store_query(s->store, &query, err);
    if (others->n > 0)
        others->name = s->points[i].data->name;
    return rc;
}

int sweep_tell_namesakes(struct sweep *s, struct vib_error *err) {
    struct namesakes others = {.sweep = s};
    const struct store_query query = {
        .sql = "SELECT digest, name FROM dataset", .row = look_at_dataset, .context = &others};
    char quoted[QUOTE_SIZE];
    const int rc = store_query(s->store, &query, err);
    if (rc == VIB_OK && others.n > 0)
        progress_note(&s->progress,
                      "%s has also %zu job%s of other data named %s; vib-sweep forget takes them "
                      "out, or dataset.name gives these data another name",
                      s->database, others.n, others.n == 1 ? "" : "s", quote(quoted, others.name));
    return rc;
}
