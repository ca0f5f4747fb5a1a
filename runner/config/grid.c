#include "runner/config/grid.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum fate { KEPT = 0, EXCLUDED, DUPLICATE };

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}

static size_t count_points(const struct config *config) {
    size_t points = 1;
    for (size_t i = 0; i < config->n_axes; i++)
        points *= config->axes[i].n_values;
    assert(points > 0 && points <= GRID_MAX_POINTS);
    return points;
}

/* Of one value of the axis, as far as its keys matter. */
static size_t hash_value(const struct axis *axis, size_t value, struct job_kind kind) {
    uint64_t hash = 14695981039346656037u;
    for (size_t k = 0; k < axis->n_keys; k++) {
        const struct key_values *values = &axis->keys[k];
        if (key_matters(values->key, kind))
            hash = key_hash(values->key, key_values_at(values, value), hash);
    }
    return (size_t)(hash ^ hash >> 32);
}

static bool same_value(const struct axis *axis, size_t a, size_t b, struct job_kind kind) {
    for (size_t k = 0; k < axis->n_keys; k++) {
        const struct key_values *values = &axis->keys[k];
        if (key_matters(values->key, kind) &&
            key_compare(values->key, key_values_at(values, a), key_values_at(values, b)) != 0)
            return false;
    }
    return true;
}

/* first[v] = the first value of the axis that is the same as value v for that kind. */
static int find_first(const struct axis *axis, struct job_kind kind, uint32_t *first,
                      struct vib_error *err) {
    size_t size = 16;
    while (size < 2 * axis->n_values)
        size *= 2;
    uint32_t *table = calloc(size, sizeof *table); /* open addressing; value + 1, 0 is free */
    if (!table)
        return no_memory(err);
    for (size_t v = 0; v < axis->n_values; v++) {
        size_t slot = hash_value(axis, v, kind) & (size - 1);
        while (table[slot] && !same_value(axis, table[slot] - 1, v, kind))
            slot = (slot + 1) & (size - 1);
        if (!table[slot])
            table[slot] = (uint32_t)v + 1;
        first[v] = table[slot] - 1;
    }
    free(table);
    return 0;
}

/* The keys that decide of what kind a job is (settings_kind), beside those of its data. */
static const char *const deciding[] = {"method", "train.rate_function", "model.noise",
                                       "model.marginal", "evaluate.bounds_every"};
enum { N_DECIDING = sizeof deciding / sizeof deciding[0], KINDS = 16 * VIB_METHODS };

/* One of these that is swept: point p has its value p / stride % values->n. */
struct decision {
    const struct key_values *values;
    size_t stride;
};

/* What it takes to tell equal points. */
struct equality {
    const struct config *config;
    size_t n_decisions;
    struct decision decisions[N_DECIDING];
    bool mixture;
    struct settings scratch; /* the base, with a point's decisions */
    uint32_t **first[KINDS]; /* of a kind that points have: first[kind][i][v], for every axis */
};

static void equality_release(struct equality *equality) {
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; equality->first[kind] && i < equality->config->n_axes; i++)
            free(equality->first[kind][i]);
        free(equality->first[kind]);
    }
}

static void find_decisions(struct equality *equality, const struct axis *axis, size_t stride) {
    for (size_t k = 0; k < axis->n_keys; k++)
        for (size_t d = 0; d < N_DECIDING; d++)
            if (strcmp(axis->keys[k].key->name, deciding[d]) == 0)
                equality->decisions[equality->n_decisions++] =
                    (struct decision){&axis->keys[k], stride};
}

static void equality_init(struct equality *equality, const struct config *config) {
    memset(equality, 0, sizeof *equality);
    equality->config = config;
    equality->scratch = config->base;
    /* Of a sweep over data sets some points may be the mixture's. */
    equality->mixture =
        data_is_mixture(&config->base.data) || config_sweeps(config, key_find("dataset.name"));
    for (size_t i = config->n_axes, stride = 1; i-- > 0;) { /* the last axis varies fastest */
        find_decisions(equality, &config->axes[i], stride);
        stride *= config->axes[i].n_values;
    }
}

