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

/* What it takes to tell equal points: first[i][method * n_values + v] of every axis, and the method
 * at every value of the axis that holds it. */
struct equality {
    uint32_t **first;
    enum vib_method *methods; /* [values of axis method_axis], or NULL */
    size_t method_axis;
};

static void equality_release(struct equality *equality, size_t n_axes) {
    for (size_t i = 0; equality->first && i < n_axes; i++)
        free(equality->first[i]);
    free(equality->first);
    free(equality->methods);
}

static int find_methods(struct equality *equality, const struct config *config,
                        struct vib_error *err) {
    const struct key *method = key_find("method");
    for (size_t i = 0; i < config->n_axes; i++) {
        const struct axis *axis = &config->axes[i];
        for (size_t k = 0; k < axis->n_keys; k++) {
            if (axis->keys[k].key != method)
                continue;
            equality->method_axis = i;
            equality->methods = calloc(axis->n_values, sizeof *equality->methods);
            if (!equality->methods)
                return no_memory(err);
            for (size_t v = 0; v < axis->n_values; v++) {
                struct settings scratch;
                key_put(&scratch, method, key_values_at(&axis->keys[k], v));
                equality->methods[v] = scratch.job.method;
            }
        }
    }
    return 0;
}

static int equality_init(struct equality *equality, const struct config *config,
                         struct vib_error *err) {
    /* Of a sweep over data sets some points may be the mixture's; and some may have what only a
     * choice among the settings gives them. */
    struct job_kind kind = {.exponent = true,
                            .fixed_noise = true,
                            .components = true,
                            .mixture = data_is_mixture(&config->base.data) ||
                                       config_sweeps(config, key_find("dataset.name"))};
    memset(equality, 0, sizeof *equality);
    int rc = find_methods(equality, config, err);
    equality->first = calloc(config->n_axes + 1, sizeof *equality->first);
    if (rc == 0 && !equality->first)
        rc = no_memory(err);
    for (size_t i = 0; rc == 0 && i < config->n_axes; i++) {
        const struct axis *axis = &config->axes[i];
        equality->first[i] = calloc(VIB_METHODS * axis->n_values, sizeof *equality->first[i]);
        rc = equality->first[i] ? 0 : no_memory(err);
        for (size_t m = 0; rc == 0 && m < VIB_METHODS; m++) {
            kind.method = (enum vib_method)m;
            rc = find_first(axis, kind, equality->first[i] + m * axis->n_values, err);
        }
    }
    return rc;
}

/* The position of the first point that has the same settings as point p. */
static size_t first_equal(const struct equality *equality, const struct config *config, size_t p) {
    enum vib_method method = config->base.job.method;
    size_t first = 0, stride = 1, rest = p;
    for (size_t i = config->n_axes; i-- > 0 && equality->methods;) {
        if (i == equality->method_axis)
            method = equality->methods[rest % config->axes[i].n_values];
        rest /= config->axes[i].n_values;
    }
    rest = p;
    for (size_t i = config->n_axes; i-- > 0;) { /* the last axis varies fastest */
        const size_t n = config->axes[i].n_values;
        first += stride * equality->first[i][method * n + rest % n];
        rest /= n;
        stride *= n;
    }
    return first;
}

/* Every key is on one axis at most, so points are equal exactly when their values are equal axis
 * by axis, as far as these matter to their method: no point needs to be compared with another. (In
 * a sweep over data sets all keys of the mixture count, as do those that depend on another choice
 * than the method; the store then knows equal jobs.) */
static int mark_duplicates(const struct config *config, unsigned char *fates, size_t points,
                           struct vib_error *err) {
    struct equality equality;
    int rc = equality_init(&equality, config, err);
    unsigned char *seen = calloc(points, 1);
    if (rc == 0 && !seen)
        rc = no_memory(err);
    for (size_t p = 0; rc == 0 && p < points; p++) {
        if (fates[p] != KEPT)
            continue;
        const size_t first = first_equal(&equality, config, p);
        if (seen[first])
            fates[p] = DUPLICATE;
        seen[first] = 1;
    }
    free(seen);
    equality_release(&equality, config->n_axes);
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
