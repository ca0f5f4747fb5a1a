/* Reading {logspace: {...}}, {linspace: {...}} and {range: {...}}; see runner/config/grid_values.h.
 */
#ifndef RUNNER_CONFIG_GRID_EXPRESSION_H
#define RUNNER_CONFIG_GRID_EXPRESSION_H

#include "core/error.h"
#include "runner/config/grid_values.h"

/* Fills in kind, n and the ends of a source whose node is a mapping.
 * Errors: VIB_ECONFIG with the place. */
int grid_expression_read(struct value_source *source, struct vib_error *err);

#endif
