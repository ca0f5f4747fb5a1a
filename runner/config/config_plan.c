#include "runner/config/config_plan.h"

#include "runner/config/config_walk.h"

#include <string.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}

int config_plan_init(struct config_plan *plan, struct config_arena *arena, struct vib_error *err) {
    memset(plan, 0, sizeof *plan);
    plan->arena = arena;
    settings_init(&plan->base);
    plan->keys = config_arena_alloc(arena, n_keys, sizeof *plan->keys);
    plan->axes = config_arena_alloc(arena, n_keys, sizeof *plan->axes);
    return plan->keys && plan->axes ? 0 : no_memory(err);
}

struct key_plan *config_plan_key(const struct config_plan *plan, const struct key *key) {
    return &plan->keys[key - keys];
}

/* Marks a key as used, once only. */
static int claim(struct config_plan *plan, const struct yaml_doc *doc, const struct key *key,
                 enum key_use use, const yaml_node_t *name, struct vib_error *err) {
    static const char *const used[] = {"unused", "fixed", "swept", "swept in zip"};
    struct key_plan *planned = config_plan_key(plan, key);
    if (planned->use == use && use == KEY_FIXED)
        return yaml_doc_error(doc, name, err, "%s is given twice, first on line %zu", key->name,
                              planned->line);
    if (planned->use != KEY_UNUSED)
        return yaml_doc_error(doc, name, err, "%s is %s here but already %s on line %zu", key->name,
                              used[use], used[planned->use], planned->line);
    if (use != KEY_FIXED && key->flags & KEY_SWEEP)
        return yaml_doc_error(doc, name, err,
                              "%s belongs to the sweep as a whole and cannot be swept", key->name);
    planned->use = use;
    planned->line = name->start_mark.line + 1;
    return 0;
}

static int on_fixed(void *context, const struct yaml_doc *doc, const struct key *key,
                    const yaml_node_t *name, const yaml_node_t *value, struct vib_error *err) {
    struct config_plan *plan = context;
    int rc = claim(plan, doc, key, KEY_FIXED, name, err);
    return rc != 0 ? rc : value_set(&plan->base, doc, value, key, plan->arena, err);
}

/* Reads a swept key's values; a single value is not what grid and zip take. */
static int read_source(struct config_plan *plan, const struct yaml_doc *doc, const struct key *key,
                       const yaml_node_t *value, struct vib_error *err) {
    struct value_source *source = &config_plan_key(plan, key)->source;
    int rc = value_source_init(source, doc, value, key, err);
    if (rc != 0 || source->kind != VALUE_SINGLE)
        return rc;
    if (key_is_list(key) && yaml_doc_is_list(value))
        return yaml_doc_length(value) == 0
                   ? yaml_doc_error(doc, value, err, "the list of values for %s is empty",
                                    key->name)
                   : yaml_doc_error(doc, value, err,
                                    "the values for %s must be lists, as in [[1024, 1024], [512]]",
                                    key->name);
    return yaml_doc_error(doc, value, err,
                          "the values for %s under grid must be a list, or one of "
                          "{logspace: ...}, {linspace: ...} and {range: ...}",
                          key->name);
}

static int add_axis(struct config_plan *plan, size_t room, struct axis_plan **axis,
                    struct vib_error *err) {
    *axis = &plan->axes[plan->n_axes];
    **axis = (struct axis_plan){0};
    (*axis)->keys = config_arena_alloc(plan->arena, room, sizeof *(*axis)->keys);
    if (!(*axis)->keys)
        return no_memory(err);
    plan->n_axes++;
    return 0;
}

static int add_swept(struct config_plan *plan, const struct key *key, struct vib_error *err) {
    struct axis_plan *axis;
    int rc = add_axis(plan, 1, &axis, err);
    if (rc != 0)
        return rc;
    axis->keys[axis->n_keys++] = key;
    axis->n_values = config_plan_key(plan, key)->source.n;
    return 0;
}

static int on_swept(void *context, const struct yaml_doc *doc, const struct key *key,
                    const yaml_node_t *name, const yaml_node_t *value, struct vib_error *err) {
    struct config_plan *plan = context;
    int rc = claim(plan, doc, key, KEY_SWEPT, name, err);
    if (rc == 0)
        rc = read_source(plan, doc, key, value, err);
    return rc != 0 ? rc : add_swept(plan, key, err);
}

struct zip_context {
    struct config_plan *plan;
    struct axis_plan *axis;
};

static int on_zipped(void *context, const struct yaml_doc *doc, const struct key *key,
                     const yaml_node_t *name, const yaml_node_t *value, struct vib_error *err) {
    struct zip_context *zip = context;
    struct axis_plan *axis = zip->axis;
    int rc = claim(zip->plan, doc, key, KEY_ZIPPED, name, err);
    if (rc == 0)
        rc = read_source(zip->plan, doc, key, value, err);
    if (rc != 0)
        return rc;
    uint64_t n = config_plan_key(zip->plan, key)->source.n;
    if (axis->n_keys > 0 && n != axis->n_values)
        return yaml_doc_error(doc, value, err,
                              "keys of a zip vary together: %s has %llu values, but %s has %llu",
                              key->name, (unsigned long long)n, axis->keys[0]->name,
                              (unsigned long long)axis->n_values);
    axis->keys[axis->n_keys++] = key;
    axis->n_values = n;
    return 0;
}

