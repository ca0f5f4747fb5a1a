/* The table of results at the end of a sweep, on stdout. */
#ifndef RUNNER_SWEEP_REPORT_H
#define RUNNER_SWEEP_REPORT_H

#include "core/error.h"
#include "runner/config/grid.h"
#include "runner/store/store.h"

#include <stddef.h>
#include <stdint.h>

/* ids[i] is the row of table job for point i of the grid. Prints every point with the swept keys
 * and what was measured on the test split, of data without one on the validation or the training
 * split (or the state of a job that failed), and counts the jobs that have not ended; of a grid
 * beyond REPORT_MAX_ROWS points only the first, and says so. */
enum { REPORT_MAX_ROWS = 200 };
int report_print(struct store *store, const struct grid *grid, const int64_t *ids,
                 const char *database, struct vib_error *err);

#endif
