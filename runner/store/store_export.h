/* The tables that leave as CSV, each a query with a stable order of columns and rows. Thread rule:
 * as for the store. */
#ifndef RUNNER_STORE_STORE_EXPORT_H
#define RUNNER_STORE_STORE_EXPORT_H

#include "core/error.h"
#include "runner/store/store_query.h"

#include <stddef.h>

struct export_table {
    const char *name; /* "plane" */
    const char *help;
    const char *sql; /* with $values for the keys that stand in no section, all but seed, and
                        $sections for the others, as far as jobs have them */
};
extern const struct export_table export_tables[];
extern const size_t n_export_tables;

/* Walks the rows of a table; `head`, `row` and `context` as in struct store_query. Errors: its. */
int store_export(struct store *store, const struct export_table *table,
                 int (*head)(void *context, struct store_row *row, struct vib_error *err),
                 int (*row)(void *context, struct store_row *row, struct vib_error *err),
                 void *context, struct vib_error *err);

#endif
