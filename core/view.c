#include "core/view.h"

#include "core/random.h"
#include "core/sha256.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a VIB_STREAM_VIEW stream's `a` selects. */
enum draw { DRAW_TEST, DRAW_VALIDATION, DRAW_TRAIN_SUBSET, DRAW_TEST_SUBSET, DRAW_SHUFFLE };

/* A view on its way. */
struct making {
    struct vib_dataset *data;
    const struct vib_view *view;
    struct vib_dataset *base;
};

static int no_memory(const struct making *m, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory for its splits", m->base->name);
}

static const char *name_of(enum vib_scale scale) {
    return scale == VIB_SCALE_SYMMETRIC ? "symmetric" : "unit";
}

/* Not by the inputs, which need not be in memory. */
static enum vib_scale usual_scale(const struct vib_dataset *base) {
    return base->scale == VIB_SCALE_SYMMETRIC ? VIB_SCALE_SYMMETRIC : VIB_SCALE_STANDARDIZE;
}

enum vib_scale vib_view_scale(const struct vib_view *view, const struct vib_dataset *base) {
    return view->scale == VIB_SCALE_AUTO ? usual_scale(base) : view->scale;
}

bool vib_view_is_plain(const struct vib_view *view, const struct vib_dataset *base) {
    return view->test <= 0 && view->validation <= 0 && view->n_train == 0 && view->n_test == 0 &&
           vib_view_scale(view, base) == base->scale && !view->shuffle_labels &&
           view->label_noise <= 0 && view->input_noise <= 0;
}

/* The split of the base that a split of the view takes its inputs from. */
static enum vib_split_id source_of(const struct vib_dataset *base, enum vib_split_id split) {
    return vib_dataset_has(base, split) ? split : VIB_TRAIN;
}

void vib_view_attach(struct vib_dataset *data, struct vib_dataset *base) {
    for (enum vib_split_id id = 0; id < VIB_SPLITS; id++) {
        const struct vib_split *source = &base->split[source_of(base, id)];
        if (data->split[id].n == 0)
            continue;
        data->split[id].bytes = source->bytes;
        data->split[id].values = source->values;
    }
}

/* --- splits --- */

static int all_rows(struct making *m, enum vib_split_id id, struct vib_error *err) {
    const size_t n = m->base->split[id].n;
    struct vib_split *split = &m->data->split[id];
    if (n == 0)
        return 0;
    split->rows = malloc(n * sizeof *split->rows);
    if (split->rows == NULL)
        return no_memory(m, err);
    for (size_t i = 0; i < n; i++)
        split->rows[i] = (uint32_t)i;
    split->n = n;
    return 0;
}

/* What one class has, gives, and would give if examples could be cut. */
struct quota {
    size_t n, take;
    double rest;
    size_t class;
};

static int by_rest(const void *a, const void *b) {
    const struct quota *left = a, *right = b;
    if (left->rest < right->rest || left->rest > right->rest)
        return left->rest < right->rest ? 1 : -1;
    return (left->class > right->class) - (left->class < right->class);
}

static int by_class(const void *a, const void *b) {
    const struct quota *left = a, *right = b;
    return (left->class > right->class) - (left->class < right->class);
}

/* Shares `wanted` of `n` examples out by largest remainder; each class keeps one. */
static void share_out(struct quota *quotas, size_t classes, size_t n, size_t wanted) {
    size_t given = 0;
    for (size_t c = 0; c < classes; c++) {
        struct quota *q = &quotas[c];
        const double share = (double)wanted * (double)q->n / (double)n;
        const size_t most = q->n > 0 ? q->n - 1 : 0;
        q->take = (size_t)share < most ? (size_t)share : most;
        q->rest = share - floor(share);
        given += q->take;
    }
    qsort(quotas, classes, sizeof *quotas, by_rest);
    while (given < wanted)
        for (size_t c = 0; c < classes && given < wanted; c++)
            if (quotas[c].take + 1 < quotas[c].n) {
                quotas[c].take++;
                given++;
            }
    qsort(quotas, classes, sizeof *quotas, by_class);
}

