/* What memory gives one core and all of them, and what the update of the weights makes of it. */
#ifndef BENCH_BANDWIDTH_H
#define BENCH_BANDWIDTH_H

#include "core/params.h"
#include "tests/bench/team.h"

#include <stddef.h>

/* a[i] = b[i] + s c[i] over arrays that no cache holds (the triad of McCalpin's STREAM, in
 * float32). Work is in bytes: 12 per element, the reading of a before it is written not counted. */
struct workload triad_workload(void);

/* The update of all parameters (core/adam.h) in blocks like those of the backward pass, by a
 * gradient that stays in the cache. Work is in updates. */
struct update {
    struct vib_params params;
    size_t n_params;
};

/* The workload borrows *update. */
struct workload update_workload(const struct update *update);

#endif
