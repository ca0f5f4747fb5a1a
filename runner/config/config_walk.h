/* Walks the keys of one mapping of a configuration, nested, dotted, or a section's value in its
 * place (key_of_section). */
#ifndef RUNNER_CONFIG_CONFIG_WALK_H
#define RUNNER_CONFIG_CONFIG_WALK_H

#include "core/error.h"
#include "runner/config/keys.h"
#include "runner/config/yaml_doc.h"

struct config_walk {
    const struct yaml_doc *doc;
    void *context;
    /* Called for every key, in order; `name` is its node, for errors. Non-zero stops the walk. */
    int (*on_key)(void *context, const struct yaml_doc *doc, const struct key *key,
                  const yaml_node_t *name, const yaml_node_t *value, struct vib_error *err);
    /* Names allowed beside keys at the top of the mapping, NULL-terminated; NULL: none. */
    const char *const *words;
    int (*on_word)(void *context, const struct yaml_doc *doc, const char *word,
                   const yaml_node_t *value, struct vib_error *err);
};

/* Walks; mapping may be any node. Returns 0, what a callback returned, or VIB_ECONFIG: no mapping,
 * a name that is no scalar, unknown or given twice in a mapping, a section that is no mapping. */
int config_walk_run(const struct config_walk *walk, const char *what, const yaml_node_t *mapping,
                    struct vib_error *err);

#endif
