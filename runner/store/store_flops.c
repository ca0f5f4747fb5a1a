#include "runner/store/store_flops.h"

#include "core/trainer.h"
#include "runner/config/identity.h"
#include "runner/store/store_internal.h"

#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct point_flops {
    char identity[IDENTITY_SIZE]; /* first: tsearch compares it */
    double flops;
};

struct store_flops {
    struct store *store;
    struct vib_dataset *data; /* [n] sizes and digests alone */
    size_t n;
    void *points; /* tree of struct point_flops */
};

static int compare(const void *a, const void *b) {
    return strcmp(a, b);
}

static int no_memory(const struct store_flops *flops, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", flops->store->path);
}

static struct vib_dataset *find_data(const struct store_flops *flops, const char *digest) {
    for (size_t i = flops->n; i-- > 0;)
        if (strcmp(flops->data[i].digest, digest) == 0)
            return &flops->data[i];
    return NULL;
}

/* A split of a data set. */
static int on_split(void *context, struct store_row *row, struct vib_error *err) {
    struct store_flops *flops = context;
    const char *digest = store_row_text(row, 0, NULL), *split = store_row_text(row, 3, NULL);
    struct vib_dataset *data = digest != NULL ? find_data(flops, digest) : NULL;
    if (digest == NULL || split == NULL)
        return no_memory(flops, err);
    if (data == NULL) {
        struct vib_dataset *more = realloc(flops->data, (flops->n + 1) * sizeof *more);
        if (more == NULL)
            return no_memory(flops, err);
        flops->data = more;
        data = &flops->data[flops->n++];
        *data = (struct vib_dataset){.dim = (size_t)store_row_integer(row, 1),
                                     .classes = (size_t)store_row_integer(row, 2)};
        (void)snprintf(data->digest, sizeof data->digest, "%s", digest);
    }
    for (int id = 0; id < VIB_SPLITS; id++)
        if (strcmp(vib_split_name((enum vib_split_id)id), split) == 0)
            data->split[id].n = (size_t)store_row_integer(row, 4);
    return 0;
}

int store_flops_new(struct store_flops **out, struct store *store, struct vib_error *err) {
    static const char sql[] =
        "SELECT digest, dim, classes, split, n FROM dataset"
        " JOIN dataset_split ON dataset_digest = digest ORDER BY digest";
    struct store_flops *flops = calloc(1, sizeof *flops);
    *out = flops;
    if (flops == NULL)
        return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", store->path);
    flops->store = store;
    const struct store_query query = {.sql = sql, .row = on_split, .context = flops};
    return store_query(store, &query, err);
}

/* Moves a number, or below 1 a share, of a split's examples to another. */
static void move(struct vib_split *from, struct vib_split *to, double amount) {
    const double asked = amount < 1.0 ? amount * (double)from->n : amount;
    const size_t n = asked < (double)from->n ? (size_t)asked : from->n;
    if (!(amount > 0.0))
        return;
    from->n -= n;
    to->n = n;
}

static void limit(struct vib_split *split, size_t n) {
    split->n = n > 0 && n < split->n ? n : split->n;
}

/* As the job sees the data, by the order of core/view.h. */
static double estimate(const struct settings *settings, const struct vib_dataset *base) {
    const struct vib_view view = data_view(&settings->data);
    struct vib_dataset data = *base;
    move(&data.split[VIB_TRAIN], &data.split[VIB_TEST], view.test);
    move(&data.split[VIB_TRAIN], &data.split[VIB_VALIDATION], view.validation);
    limit(&data.split[VIB_TRAIN], view.n_train);
    limit(&data.split[VIB_TEST], view.n_test);
    return vib_job_flops(&settings->job, &data);
}

bool store_flops_find(struct store_flops *flops, const char *point, double *value) {
    const struct point_flops *const *found =
        point != NULL ? tfind(point, &flops->points, compare) : NULL;
    if (found != NULL)
        *value = (*found)->flops;
    return found != NULL;
}

int store_flops_make(struct store_flops *flops, const char *point, const char *digest,
                     const struct settings *settings, double *value, struct vib_error *err) {
    const struct vib_dataset *data = digest != NULL ? find_data(flops, digest) : NULL;
    struct point_flops *made = calloc(1, sizeof *made);
    if (point == NULL || made == NULL) {
        free(made);
        return no_memory(flops, err);
    }
    (void)snprintf(made->identity, sizeof made->identity, "%s", point);
    made->flops = data != NULL ? estimate(settings, data) : (double)NAN;
    if (tsearch(made, &flops->points, compare) == NULL) {
        free(made);
        return no_memory(flops, err);
    }
    *value = made->flops;
    return 0;
}

void store_flops_free(struct store_flops *flops) {
    if (flops == NULL)
        return;
    tdestroy(flops->points, free);
    free(flops->data);
    free(flops);
}
