/* The table of results at the end of a sweep, on stdout. */
#ifndef RUNNER_SWEEP_REPORT_H
#define RUNNER_SWEEP_REPORT_H

#include "core/error.h"
#include "runner/sweep/report_page.h"

/* Prints every point with the swept keys, its errors and the tightest valid bounds on the test
 * split, of data without one on the validation or the training split (or the state of a job that
 * failed), and counts the jobs that have not ended; and which trade-off the validation split
 * chooses. With more than REPORT_MAX_SEEDS rows, jobs that differ in nothing but
 * the seed share one: their mean and half of its 95 % interval, by view summary. Of more than
 * REPORT_MAX_ROWS rows only the first are printed. On a terminal the table has its width. What is
 * not shown is told, with where it is. Errors: VIB_ENOMEM, of the store. */
enum { REPORT_MAX_SEEDS = 20 };
int report_print(const struct report *report, struct vib_error *err);

#endif