static struct quota *make_quotas(const struct making *m, size_t wanted) {
    const struct vib_split *train = &m->data->split[VIB_TRAIN];
    const uint16_t *labels = m->base->split[VIB_TRAIN].labels;
    const size_t classes = m->base->classes;
    struct quota *quotas = calloc(classes, sizeof *quotas);
    if (quotas == NULL)
        return NULL;
    for (size_t c = 0; c < classes; c++)
        quotas[c].class = c;
    for (size_t i = 0; i < train->n; i++)
        quotas[labels[train->rows[i]]].n++;
    share_out(quotas, classes, train->n, wanted);
    return quotas;
}

/* Moves what the quotas allow, in a random order of the training examples, but keeps the order of
 * those that stay and of those that go. */
static void move_rows(struct making *m, enum vib_split_id to, struct quota *quotas,
                      const uint32_t *order, bool *goes) {
    struct vib_split *train = &m->data->split[VIB_TRAIN], *split = &m->data->split[to];
    const uint16_t *labels = m->base->split[VIB_TRAIN].labels;
    size_t stay = 0;
    for (size_t i = 0; i < train->n; i++) {
        struct quota *quota = &quotas[labels[train->rows[order[i]]]];
        goes[order[i]] = quota->take > 0;
        quota->take -= quota->take > 0;
    }
    for (size_t i = 0; i < train->n; i++) {
        if (goes[i])
            split->rows[split->n++] = train->rows[i];
        else
            train->rows[stay++] = train->rows[i];
    }
    train->n = stay;
}

static int take_rows(struct making *m, enum vib_split_id to, enum draw draw, size_t wanted,
                     struct vib_error *err) {
    const struct vib_stream stream = {m->view->seed, VIB_STREAM_VIEW, (uint32_t)draw, 0};
    const size_t n = m->data->split[VIB_TRAIN].n;
    struct quota *quotas = make_quotas(m, wanted);
    uint32_t *order = malloc(n * sizeof *order);
    bool *goes = malloc(n * sizeof *goes);
    int rc = 0;
    m->data->split[to].rows = malloc(wanted * sizeof *m->data->split[to].rows);
    if (quotas == NULL || order == NULL || goes == NULL || m->data->split[to].rows == NULL) {
        rc = no_memory(m, err);
    } else {
        vib_random_permutation(&stream, n, order);
        move_rows(m, to, quotas, order, goes);
    }
    free(quotas);
    free(order);
    free(goes);
    return rc;
}

static size_t classes_left(const struct making *m, struct vib_error *err, int *rc) {
    const struct vib_split *train = &m->data->split[VIB_TRAIN];
    bool *seen = calloc(m->base->classes, sizeof *seen);
    size_t n = 0;
    if (seen == NULL) {
        *rc = no_memory(m, err);
        return 0;
    }
    for (size_t i = 0; i < train->n; i++) {
        const uint16_t label = m->base->split[VIB_TRAIN].labels[train->rows[i]];
        n += !seen[label];
        seen[label] = true;
    }
    free(seen);
    return n;
}

/* Takes a split out of what is left for training; amount as in struct vib_view. */
static int take_split(struct making *m, enum vib_split_id to, enum draw draw, double amount,
                      struct vib_error *err) {
    const size_t n = m->data->split[VIB_TRAIN].n;
    const char *name = vib_split_name(to);
    int rc = 0;
    if (amount <= 0)
        return 0;
    if (vib_dataset_has(m->base, to))
        return vib_error_set(err, VIB_ECONFIG,
                             "dataset.%s: %s has a %s split of its own; leave the key out", name,
                             m->base->name, name);
    const double wanted = amount < 1 ? fmax(1, round(amount * (double)n)) : amount;
    const size_t classes = classes_left(m, err, &rc);
    if (rc != 0)
        return rc;
    if (wanted > (double)(n - classes))
        return vib_error_set(
            err, VIB_ECONFIG,
            "dataset.%s: of the %zu training examples of %s, %.0f cannot be taken: "
            "one of each of %zu classes must be left",
            name, n, m->base->name, wanted, classes);
    return take_rows(m, to, draw, (size_t)wanted, err);
}

