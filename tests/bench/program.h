/* What the program itself takes, run as a child: memory, and the runner's own time. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include "core/error.h"

#include <stddef.h>

/* The largest memory, MB (10^6 bytes), of the program at the MNIST job of K = 256 (one epoch) on
 * `threads` threads with a job for each. To be called while this process holds little more than
 * the data: Linux counts what the parent had at the start as the child's. Errors: VIB_ECREATE,
 * VIB_EIO, VIB_EINVAL (the program did not succeed). */
int program_memory(char *program, size_t threads, double *mb, struct vib_error *err);

enum { OVERHEAD_JOBS = 100000 };

struct program_overhead {
    double sweep_s;  /* OVERHEAD_JOBS jobs that do nothing, into a new database */
    double resume_s; /* the same command again, with nothing left to do */
};

/* null_program is the program with tests/bench/null_trainer.c. Errors: as above. */
int program_overhead(char *null_program, size_t threads, struct program_overhead *overhead,
                     struct vib_error *err);

#endif
