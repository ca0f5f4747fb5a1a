/* Turns a plan into the axes and exclusions of a configuration. */
#ifndef RUNNER_CONFIG_CONFIG_BUILD_H
#define RUNNER_CONFIG_CONFIG_BUILD_H

#include "core/error.h"
#include "runner/config/config.h"
#include "runner/config/config_plan.h"

enum {
    CONFIG_MAX_EXCLUSIONS = 10000,
    CONFIG_MAX_EXCLUDED_VALUES = 100000 /* of all exclusions together */
};

/* Fills in base, axes and exclusions of *config from the plan of the file `doc`; they are owned by
 * the plan's arena. The points are counted before anything is built.
 * Errors: VIB_ECONFIG with the place, VIB_ENOMEM. */
int config_build(struct config *config, const struct config_plan *plan, const struct yaml_doc *doc,
                 struct vib_error *err);

#endif