static int read_zip_group(struct config_plan *plan, const struct yaml_doc *doc,
                          const yaml_node_t *node, struct vib_error *err) {
    struct zip_context zip = {.plan = plan};
    struct config_walk walk = {.doc = doc, .context = &zip, .on_key = on_zipped};
    if (yaml_doc_is_mapping(node) && yaml_doc_length(node) == 0)
        return yaml_doc_error(doc, node, err, "an empty zip");
    if (plan->n_axes == n_keys) /* then every key is on an axis: the next one is a repetition */
        return yaml_doc_error(doc, node, err, "more groups under zip than there are keys");
    int rc = add_axis(plan, n_keys, &zip.axis, err);
    if (rc == 0)
        rc = config_walk_run(&walk, "a group of zip", node, err);
    if (rc == 0 && zip.axis->n_keys == 0)
        rc = yaml_doc_error(doc, node, err, "an empty zip");
    return rc;
}

static int read_zip(struct config_plan *plan, const struct yaml_doc *doc, const yaml_node_t *node,
                    struct vib_error *err) {
    if (!yaml_doc_is_list(node))
        return read_zip_group(plan, doc, node, err);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < yaml_doc_length(node); i++)
        rc = read_zip_group(plan, doc, yaml_doc_item(doc, node, i), err);
    return rc;
}

static int on_grid_word(void *context, const struct yaml_doc *doc, const char *word,
                        const yaml_node_t *value, struct vib_error *err) {
    struct config_plan *plan = context;
    if (strcmp(word, "zip") == 0)
        return read_zip(plan, doc, value, err);
    plan->exclude = value;
    return 0;
}

static int on_top_word(void *context, const struct yaml_doc *doc, const char *word,
                       const yaml_node_t *value, struct vib_error *err) {
    static const char *const words[] = {"zip", "exclude", NULL};
    struct config_plan *plan = context;
    struct config_walk walk = {doc, plan, on_swept, words, on_grid_word};
    plan->grid = value;
    if (yaml_doc_is_list(value))
        return yaml_doc_error(doc, value, err,
                              "grid must be a mapping of keys, not a list: it is one product, in "
                              "which `zip` lists keys that vary together and `exclude` leaves "
                              "points out; several grids are several configurations, which one "
                              "--db takes");
    int rc = config_walk_run(&walk, word, value, err);
    if (rc == 0 && plan->n_axes == 0)
        rc = yaml_doc_error(doc, value, err,
                            "the grid sweeps no key; without `grid` there is one job");
    return rc;
}

int config_plan_read(struct config_plan *plan, const struct yaml_doc *doc, struct vib_error *err) {
    static const char *const words[] = {"grid", NULL};
    struct config_walk walk = {doc, plan, on_fixed, words, on_top_word};
    const yaml_node_t *root = yaml_doc_root(doc);
    if (!root)
        return vib_error_set(err, VIB_ECONFIG,
                             "%s:1:1: the configuration is empty; `vib-sweep keys` lists all keys",
                             doc->origin);
    return config_walk_run(&walk, "a configuration", root, err);
}

static void remove_axis(struct config_plan *plan, const struct key *key) {
    size_t i = 0;
    while (i < plan->n_axes && plan->axes[i].keys[0] != key)
        i++;
    plan->n_axes--;
    memmove(&plan->axes[i], &plan->axes[i + 1], (plan->n_axes - i) * sizeof plan->axes[0]);
}

static int fix_key(struct config_plan *plan, const struct key *key, const struct yaml_doc *doc,
                   struct vib_error *err) {
    struct key_plan *planned = config_plan_key(plan, key);
    int rc = value_set(&plan->base, doc, yaml_doc_root(doc), key, plan->arena, err);
    if (rc != 0)
        return rc;
    if (planned->use == KEY_SWEPT)
        remove_axis(plan, key);
    planned->use = KEY_FIXED;
    return 0;
}

static int sweep_key(struct config_plan *plan, const struct key *key, const struct yaml_doc *doc,
                     const struct value_source *source, struct vib_error *err) {
    struct key_plan *planned = config_plan_key(plan, key);
    if (key->flags & KEY_SWEEP)
        return yaml_doc_error(doc, yaml_doc_root(doc), err,
                              "%s belongs to the sweep as a whole and cannot be swept", key->name);
    planned->source = *source;
    if (planned->use != KEY_SWEPT) {
        planned->use = KEY_SWEPT;
        return add_swept(plan, key, err);
    }
    for (size_t i = 0; i < plan->n_axes; i++) {
        if (plan->axes[i].keys[0] == key)
            plan->axes[i].n_values = source->n;
    }
    return 0;
}

int config_plan_override(struct config_plan *plan, const struct key *key,
                         const struct yaml_doc *doc, struct vib_error *err) {
    struct key_plan *planned = config_plan_key(plan, key);
    struct value_source source;
    if (planned->use == KEY_ZIPPED)
        return yaml_doc_error(doc, yaml_doc_root(doc), err,
                              "%s varies together with other keys in a zip (line %zu): it can be "
                              "changed only there",
                              key->name, planned->line);
    int rc = value_source_init(&source, doc, yaml_doc_root(doc), key, err);
    if (rc != 0)
        return rc;
    planned->overridden = true;
    if (source.kind == VALUE_SINGLE)
        return fix_key(plan, key, doc, err);
    return sweep_key(plan, key, doc, &source, err);
}
