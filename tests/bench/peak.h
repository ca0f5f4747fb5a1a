/* The most multiply-adds that a core can do, by chains of the instructions that matrix libraries
 * are made of. A multiply-add counts as 2 FLOP. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include "core/params.h"
#include "tests/bench/workload.h"

#include <stdbool.h>
#include <stddef.h>

struct peak {
    const char *name;
    enum vib_type operands;
    bool (*supported)(void); /* by this CPU */
    float (*run)(void); /* the value matters to nobody, but keeps the work from being left out */
    double flops;       /* of one run */
};

extern const struct peak peaks[];
extern const size_t n_peaks;

/* Work is in FLOP. */
struct workload peak_workload(const struct peak *peak);

#endif
