/* A configuration as read but not yet built: which keys are fixed and which are swept by what, and
 * how many values that makes. */
#ifndef RUNNER_CONFIG_CONFIG_PLAN_H
#define RUNNER_CONFIG_CONFIG_PLAN_H

#include "core/error.h"
#include "runner/config/config.h"
#include "runner/config/config_arena.h"
#include "runner/config/grid_values.h"
#include "runner/config/keys.h"
#include "runner/config/yaml_doc.h"

#include <stdbool.h>
#include <stddef.h>

enum key_use { KEY_UNUSED, KEY_FIXED, KEY_SWEPT, KEY_ZIPPED };

struct key_plan {
    enum key_use use;
    bool overridden; /* by --set */
    size_t line;     /* where the file uses it */
    struct value_source source;
};

struct axis_plan {
    size_t n_keys;
    const struct key **keys; /* their sources are in key_plan */
    uint64_t n_values;
};

struct config_plan {
    struct config_arena *arena; /* borrowed: owns the arrays here */
    struct settings base;
    struct key_plan *keys; /* [n_keys], beside the table's rows */
    size_t n_axes;
    struct axis_plan *axes;     /* at most n_keys */
    const yaml_node_t *grid;    /* NULL: none */
    const yaml_node_t *exclude; /* NULL: none; in the file's document */
};

/* An empty plan with every key at its default. Errors: VIB_ENOMEM. */
int config_plan_init(struct config_plan *plan, struct config_arena *arena, struct vib_error *err);

/* Reads the file's document, which must outlive the plan. Errors: VIB_ECONFIG, VIB_ENOMEM. */
int config_plan_read(struct config_plan *plan, const struct yaml_doc *doc, struct vib_error *err);

/* Applies one override; doc holds its value and must outlive the plan. Errors likewise. */
int config_plan_override(struct config_plan *plan, const struct key *key,
                         const struct yaml_doc *doc, struct vib_error *err);

struct key_plan *config_plan_key(const struct config_plan *plan, const struct key *key);

#endif
