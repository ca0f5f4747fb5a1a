/* The data sets of a sweep: what each is, known from the start, and its examples, in memory while a
 * job needs them. */
#ifndef RUNNER_SWEEP_DATA_CACHE_H
#define RUNNER_SWEEP_DATA_CACHE_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/keys.h"

#include <stddef.h>

struct data_cache; /* opaque: data_spec -> vib_dataset */

/* Examples that no job needs stay in memory as long as all that are there take keep_bytes at most:
 * a sweep of many data sets does not hold all of them, one of a few reads each once.
 * Error: VIB_ENOMEM. */
int data_cache_new(struct data_cache **cache, size_t keep_bytes);
void data_cache_free(struct data_cache *cache);

/* The data set of a spec, loaded at the first call (data_load, whose errors these are). Owned by
 * the cache and constant but for its examples and labels, which may be read between
 * data_cache_hold and data_cache_let_go alone. One thread at a time, and no other meanwhile. */
int data_cache_get(struct data_cache *cache, const struct data_spec *spec,
                   const struct vib_dataset **data, struct vib_error *err);

/* The data sets in the order of the calls that loaded them. */
size_t data_cache_n(const struct data_cache *cache);
const struct vib_dataset *data_cache_at(const struct data_cache *cache, size_t i);

/* Calls a data set of a cache otherwise; the name is cut to fit. One thread, and no other
 * meanwhile. */
void data_cache_rename(const struct vib_dataset *data, const char *name);

/* Sees to it that the examples are in memory, until the matching data_cache_let_go. Any thread;
 * one that needs another data set does not wait. Errors: of data_load, and VIB_EDATA when the files
 * are no longer those that were loaded first. */
int data_cache_hold(struct data_cache *cache, const struct vib_dataset *data,
                    struct vib_error *err);
void data_cache_let_go(struct data_cache *cache, const struct vib_dataset *data);

#endif