static int by_row(const void *a, const void *b) {
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Keeps n examples of a split, 0: all. */
static int limit_split(struct making *m, enum vib_split_id id, enum draw draw, size_t n,
                       struct vib_error *err) {
    const struct vib_stream stream = {m->view->seed, VIB_STREAM_VIEW, (uint32_t)draw, 0};
    struct vib_split *split = &m->data->split[id];
    if (n == 0)
        return 0;
    if (n > split->n)
        return vib_error_set(err, VIB_ECONFIG,
                             "dataset.n_%s is %zu, but the %s split of %s has %zu examples",
                             vib_split_name(id), n, vib_split_name(id), m->base->name, split->n);
    if (m->view->random_subset) {
        uint32_t *order = malloc(split->n * sizeof *order);
        if (order == NULL)
            return no_memory(m, err);
        vib_random_permutation(&stream, split->n, order);
        for (size_t i = 0; i < n; i++)
            order[i] = split->rows[order[i]];
        qsort(order, n, sizeof *order, by_row);
        free(split->rows);
        split->rows = order;
    }
    split->n = n;
    return 0;
}

static int make_splits(struct making *m, struct vib_error *err) {
    const struct vib_view *view = m->view;
    int rc = 0;
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == 0; id++)
        rc = all_rows(m, id, err);
    if (rc == 0)
        rc = take_split(m, VIB_TEST, DRAW_TEST, view->test, err);
    if (rc == 0)
        rc = take_split(m, VIB_VALIDATION, DRAW_VALIDATION, view->validation, err);
    if (rc == 0)
        rc = limit_split(m, VIB_TRAIN, DRAW_TRAIN_SUBSET, view->n_train, err);
    return rc == 0 ? limit_split(m, VIB_TEST, DRAW_TEST_SUBSET, view->n_test, err) : rc;
}

/* --- labels --- */

static int make_labels(struct making *m, enum vib_split_id id, struct vib_error *err) {
    const struct vib_split *source = &m->base->split[source_of(m->base, id)];
    struct vib_split *split = &m->data->split[id];
    if (split->n == 0)
        return 0;
    split->labels = malloc(split->n * sizeof *split->labels);
    if (split->labels == NULL)
        return no_memory(m, err);
    for (size_t i = 0; i < split->n; i++)
        split->labels[i] = source->labels[split->rows[i]];
    return 0;
}

static int shuffle_labels(struct making *m, struct vib_error *err) {
    const struct vib_stream stream = {m->view->seed, VIB_STREAM_VIEW, DRAW_SHUFFLE, 0};
    struct vib_split *train = &m->data->split[VIB_TRAIN];
    uint32_t *order = malloc(train->n * sizeof *order);
    uint16_t *labels = malloc(train->n * sizeof *labels);
    int rc = 0;
    if (order == NULL || labels == NULL) {
        rc = no_memory(m, err);
        free(labels);
    } else {
        vib_random_permutation(&stream, train->n, order);
        for (size_t i = 0; i < train->n; i++)
            labels[i] = train->labels[order[i]];
        free(train->labels);
        train->labels = labels;
    }
    free(order);
    return rc;
}

/* By the row, so that an example has the same wrong label in every part of the data. */
static void replace_labels(struct making *m) {
    struct vib_split *train = &m->data->split[VIB_TRAIN];
    for (size_t i = 0; i < train->n; i++) {
        const struct vib_stream stream = {m->view->seed, VIB_STREAM_LABEL_NOISE, train->rows[i], 0};
        enum { WHETHER, WHICH, WORDS = 4 };
        uint32_t words[WORDS];
        vib_random_bits(&stream, 0, WORDS, words);
        if (((double)words[WHETHER] + 0.5) * 0x1p-32 < m->view->label_noise)
            train->labels[i] = (uint16_t)((uint64_t)words[WHICH] * m->base->classes >> 32);
    }
}

static int damage_labels(struct making *m, struct vib_error *err) {
    const int rc = m->view->shuffle_labels ? shuffle_labels(m, err) : 0;
    if (rc == 0 && m->view->label_noise > 0)
        replace_labels(m);
    return rc;
}

