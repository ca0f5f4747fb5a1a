/* Finds and loads the data sets that a sweep's jobs ask for, each distinct one once. */
#ifndef RUNNER_SWEEP_DATA_H
#define RUNNER_SWEEP_DATA_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/keys.h"

struct data_cache; /* opaque: data_spec -> vib_dataset */

int data_cache_new(struct data_cache **cache);
void data_cache_free(struct data_cache *cache);

/* The data set of a spec, loaded at the first call. Owned by the cache, immutable.
 * "mixture" is generated. Any other name is looked for as IDX files in spec->dir if that is set,
 * else in the first that exists of $VIB_SWEEP_DATA/<name>, $XDG_DATA_HOME/vib-sweep/<name> (default
 * ~/.local/share), /usr/share/datasets/<name>. Only one thread may use a cache at a time.
 * Errors: VIB_EDATA (what was looked for, every place that was tried, how to get it), VIB_ENOMEM.
 */
int data_cache_get(struct data_cache *cache, const struct data_spec *spec,
                   const struct vib_dataset **data, struct vib_error *err);

#endif
