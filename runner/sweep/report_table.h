/* A table of texts that fits a terminal: columns that find no room are left out as a whole.
 *
 * Cells stand at the right of their columns, two blanks apart. Thread rule: one thread. */
#ifndef RUNNER_SWEEP_REPORT_TABLE_H
#define RUNNER_SWEEP_REPORT_TABLE_H

#include "core/error.h"
#include "runner/config/keys.h"
#include "runner/config/label.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { REPORT_MAX_COLUMNS = LABEL_MAX_KEYS + 8 };

struct report_column {
    const char *name; /* borrowed */
    size_t rank;      /* the greatest is left out first; 0: never */
    size_t width;     /* of its name and cells so far */
    bool varies;      /* it has cells that differ */
};

struct report_row {
    char **cells;  /* [n_columns], owned; NULL is empty */
    char *note;    /* owned; behind the last column, or NULL */
    char *instead; /* owned; stands in the first column from table->values on, instead of all cells
                      from there on; or NULL */
};

struct report_table {
    struct report_column columns[REPORT_MAX_COLUMNS];
    size_t n_columns;
    size_t values;           /* columns before this one name the row */
    struct report_row *rows; /* [n_rows], owned */
    size_t n_rows;
};

/* A table of nothing is all 0. */
void report_table_release(struct report_table *table);

/* Before the first row. A column that is the same in every row goes before all of another rank. */
void report_table_column(struct report_table *table, const char *name, size_t rank);

/* A further row, of empty cells. Error: VIB_ENOMEM. */
int report_table_row(struct report_table *table, struct vib_error *err);

/* Of the last row: a copy of text becomes the cell of a column, its note, or stands instead of its
 * values. Error: VIB_ENOMEM. */
int report_table_cell(struct report_table *table, size_t column, const char *text,
                      struct vib_error *err);
int report_table_note(struct report_table *table, const char *text, struct vib_error *err);
int report_table_instead(struct report_table *table, const char *text, struct vib_error *err);

/* Writes it in at most so many columns of a terminal, 0: of any length, and after it which of its
 * columns were left out. */
void report_table_print(const struct report_table *table, size_t room, FILE *out);

#endif
