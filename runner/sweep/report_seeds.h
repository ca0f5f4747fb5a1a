/* The table of a sweep of many jobs: a row for every point, the mean over its seeds. */
#ifndef RUNNER_SWEEP_REPORT_SEEDS_H
#define RUNNER_SWEEP_REPORT_SEEDS_H

#include "core/error.h"
#include "runner/sweep/report_page.h"

#include <stdbool.h>

/* Whether the grid has jobs that differ in nothing but the seed. */
bool report_has_seeds(const struct grid *grid);

/* Fills a page without rows. Errors: VIB_ENOMEM, of the store. */
int report_seeds(const struct report *report, struct report_page *page, struct vib_error *err);

#endif
