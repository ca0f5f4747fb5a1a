/* What memory gives one core and all of them. */
#ifndef BENCH_BANDWIDTH_H
#define BENCH_BANDWIDTH_H

#include "tests/bench/workload.h"

#include <stddef.h>

/* Elements of each of three float32 arrays that are together several times the last cache. */
size_t triad_elements(void);

/* a[i] = b[i] + s c[i] (the triad of McCalpin's STREAM, in float32), *elements of each. Work is in
 * bytes: 12 per element, the reading of a before it is written not counted. The workload borrows
 * *elements. */
struct workload triad_workload(const size_t *elements);

#endif