static struct job_kind kind_of_point(struct equality *equality, size_t p) {
    for (size_t d = 0; d < equality->n_decisions; d++) {
        const struct key_values *values = equality->decisions[d].values;
        const size_t v = p / equality->decisions[d].stride % values->n;
        key_put(&equality->scratch, values->key, key_values_at(values, v));
    }
    struct job_kind kind = settings_kind(&equality->scratch);
    kind.mixture = equality->mixture;
    return kind;
}

static size_t number_of_kind(struct job_kind kind) {
    return (size_t)kind.method * 16 + (kind.exponent ? 8 : 0) + (kind.fixed_noise ? 4 : 0) +
           (kind.components ? 2 : 0) + (kind.along ? 1 : 0);
}

static int learn_kind(struct equality *equality, struct job_kind kind, struct vib_error *err) {
    const struct config *config = equality->config;
    uint32_t **first = calloc(config->n_axes + 1, sizeof *first);
    int rc = first ? 0 : no_memory(err);
    equality->first[number_of_kind(kind)] = first;
    for (size_t i = 0; rc == 0 && i < config->n_axes; i++) {
        const struct axis *axis = &config->axes[i];
        first[i] = calloc(axis->n_values, sizeof *first[i]);
        rc = first[i] ? find_first(axis, kind, first[i], err) : no_memory(err);
    }
    return rc;
}

/* *first = the position of the first point that has the same settings as point p. */
static int find_equal(struct equality *equality, size_t p, size_t *first, struct vib_error *err) {
    const struct config *config = equality->config;
    const struct job_kind kind = kind_of_point(equality, p);
    const size_t number = number_of_kind(kind);
    const int rc = equality->first[number] ? 0 : learn_kind(equality, kind, err);
    *first = 0;
    for (size_t i = config->n_axes, stride = 1; rc == 0 && i-- > 0;) {
        const size_t n = config->axes[i].n_values;
        *first += stride * equality->first[number][i][p / stride % n];
        stride *= n;
    }
    return rc;
}

/* Every key is on one axis at most, so points are equal exactly when their values are equal axis
 * by axis, as far as these matter to their kind: no point needs to be compared with another. (In a
 * sweep over data sets all keys of the mixture count; the store then knows equal jobs.) */
static int mark_duplicates(const struct config *config, unsigned char *fates, size_t points,
                           struct vib_error *err) {
    struct equality equality;
    unsigned char *seen = calloc(points, 1);
    int rc = seen ? 0 : no_memory(err);
    equality_init(&equality, config);
    for (size_t p = 0; rc == 0 && p < points; p++) {
        size_t first;
        if (fates[p] != KEPT || (rc = find_equal(&equality, p, &first, err)) != 0)
            continue;
        if (seen[first])
            fates[p] = DUPLICATE;
        seen[first] = 1;
    }
    free(seen);
    equality_release(&equality);
    return rc;
}

static bool condition_holds(const struct key_values *condition, const void *value) {
    size_t from = 0, until = condition->n;
    while (from < until) {
        const size_t middle = from + (until - from) / 2;
        const int order = key_compare(condition->key, value, key_values_at(condition, middle));
        if (order == 0)
            return true;
        if (order < 0)
            until = middle;
        else
            from = middle + 1;
    }
    return false;
}

/* Whether all conditions of the exclusion on this axis's keys hold for a value. */
static bool value_matches(const struct exclusion *exclusion, const struct axis *axis,
                          size_t value) {
    for (size_t c = 0; c < exclusion->n_conditions; c++) {
        for (size_t k = 0; k < axis->n_keys; k++) {
            if (axis->keys[k].key == exclusion->conditions[c].key &&
                !condition_holds(&exclusion->conditions[c], key_values_at(&axis->keys[k], value)))
                return false;
        }
    }
    return true;
}

/* Whether the conditions on keys that are fixed (by an override) hold. */
static bool base_matches(const struct config *config, const struct exclusion *exclusion) {
    for (size_t c = 0; c < exclusion->n_conditions; c++) {
        const struct key_values *condition = &exclusion->conditions[c];
        if (!config_sweeps(config, condition->key) &&
            !condition_holds(condition, key_at(&config->base, condition->key)))
            return false;
    }
    return true;
}

