/* From what was measured to the report. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "tests/bench/plan.h"
#include "tests/bench/program.h"
#include "tests/bench/report.h"

/* What is measured once, beside the plan's series. */
struct singles {
    double load_s; /* of MNIST */
    double memory_one_mb, memory_all_mb;
    struct program_overhead overhead;
};

/* Adds all rows and targets, and sets how busy the threads were. Error: VIB_ENOMEM. */
int rows_add(struct report *report, const struct plan *plan, const struct singles *singles);

#endif
