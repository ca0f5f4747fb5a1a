/* The update of the weights alone, which waits for memory. */
#ifndef BENCH_UPDATE_H
#define BENCH_UPDATE_H

#include "tests/bench/model.h"
#include "tests/bench/workload.h"

/* The update of all parameters (core/adam.h) in blocks like those of the backward pass, by a
 * gradient that stays in the cache. Work is in updates. The workload borrows *model. */
struct workload update_workload(const struct model *model);

/* Bytes that an update moves between memory and the cores, on the average of two steps. */
double update_bytes(const struct model *model);

#endif
