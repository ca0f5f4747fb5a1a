#include "runner/config/config_build.h"

#include "runner/config/config_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}

/* Points of the product; *saturated when there are UINT64_MAX or more. */
static uint64_t count_points(const struct config_plan *plan, bool *saturated) {
    uint64_t points = 1;
    *saturated = false;
    for (size_t i = 0; i < plan->n_axes; i++) {
        uint64_t n = plan->axes[i].n_values;
        if (n == UINT64_MAX || __builtin_mul_overflow(points, n, &points)) {
            *saturated = true;
            return UINT64_MAX;
        }
    }
    return points;
}

/* "beta 1000 x K 1000", leaving out axes of one value. */
static void describe_axes(const struct config_plan *plan, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < plan->n_axes && length < size; i++) {
        const struct axis_plan *axis = &plan->axes[i];
        if (axis->n_values > 1)
            length +=
                (size_t)snprintf(text + length, size - length, "%s%s %llu", length ? " x " : "",
                                 axis->keys[0]->name, (unsigned long long)axis->n_values);
    }
}

static int check_size(const struct config_plan *plan, const struct yaml_doc *doc,
                      struct vib_error *err) {
    char axes[400];
    bool saturated;
    uint64_t points = count_points(plan, &saturated);
    if (points <= GRID_MAX_POINTS)
        return 0;
    describe_axes(plan, axes, sizeof axes);
    const yaml_node_t *place = plan->grid ? plan->grid : yaml_doc_root(doc);
    return yaml_doc_error(
        doc, place, err, "the grid has %s%llu points (%s); at most %d are possible",
        saturated ? "more than " : "", (unsigned long long)points, axes, (int)GRID_MAX_POINTS);
}

static int build_values(struct key_values *values, const struct value_source *source,
                        struct config_arena *arena, struct vib_error *err) {
    const size_t size = key_size(source->key);
    struct settings scratch;
    int rc = 0;
    values->key = source->key;
    values->n = (size_t)source->n;
    values->bytes = config_arena_alloc(arena, values->n, size);
    if (!values->bytes)
        return no_memory(err);
    for (size_t i = 0; i < values->n && rc == 0; i++) {
        rc = value_source_set(source, i, &scratch, arena, err);
        if (rc == 0)
            memcpy(values->bytes + i * size, key_at(&scratch, source->key), size);
    }
    return rc;
}

static int build_axis(struct axis *axis, const struct axis_plan *planned,
                      const struct config_plan *plan, struct vib_error *err) {
    int rc = 0;
    axis->n_keys = planned->n_keys;
    axis->n_values = (size_t)planned->n_values;
    axis->keys = config_arena_alloc(plan->arena, axis->n_keys, sizeof *axis->keys);
    if (!axis->keys)
        return no_memory(err);
    for (size_t k = 0; k < axis->n_keys && rc == 0; k++)
        rc = build_values(&axis->keys[k], &config_plan_key(plan, planned->keys[k])->source,
                          plan->arena, err);
    return rc;
}

static int build_axes(struct config *config, const struct config_plan *plan,
                      struct vib_error *err) {
    config->axes = config_arena_alloc(plan->arena, plan->n_axes, sizeof *config->axes);
    if (!config->axes)
        return no_memory(err);
    config->n_axes = plan->n_axes;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < plan->n_axes; i++)
        rc = build_axis(&config->axes[i], &plan->axes[i], plan, err);
    return rc;
}

/* The methods that base and axes give. */
static unsigned methods_of(const struct config *config) {
    const struct key *method = key_find("method");
    unsigned methods = 0;
    struct settings scratch;
    const struct key_values *values = config_values(config, method);
    for (size_t v = 0; values != NULL && v < values->n; v++) {
        key_put(&scratch, method, key_values_at(values, v));
        methods |= 1u << scratch.job.method;
    }
    return methods != 0 ? methods : 1u << config->base.job.method;
}

struct exclude_context {
    const struct config_plan *plan;
    uint64_t n_values;             /* so far, of all exclusions */
    size_t n_conditions;           /* so far, of this exclusion */
    struct key_values *conditions; /* [n_keys], reused */
};

