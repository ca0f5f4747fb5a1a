/* What a configuration calls its data set, and where it says that this lies. */
#ifndef RUNNER_CONFIG_CONFIG_DATA_H
#define RUNNER_CONFIG_CONFIG_DATA_H

#include "core/error.h"
#include "runner/config/config.h"
#include "runner/config/config_plan.h"

#include <stdbool.h>

/* Names the data set after the folder or file that dataset.dir gives, else after the file that
 * dataset.files.train does, without .npz and the like, unless the plan has dataset.name:
 * *named then. path, of the configuration, is for errors: VIB_ECONFIG when the folder's name does
 * not do, VIB_ENOMEM. */
int config_data_name(struct config_plan *plan, const char *path, bool *named,
                     struct vib_error *err);

/* Refuses, as VIB_ECONFIG, a dataset.dir or dataset.files that is beside several data sets or the
 * built-in one. */
int config_data_check(const struct config *config, struct vib_error *err);

#endif
