/* The configuration as the tasks of a plan get it: frozen, with the digests (SHA-256) of what they
 * must find again: the program, every data set, and the configuration itself.
 *
 * All stand in the one file, as comments before the YAML, so that it changes as a whole when a
 * grown grid is submitted. */
#ifndef RUNNER_CLUSTER_FROZEN_H
#define RUNNER_CLUSTER_FROZEN_H

#include "core/error.h"
#include "runner/config/config.h"
#include "runner/sweep/data_cache.h"

/* Writes the file, whole or not at all. The cache holds the data sets of the configuration's grid,
 * loaded in the order of its points. Errors: VIB_EIO, VIB_ECREATE, VIB_ENOMEM. */
int frozen_write(const char *path, const struct config *config, const struct data_cache *cache,
                 struct vib_error *err);

/* Whether configuration, program and data are those that were frozen. Loads every data set.
 * Errors, with both digests where they differ: VIB_ECONFIG (the configuration), VIB_EUSAGE (the
 * program), VIB_EDATA (a data set; either, where it is missing), VIB_ENOMEM. */
int frozen_check(const char *path, struct vib_error *err);

#endif