static int compare_values(const void *a, const void *b, void *context) {
    const struct key_values *values = context;
    return key_compare(values->key, a, b);
}

static int build_condition(struct key_values *condition, const struct value_source *source,
                           struct config_arena *arena, struct vib_error *err) {
    int rc = build_values(condition, source, arena, err);
    if (rc == 0)
        qsort_r(condition->bytes, condition->n, key_size(condition->key), compare_values,
                condition);
    return rc;
}

static int on_condition(void *context, const struct yaml_doc *doc, const struct key *key,
                        const yaml_node_t *name, const yaml_node_t *value, struct vib_error *err) {
    struct exclude_context *exclude = context;
    const struct key_plan *planned = config_plan_key(exclude->plan, key);
    struct value_source source;
    if (planned->use != KEY_SWEPT && planned->use != KEY_ZIPPED && !planned->overridden)
        return yaml_doc_error(doc, name, err, "exclude names %s, which the grid does not sweep",
                              key->name);
    for (size_t i = 0; i < exclude->n_conditions; i++) {
        if (exclude->conditions[i].key == key)
            return yaml_doc_error(doc, name, err, "%s is given twice", key->name);
    }
    int rc = value_source_init(&source, doc, value, key, err);
    if (rc != 0)
        return rc;
    if (source.n > CONFIG_MAX_EXCLUDED_VALUES - exclude->n_values)
        return yaml_doc_error(doc, value, err, "more than %d values under exclude",
                              (int)CONFIG_MAX_EXCLUDED_VALUES);
    exclude->n_values += source.n;
    return build_condition(&exclude->conditions[exclude->n_conditions++], &source,
                           exclude->plan->arena, err);
}

static int build_exclusion(struct exclusion *exclusion, struct exclude_context *context,
                           const struct yaml_doc *doc, const yaml_node_t *node,
                           struct vib_error *err) {
    struct config_walk walk = {.doc = doc, .context = context, .on_key = on_condition};
    context->n_conditions = 0;
    int rc = config_walk_run(&walk, "an entry of exclude", node, err);
    if (rc != 0)
        return rc;
    if (context->n_conditions == 0)
        return yaml_doc_error(doc, node, err,
                              "an entry of exclude names no key: it would leave out every point");
    struct config_arena *arena = context->plan->arena;
    size_t size = sizeof *exclusion->conditions;
    exclusion->n_conditions = context->n_conditions;
    exclusion->conditions = config_arena_alloc(arena, exclusion->n_conditions, size);
    if (!exclusion->conditions)
        return no_memory(err);
    memcpy(exclusion->conditions, context->conditions, exclusion->n_conditions * size);
    return 0;
}

static int build_exclusions(struct config *config, const struct config_plan *plan,
                            const struct yaml_doc *doc, struct vib_error *err) {
    const yaml_node_t *node = plan->exclude;
    if (!node)
        return 0;
    bool is_list = yaml_doc_is_list(node);
    size_t n = is_list ? yaml_doc_length(node) : 1;
    if (n > CONFIG_MAX_EXCLUSIONS)
        return yaml_doc_error(doc, node, err, "more than %d entries under exclude",
                              (int)CONFIG_MAX_EXCLUSIONS);
    struct exclude_context context = {.plan = plan};
    context.conditions = config_arena_alloc(plan->arena, n_keys, sizeof *context.conditions);
    config->exclusions = config_arena_alloc(plan->arena, n, sizeof *config->exclusions);
    if (!context.conditions || !config->exclusions)
        return no_memory(err);
    config->n_exclusions = n;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = build_exclusion(&config->exclusions[i], &context, doc,
                             is_list ? yaml_doc_item(doc, node, i) : node, err);
    return rc;
}

int config_build(struct config *config, const struct config_plan *plan, const struct yaml_doc *doc,
                 struct vib_error *err) {
    config->base = plan->base;
    int rc = check_size(plan, doc, err);
    if (rc == 0)
        rc = build_axes(config, plan, err);
    if (rc == 0)
        config->methods = methods_of(config);
    return rc != 0 ? rc : build_exclusions(config, plan, doc, err);
}
