/* What was measured, as a table for people and as JSON. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One measurement on one number of threads; NaN where there is nothing to say. */
struct figure {
    double median, best; /* over the rounds, in the row's unit */
    double of_peak;      /* share that the median is of the median of a peak, 0..1 */
};

extern const struct figure no_figure;

struct report_row {
    char section[80]; /* rows of a section stand together */
    char name[64];
    char unit[16];
    struct figure one,
        all;        /* one thread; all together, all of them: sums for rates, means for times */
    double scaling; /* all over threads x one, 0..1; NaN for what is no rate */
};

struct report_target {
    char name[80];
    char unit[16];
    bool at_least; /* else at most */
    double bound, measured;
};

struct report {
    char date[32];             /* UTC */
    char cpu[128];             /* model name */
    size_t threads;            /* of the rows' `all`: the processors this process may use */
    double load;               /* average number of runnable processes in the minute before; NaN */
    double busy_one, busy_all; /* share of the time for which the threads had a processor, 0..1 */
    const char *version;       /* of the program */
    const char *build;         /* compiler, flags, revision */
    const char *library;       /* of the matrix products */
    struct report_row *rows;   /* owned */
    size_t n_rows;
    struct report_target *targets; /* owned */
    size_t n_targets;
};

/* Fills in what is known beforehand; there are no rows and no targets yet. */
void report_init(struct report *report);
void report_release(struct report *report);

/* Appends a copy. Error: VIB_ENOMEM. */
int report_add_row(struct report *report, const struct report_row *row);
int report_add_target(struct report *report, const struct report_target *target);

bool report_target_met(const struct report_target *target); /* false for NaN */

/* Errors: VIB_EIO. */
int report_print(const struct report *report, FILE *out);
int report_write_json(const struct report *report, const char *path);

#endif
