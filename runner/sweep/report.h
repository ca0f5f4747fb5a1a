/* The table of results at the end of a sweep, on stdout. */
#ifndef RUNNER_SWEEP_REPORT_H
#define RUNNER_SWEEP_REPORT_H

#include "core/error.h"
#include "runner/config/grid.h"
#include "runner/config/label.h"
#include "runner/store/store.h"
#include "runner/sweep/report_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is reported of. */
struct report {
    struct store *store; /* borrowed, as all that follows */
    const struct grid *grid;
    const int64_t *ids;   /* [grid->n] of table job */
    const char *database; /* its path */
};

/* Prints every point with the swept keys and what was measured on the test split, of data without
 * one on the validation or the training split (or the state of a job that failed), and counts the
 * jobs that have not ended. With more than REPORT_MAX_SEEDS rows, jobs that differ in nothing but
 * the seed share one: their mean and half of its 95 % interval, by view summary. Of more than
 * REPORT_MAX_ROWS rows only the first are printed. On a terminal the table has its width. What is
 * not shown is told, with where it is. Errors: VIB_ENOMEM, of the store. */
enum { REPORT_MAX_ROWS = 200, REPORT_MAX_SEEDS = 20 };
int report_print(const struct report *report, struct vib_error *err);

/* --- for runner/sweep/report*.c --- */

/* A table and the sentences around it. */
struct report_page {
    struct report_table table;
    struct label label;      /* the columns before table.values */
    enum vib_split_id usual; /* the split of most data; rows of any other say whose they are */
    bool several;            /* there are such rows */
    size_t n_rows;           /* that there are, shown or not */
    size_t n_open, n_failed; /* jobs without a row that have not ended, or failed, or diverged */
};

/* Fills a page with a row for each point, whatever its seeds. Errors: as above. */
int report_seeds(const struct report *report, struct report_page *page, struct vib_error *err);

/* Adds the columns of the values, behind those of the keys. */
void report_value_columns(struct report_page *page);

/* Whether the grid has jobs that differ in nothing but the seed. */
bool report_has_seeds(const struct grid *grid);

#endif
