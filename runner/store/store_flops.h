/* The work of jobs, estimated from what a database holds of them: their values and the sizes of
 * their data. What a view keeps of a split is rounded to whole examples, which need not be its very
 * number. Thread rule as for the store. */
#ifndef RUNNER_STORE_STORE_FLOPS_H
#define RUNNER_STORE_STORE_FLOPS_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/keys.h"

#include <stdbool.h>

struct store;
struct store_flops;

/* Reads the sizes of the data. Errors: those of store_query; VIB_ENOMEM. */
int store_flops_new(struct store_flops **flops, struct store *store, struct vib_error *err);

/* Whether the estimate of a point was made before, and what it is. */
bool store_flops_find(struct store_flops *flops, const char *point, double *value);

/* Makes it (vib_job_flops) of the settings of one of its jobs; NaN where the data is not known.
 * Error: VIB_ENOMEM. */
int store_flops_make(struct store_flops *flops, const char *point, const char *digest,
                     const struct settings *settings, double *value, struct vib_error *err);

void store_flops_free(struct store_flops *flops); /* NULL is harmless */

#endif
