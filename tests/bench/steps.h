/* Training and evaluation of real jobs, each thread with a trainer of its own. */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include "core/dataset.h"
#include "core/params.h"
#include "tests/bench/team.h"

struct steps {
    struct vib_params params; /* each thread adds its number to the seed */
    const struct vib_dataset *data;
};

/* The workloads borrow *steps. Work is in examples. */
struct workload training_workload(const struct steps *steps);

/* Of the test split; an example of either split takes the same time. */
struct workload evaluation_workload(const struct steps *steps);

/* The final estimates of I(Z;X) from the test split. Work is in splits. */
struct workload estimates_workload(const struct steps *steps);

#endif
