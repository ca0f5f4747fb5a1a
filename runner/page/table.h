/* The rows of a query as JSON: "columns":[...],"rows":[[...],...]. Thread rule: of the page. */
#ifndef RUNNER_PAGE_TABLE_H
#define RUNNER_PAGE_TABLE_H

#include "core/error.h"
#include "runner/store/store_query.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct store;

struct table_column {
    const char *name; /* of the query's column; text of a name that begins with '$' is JSON */
    bool exact;       /* reals are written as they are, not with 7 digits */
};

struct table {
    FILE *out;
    const struct table_column *columns; /* [n] */
    size_t n;
    int *place; /* [n] of the query's; NULL before its head */
    size_t n_rows;
};

/* Writes the columns and the rows of the query, whose sql and values alone count; *n_rows (may be
 * NULL) of them. Write errors stay in the stream. Errors: those of store_query; VIB_ENOMEM. */
int table_write(FILE *out, struct store *store, const struct store_query *query,
                const struct table_column *columns, size_t n, size_t *n_rows,
                struct vib_error *err);

#endif
