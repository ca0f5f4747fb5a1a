#include "runner/config/config_walk.h"

#include "runner/config/key_name.h"
#include "runner/base/quote.h"

#include <stdio.h>
#include <string.h>

/* Longer than the name of any key or section. */
enum { NAME_SIZE = 128 };

static const char *find_word(const struct config_walk *walk, const char *prefix, const char *name) {
    for (const char *const *word = walk->words; word && *word && !*prefix; word++) {
        if (strcmp(*word, name) == 0)
            return *word;
    }
    return NULL;
}

static const char *last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

static int unknown_name(const struct config_walk *walk, const char *name, const yaml_node_t *node,
                        const yaml_node_t *value, struct vib_error *err) {
    char quoted[QUOTE_SIZE];
    size_t length = 0;
    const char *key = key_nearest(name);
    const char *section = key_nearest_section(name, walk->words, &length);
    bool is_section = yaml_doc_is_mapping(value);
    const char *what = is_section ? "section" : "key";
    if (strcmp(last_part(name), "<<") == 0)
        return yaml_doc_error(walk->doc, node, err,
                              "merge keys (<<) are not supported: an alias may stand for a whole "
                              "section or value, else repeat the keys");
    quote(quoted, name);
    if (section && (is_section || !key))
        return yaml_doc_error(walk->doc, node, err, "unknown %s %s; did you mean '%.*s'?", what,
                              quoted, (int)length, section);
    if (key)
        return yaml_doc_error(walk->doc, node, err, "unknown %s %s; did you mean '%s'?", what,
                              quoted, key);
    return yaml_doc_error(walk->doc, node, err, "unknown %s %s; `vib-sweep keys` lists all keys",
                          what, quoted);
}

/* Whether an earlier pair of the mapping has the same name. Every earlier name was a known one and
 * unlike the others, so that there are few. */
static bool is_repeated(const struct yaml_doc *doc, const yaml_node_t *mapping, size_t pair) {
    const char *name = yaml_doc_text(yaml_doc_key(doc, mapping, pair));
    for (size_t i = 0; i < pair; i++) {
        if (strcmp(yaml_doc_text(yaml_doc_key(doc, mapping, i)), name) == 0)
            return true;
    }
    return false;
}

static int walk_pairs(const struct config_walk *walk, const char *prefix, const char *what,
                      const yaml_node_t *mapping, struct vib_error *err);

static int walk_pair(const struct config_walk *walk, const char *prefix, const char *name,
                     const yaml_node_t *node, const yaml_node_t *value, struct vib_error *err) {
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s%s%s", prefix, *prefix ? "." : "", name);
    const char *word = find_word(walk, prefix, name);
    if (word)
        return walk->on_word(walk->context, walk->doc, word, value, err);
    const struct key *key = key_find(full);
    if (!key && !yaml_doc_is_mapping(value) && !yaml_doc_is_nothing(value))
        key = key_of_section(full);
    if (key)
        return walk->on_key(walk->context, walk->doc, key, node, value, err);
    if (key_is_section(full))
        return walk_pairs(walk, full, full, value, err);
    return unknown_name(walk, full, node, value, err);
}

/* Recurses no deeper than the names of keys have parts. */
static int walk_pairs(const struct config_walk *walk, const char *prefix, const char *what,
                      const yaml_node_t *mapping, struct vib_error *err) {
    if (yaml_doc_is_nothing(mapping))
        return yaml_doc_error(walk->doc, mapping, err, "%s is empty: name its keys or leave it out",
                              what);
    if (!yaml_doc_is_mapping(mapping))
        return yaml_doc_error(walk->doc, mapping, err, "%s must be a mapping of keys, not a %s",
                              what, yaml_doc_is_list(mapping) ? "list" : "single value");
    for (size_t i = 0; i < yaml_doc_length(mapping); i++) {
        const yaml_node_t *name = yaml_doc_key(walk->doc, mapping, i);
        const yaml_node_t *value = yaml_doc_value(walk->doc, mapping, i);
        char quoted[QUOTE_SIZE];
        if (!yaml_doc_is_scalar(name))
            return yaml_doc_error(walk->doc, name, err, "a key must be a name, not a %s",
                                  yaml_doc_is_list(name) ? "list" : "mapping");
        if (is_repeated(walk->doc, mapping, i))
            return yaml_doc_error(walk->doc, name, err, "%s is given twice",
                                  quote(quoted, yaml_doc_text(name)));
        int rc = walk_pair(walk, prefix, yaml_doc_text(name), name, value, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int config_walk_run(const struct config_walk *walk, const char *what, const yaml_node_t *mapping,
                    struct vib_error *err) {
    return walk_pairs(walk, "", what, mapping, err);
}
