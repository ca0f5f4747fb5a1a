/* Training and evaluation of real jobs, each worker with a trainer of its own, whose work its team
 * shares. */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include "tests/bench/model.h"
#include "tests/bench/workload.h"

/* The workloads borrow *model; each worker adds its number to the seed. Work is in examples. */
struct workload step_workload(const struct model *model);

/* Of the test split; an example of either split takes the same time. */
struct workload evaluation_workload(const struct model *model);

/* The final estimates of I(Z;X) from the test split. Work is in splits. */
struct workload estimates_workload(const struct model *model);

#endif
