#include "runner/config/config.h"

#include "runner/config/config_arena.h"
#include "runner/config/config_build.h"
#include "runner/config/config_data.h"
#include "runner/config/config_plan.h"
#include "runner/config/config_text.h"
#include "runner/base/quote.h"
#include "runner/config/key_name.h"
#include "runner/config/yaml_doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory");
}

/* "--set KEY=VALUE" without quote's own marks, cut where it is long. */
static void describe_set(const char *set, char *text, size_t size) {
    char quoted[QUOTE_SIZE];
    quote(quoted, set);
    snprintf(text, size, "--set %.*s", (int)strlen(quoted) - 2, quoted + 1);
}

static int unknown_set_key(const char *origin, const char *name, struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    const char *nearest = key_nearest(name);
    quote(quoted, name);
    if (strncmp(name, "grid.", strlen("grid.")) == 0)
        return vib_error_set(err, VIB_ECONFIG, "%s: to sweep a key, give it a list: --set %s=[...]",
                             origin, name + strlen("grid."));
    if (nearest)
        return vib_error_set(err, VIB_ECONFIG, "%s: unknown key %s; did you mean '%s'?", origin,
                             quoted, nearest);
    return vib_error_set(err, VIB_ECONFIG, "%s: unknown key %s; `vib-sweep keys` lists all keys",
                         origin, quoted);
}

/* Finds the key of "KEY=VALUE" and where the value begins. */
static int split_set(const char *set, const char *origin, const struct key **key,
                     const char **value, struct vib_error *err) {
    const char *equals = strchr(set, '=');
    if (!equals || equals == set)
        return vib_error_set(err, VIB_ECONFIG, "%s: --set takes KEY=VALUE, as in train.epochs=2",
                             origin);
    char *name = strndup(set, (size_t)(equals - set));
    if (!name)
        return no_memory(err);
    *key = key_find(name);
    if (!*key)
        *key = key_of_section(name);
    *value = equals + 1;
    int rc = *key ? 0 : unknown_set_key(origin, name, err);
    free(name);
    return rc;
}

static int apply_set(struct config_plan *plan, const char *set, struct yaml_doc *doc,
                     struct vib_error *err) {
    char origin[QUOTE_SIZE + 8];
    const struct key *key = NULL;
    const char *value = NULL;
    describe_set(set, origin, sizeof origin);
    int rc = split_set(set, origin, &key, &value, err);
    if (rc != 0)
        return rc;
    size_t size = strlen(value);
    if (size > YAML_DOC_MAX_BYTES)
        return vib_error_set(err, VIB_ECONFIG, "%s: the value is too long", origin);
    rc = yaml_doc_load(doc, origin, false, value, size, err);
    if (rc == 0 && !yaml_doc_root(doc)) { /* nothing after '=': the empty string */
        yaml_doc_release(doc);
        rc = yaml_doc_load(doc, origin, false, "''", 2, err);
    }
    return rc != 0 ? rc : config_plan_override(plan, key, doc, err);
}

/* The sweep is named after its file, unless it has a name. */
static int default_name(struct config_plan *plan, const char *path, struct vib_error *err) {
    const struct key *key = key_find("name");
    if (config_plan_key(plan, key)->use != KEY_UNUSED)
        return 0;
    if (!config_text_has_name(path))
        return vib_error_set(err, VIB_ECONFIG,
                             "%s: a configuration that comes from no ordinary file needs the key "
                             "`name`, after which its database is named (--set name=NAME)",
                             path);
    const char *slash = strrchr(path, '/');
    char *name = config_arena_copy(plan->arena, slash ? slash + 1 : path);
    if (!name)
        return no_memory(err);
    char *dot = strrchr(name, '.');
    if (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0))
        *dot = '\0';
    struct vib_error reason;
    if (key_set(&plan->base, key, name, &reason) != 0)
        return vib_error_set(err, VIB_ECONFIG,
                             "%s: the file's name does not do as the name of the sweep, so the "
                             "key `name` is needed: %s",
                             path, reason.message);
    return 0;
}

/* docs[0] is for the file, docs[1 + i] for sets[i]. */
static int load_documents(struct config *config, struct yaml_doc *docs, const char *text,
                          size_t size, const char *const *sets, size_t n_sets,
                          struct vib_error *err) {
    struct config_plan plan;
    int rc = config_plan_init(&plan, config->arena, err);
    if (rc == 0)
        rc = yaml_doc_load(&docs[0], config->path, true, text, size, err);
    if (rc == 0)
        rc = config_plan_read(&plan, &docs[0], err);
    for (size_t i = 0; rc == 0 && i < n_sets; i++)
        rc = apply_set(&plan, sets[i], &docs[1 + i], err);
    if (rc == 0)
        rc = default_name(&plan, config->path, err);
    if (rc == 0)
        rc = config_data_name(&plan, config->path, &config->data_named, err);
    if (rc == 0)
        rc = config_build(config, &plan, &docs[0], err);
    return rc != 0 ? rc : config_data_check(config, err);
}

/* The file's text is given, or NULL to be read. */
static int load(struct config *config, const char *path, const char *given, const char *const *sets,
                size_t n_sets, struct vib_error *err) {
    char *text = given != NULL ? strdup(given) : NULL;
    size_t size = given != NULL ? strlen(given) : 0;
    memset(config, 0, sizeof *config);
    struct yaml_doc *docs = calloc(n_sets + 1, sizeof *docs);
    config->arena = config_arena_new();
    config->path = strdup(path);
    int rc = docs && config->arena && config->path && (text || !given) ? 0 : no_memory(err);
    if (rc == 0 && !given)
        rc = config_text_read(path, &text, &size, err);
    if (rc == 0)
        rc = load_documents(config, docs, text, size, sets, n_sets, err);
    if (rc == 0) {
        config->text = config_text_record(text, sets, n_sets);
        rc = config->text ? 0 : no_memory(err);
    }
    for (size_t i = 0; docs && i <= n_sets; i++)
        yaml_doc_release(&docs[i]);
    free(docs);
    free(text);
    if (rc != 0)
        config_release(config);
    return rc;
}

int config_load(struct config *config, const char *path, const char *const *sets, size_t n_sets,
                struct vib_error *err) {
    return load(config, path, NULL, sets, n_sets, err);
}

int config_of_sets(struct config *config, const char *const *sets, size_t n_sets,
                   struct vib_error *err) {
    return load(config, "the command line", "name: none\n", sets, n_sets, err);
}

void config_release(struct config *config) {
    config_arena_free(config->arena);
    free(config->path);
    free(config->text);
    memset(config, 0, sizeof *config);
}