/* --- scale --- */

static double input_at(const struct vib_split *split, size_t place) {
    return split->bytes != NULL ? (double)split->bytes[place] : (double)split->values[place];
}

/* sums += terms of the training inputs: x, or where there is a mean, (x - mean)^2. */
static void add_inputs(const struct vib_dataset *data, const double *mean, double *sums) {
    const struct vib_split *train = &data->split[VIB_TRAIN];
    const size_t dim = data->dim;
    for (size_t i = 0; i < train->n; i++)
        for (size_t k = 0; k < dim; k++) {
            const double x = input_at(train, train->rows[i] * dim + k);
            sums[k] += mean == NULL ? x : (x - mean[k]) * (x - mean[k]);
        }
}

static void digest_scale(struct vib_dataset *data) {
    struct vib_sha256 hash;
    vib_sha256_init(&hash);
    vib_sha256_add(&hash, data->mean, data->dim * sizeof *data->mean);
    vib_sha256_add(&hash, data->deviation, data->dim * sizeof *data->deviation);
    vib_sha256_end(&hash, data->scale_digest);
}

/* In two passes, since the mean may be large beside the deviation. */
static int measure_inputs(struct making *m, struct vib_error *err) {
    struct vib_dataset *data = m->data;
    const size_t dim = data->dim;
    const double n = (double)data->split[VIB_TRAIN].n;
    double *mean = calloc(dim, sizeof *mean), *squares = calloc(dim, sizeof *squares);
    int rc = 0;
    data->mean = malloc(dim * sizeof *data->mean);
    data->deviation = malloc(dim * sizeof *data->deviation);
    if (mean == NULL || squares == NULL || data->mean == NULL || data->deviation == NULL) {
        rc = no_memory(m, err);
    } else {
        add_inputs(data, NULL, mean);
        for (size_t k = 0; k < dim; k++)
            mean[k] /= n;
        add_inputs(data, mean, squares);
        for (size_t k = 0; k < dim; k++) {
            data->mean[k] = (float)mean[k];
            data->deviation[k] = (float)sqrt(squares[k] / n);
        }
        digest_scale(data);
    }
    free(mean);
    free(squares);
    return rc;
}

static int make_scale(struct making *m, struct vib_error *err) {
    const enum vib_scale scale = vib_view_scale(m->view, m->base);
    const bool of_bytes = scale == VIB_SCALE_SYMMETRIC || scale == VIB_SCALE_UNIT;
    if (of_bytes && m->base->split[VIB_TRAIN].bytes == NULL)
        return vib_error_set(
            err, VIB_ECONFIG,
            "dataset.scale: %s is for bytes, and the inputs of %s are float32; use "
            "standardize, or none",
            name_of(scale), m->base->name);
    m->data->scale = scale;
    return scale == VIB_SCALE_STANDARDIZE ? measure_inputs(m, err) : 0;
}

/* --- all of it --- */

/* What a view has of its base: all but examples, scale and noise. */
static void copy_head(struct making *m) {
    struct vib_dataset *data = m->data;
    *data = *m->base;
    memset(data->split, 0, sizeof data->split);
    data->mean = data->deviation = NULL;
    data->base = m->base;
    data->input_noise = m->view->input_noise;
    data->noise_seed = m->view->seed;
}

int vib_view_make(struct vib_dataset *data, const struct vib_view *view, struct vib_dataset *base,
                  struct vib_error *err) {
    struct making m = {data, view, base};
    copy_head(&m);
    int rc = make_splits(&m, err);
    for (enum vib_split_id id = 0; id < VIB_SPLITS && rc == 0; id++)
        rc = make_labels(&m, id, err);
    if (rc == 0)
        rc = damage_labels(&m, err);
    vib_view_attach(data, base);
    if (rc == 0)
        rc = make_scale(&m, err);
    if (rc == 0)
        rc = vib_dataset_measure(data, err);
    if (rc != 0)
        vib_dataset_release(data);
    return rc;
}
