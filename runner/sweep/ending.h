/* The line about a job that has ended, alike on a terminal, in a log, and for those who watch from
 * elsewhere. */
#ifndef RUNNER_SWEEP_ENDING_H
#define RUNNER_SWEEP_ENDING_H

#include "core/dataset.h"
#include "runner/store/result.h"

#include <stddef.h>

enum { ENDING_SIZE = 2048 /* bytes of a line; longer ones are cut */ };

/* A job that is done, diverged or failed. */
struct ending {
    enum job_state state;
    enum vib_split_id split; /* that the numbers of a job that is done are of */
    double error_mc;         /* share, 0..1; NaN: without a result */
    double izx_upper;        /* bits, the rate; NaN: has none */
    double izy_lower;        /* bits; NaN: has none */
    double elapsed_s;        /* of training and evaluation */
    const char *message;     /* borrowed; "" when there is nothing to tell */
};

/* "error_mc 1.50 %, I(Z;X) <= 12.345 bits, I(Z;Y) >= 3.1234 bits, 35 s", or what went wrong; made
 * printable. */
void ending_text(const struct ending *ending, char text[ENDING_SIZE]);

/* The whole line: "2026-01-31T23:59:59Z [3/12] beta=0.01: " and what became of it, ended out of so
 * many; made printable. */
void ending_line(size_t ended, size_t total, const char *label, const char *text,
                 char line[ENDING_SIZE]);

#endif