/* Marks the points of the product of the matching values of axis i and those after it; `first` is
 * the position, in the product of the axes before, of the values chosen there. Recurses at most as
 * deep as there are keys. */
static void mark_product(const struct config *config, bool *const *matches, size_t i, size_t first,
                         unsigned char *fates) {
    if (i == config->n_axes) {
        fates[first] = EXCLUDED;
        return;
    }
    size_t n = config->axes[i].n_values;
    for (size_t v = 0; v < n; v++) {
        if (matches[i][v])
            mark_product(config, matches, i + 1, first * n + v, fates);
    }
}

/* Returns the number of exclusions that match nothing. */
static size_t mark_excluded(const struct config *config, bool *const *matches,
                            unsigned char *fates) {
    size_t n_idle = 0;
    for (size_t e = 0; e < config->n_exclusions; e++) {
        const struct exclusion *exclusion = &config->exclusions[e];
        bool idle = !base_matches(config, exclusion);
        for (size_t i = 0; i < config->n_axes && !idle; i++) {
            idle = true;
            for (size_t v = 0; v < config->axes[i].n_values; v++) {
                matches[i][v] = value_matches(exclusion, &config->axes[i], v);
                idle = idle && !matches[i][v];
            }
        }
        n_idle += idle;
        if (!idle)
            mark_product(config, matches, 0, 0, fates);
    }
    return n_idle;
}

/* Allocates a flag per value of every axis around mark_excluded. */
static int exclude(struct grid *grid, unsigned char *fates, struct vib_error *err) {
    const struct config *config = grid->config;
    size_t n = config->n_axes;
    if (config->n_exclusions == 0)
        return 0;
    bool **matches = calloc(n + 1, sizeof *matches);
    int rc = matches ? 0 : no_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        matches[i] = calloc(config->axes[i].n_values, sizeof *matches[i]);
        rc = matches[i] ? 0 : no_memory(err);
    }
    if (rc == 0)
        grid->n_idle_exclusions = mark_excluded(config, matches, fates);
    for (size_t i = 0; matches && i < n; i++)
        free(matches[i]);
    free(matches);
    return rc;
}

static int keep_points(struct grid *grid, const unsigned char *fates, size_t points,
                       struct vib_error *err) {
    grid->points = malloc(points * sizeof *grid->points);
    if (!grid->points)
        return no_memory(err);
    for (size_t p = 0; p < points; p++) {
        if (fates[p] == KEPT)
            grid->points[grid->n++] = (uint32_t)p;
        grid->n_excluded += fates[p] == EXCLUDED;
        grid->n_duplicates += fates[p] == DUPLICATE;
    }
    if (grid->n == 0)
        return vib_error_set(err, VIB_ECONFIG,
                             "%s: `exclude` leaves out every one of the grid's %zu points",
                             grid->config->path, points);
    return 0;
}

int grid_init(struct grid *grid, const struct config *config, struct vib_error *err) {
    memset(grid, 0, sizeof *grid);
    grid->config = config;
    size_t points = count_points(config);
    unsigned char *fates = calloc(points, 1);
    int rc = fates ? 0 : no_memory(err);
    if (rc == 0)
        rc = exclude(grid, fates, err);
    if (rc == 0)
        rc = mark_duplicates(config, fates, points, err);
    if (rc == 0)
        rc = keep_points(grid, fates, points, err);
    free(fates);
    if (rc != 0)
        grid_release(grid);
    return rc;
}

void grid_release(struct grid *grid) {
    free(grid->points);
    memset(grid, 0, sizeof *grid);
}

void grid_settings(const struct grid *grid, size_t i, struct settings *settings) {
    const struct config *config = grid->config;
    assert(i < grid->n);
    size_t rest = grid->points[i];
    *settings = config->base;
    for (size_t a = config->n_axes; a-- > 0;) {
        const struct axis *axis = &config->axes[a];
        const size_t value = rest % axis->n_values;
        rest /= axis->n_values;
        for (size_t k = 0; k < axis->n_keys; k++)
            key_put(settings, axis->keys[k].key, key_values_at(&axis->keys[k], value));
    }
    settings_normalize(settings);
}
