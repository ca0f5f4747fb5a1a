/* The values that a node of the configuration gives a key: one value, a list, or an expression.
 *
 *   {logspace: {from, to, count}}  evenly spaced logarithms; from, to above 0
 *   {linspace: {from, to, count}}  evenly spaced values
 *   {range: {from, to, step}}      from, from + step, ... up to `to`, included when it is met
 *
 * from and to are met exactly. Values of range are exact decimals; the inner values of the others
 * are computed, then rounded to 15 significant digits, so that 1e-3 is the double nearest to 1e-3
 * on every machine and `WHERE beta = 1e-3` finds it. For whole-number keys logspace rounds to the
 * nearest whole number; linspace and range must give whole numbers. */
#ifndef RUNNER_CONFIG_GRID_VALUES_H
#define RUNNER_CONFIG_GRID_VALUES_H

#include "core/error.h"
#include "runner/config/config_arena.h"
#include "runner/base/decimal.h"
#include "runner/config/keys.h"
#include "runner/config/yaml_doc.h"

#include <stdbool.h>
#include <stdint.h>

enum value_kind { VALUE_SINGLE, VALUE_LIST, VALUE_LOGSPACE, VALUE_LINSPACE, VALUE_RANGE };

struct value_source {
    const struct key *key;
    const struct yaml_doc *doc; /* borrowed, as is node */
    const yaml_node_t *node;
    enum value_kind kind;
    uint64_t n;                    /* values; UINT64_MAX stands for that many or more */
    struct decimal from, to, step; /* as the kind has them; aligned, but for logspace */
    double from_value, to_value;   /* logspace only */
};

/* Reads the shape and counts, building nothing. For a KEY_WIDTHS a list of scalars is a single
 * value. Errors: VIB_ECONFIG with the place: an empty list, a bad expression, an expression for a
 * key that is no number. */
int value_source_init(struct value_source *source, const struct yaml_doc *doc,
                      const yaml_node_t *node, const struct key *key, struct vib_error *err);

/* Sets the source's key to value i < n. Strings are copied into the arena.
 * Errors: VIB_ECONFIG with the place when the key does not take it, VIB_ENOMEM. */
int value_source_set(const struct value_source *source, size_t i, struct settings *settings,
                     struct config_arena *arena, struct vib_error *err);

/* Sets the key to the value that a node is by itself: a scalar, or a list of widths. Strings are
 * copied into the arena. Errors as above; for a list where one value is wanted, how to sweep. */
int value_set(struct settings *settings, const struct yaml_doc *doc, const yaml_node_t *node,
              const struct key *key, struct config_arena *arena, struct vib_error *err);

#endif
