/* The table of a sweep of few jobs: a row for each. */
#ifndef RUNNER_SWEEP_REPORT_JOBS_H
#define RUNNER_SWEEP_REPORT_JOBS_H

#include "core/error.h"
#include "runner/sweep/report_page.h"

/* Fills a page without rows by the first REPORT_MAX_ROWS jobs of the grid. Errors: VIB_ENOMEM, of
 * the store. */
int report_jobs(const struct report *report, struct report_page *page, struct vib_error *err);

#endif
