/* What the reports of a sweep have in common: a table whose rows are named by the values of swept
 * keys, what was measured of each, and counts of what is not in it. For runner/sweep/report*.c
 * only. */
#ifndef RUNNER_SWEEP_REPORT_PAGE_H
#define RUNNER_SWEEP_REPORT_PAGE_H

#include "core/dataset.h"
#include "core/error.h"
#include "runner/config/grid.h"
#include "runner/config/label.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"
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

/* Errors in per cent, the tightest valid bounds on I(Z;X), and I(Z;Y), bits. */
enum report_value {
    REPORT_ERROR,
    REPORT_ERROR_MC,
    REPORT_IZX_LOWER,
    REPORT_IZX_UPPER,
    REPORT_IZY_LOWER,
    REPORT_VALUES
};

/* Of a row, by split; NaN: not known. */
struct report_measured {
    unsigned splits; /* that have values, as a set */
    struct {
        double value[REPORT_VALUES], half[REPORT_VALUES]; /* half of the 95 % interval */
    } split[VIB_SPLITS];
};

struct report_page {
    struct report_table table;
    struct label label;      /* the columns that name the rows */
    unsigned shown;          /* splits that speak for some row, as a set */
    enum vib_split_id usual; /* the split of most data; rows of any other say whose they are */
    bool several;            /* there are such rows */
    bool bounded;            /* some row has a lower bound on I(Z;X): it has a column */
    size_t n_rows;           /* that there are, shown or not */
    size_t n_open;           /* jobs that have not ended */
    size_t n_failed;         /* jobs without a row that failed or diverged */
};

/* A job of the grid, or those of its jobs that are alike in something. */
struct report_place {
    int64_t id; /* of table job; of alike ones what view job_point calls them by */
    size_t i;   /* in the grid; of alike ones that of the first */
};

/* The places of the first n jobs of the grid, by id; allocated. Error: VIB_ENOMEM. */
int report_places(const struct report *report, size_t n, struct report_place **places,
                  struct vib_error *err);

/* That of an id among them, or NULL. */
const struct report_place *report_find(const struct report_place *places, size_t n, int64_t id);

/* The next three take elements whose first member is a struct report_place. The order by id, and
 * that by i, as qsort and bsearch ask for it. */
int report_by_id(const void *a, const void *b);
int report_by_place(const void *a, const void *b);

/* Of n elements of this size leaves the first in the grid of each id, ordered by id; returns how
 * many these are. */
size_t report_unite(void *elements, size_t n, size_t size);

/* VIB_ENOMEM, with its sentence. */
int report_no_memory(const struct report *report, struct vib_error *err);

/* Takes a split's values of a row of a query: in column `split` its name, from `first` on each
 * value and its half. */
void report_take(struct report_measured *measured, struct store_row *row, int split, int first);

/* Takes a row's values into what is said of all of them: usual, several and bounded; before the
 * columns are made. */
void report_survey(struct report_page *page, const struct report_measured *measured);

/* Columns for the keys of page->label, and for what was measured, behind them. */
void report_key_columns(struct report_page *page);
void report_value_columns(struct report_page *page);

/* A further row, with the names of point i of the grid; and what was measured of it. Error:
 * VIB_ENOMEM. */
int report_add_row(struct report_page *page, const struct grid *grid, size_t i,
                   struct vib_error *err);
int report_add_values(struct report_page *page, const struct report_measured *measured,
                      struct vib_error *err);

#endif
