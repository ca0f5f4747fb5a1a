/* What the reports of a sweep have in common: a table whose rows are named by the values of swept
 * keys, and counts of what is not in it. For runner/sweep/report*.c only. */
#ifndef RUNNER_SWEEP_REPORT_PAGE_H
#define RUNNER_SWEEP_REPORT_PAGE_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/grid.h"
#include "runner/config/label.h"
#include "runner/store/store.h"
#include "runner/sweep/report_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_MAX_ROWS = 200 };

/* What is reported of. All of it is borrowed. */
struct report {
    struct store *store;
    const struct grid *grid;
    const int64_t *ids;   /* [grid->n] of table job, for each point of the grid */
    const char *database; /* its path */
};

struct report_page {
    struct report_table table;
    struct label label;      /* the columns that name the rows */
    enum vib_split_id usual; /* the split of most data; rows of any other say whose they are */
    bool several;            /* there are such rows */
    size_t n_rows;           /* that there are, shown or not */
    size_t n_open;           /* jobs that have not ended */
    size_t n_failed;         /* jobs without a row that failed or diverged */
};

/* Columns for the keys of page->label, and for what was measured, behind them. */
void report_key_columns(struct report_page *page);
void report_value_columns(struct report_page *page);

/* A further row, with the names of point i of the grid. Error: VIB_ENOMEM. */
int report_add_row(struct report_page *page, const struct grid *grid, size_t i,
                   struct vib_error *err);

#endif
