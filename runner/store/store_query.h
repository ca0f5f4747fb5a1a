/* Reading a store by a query of one's own, row by row. SQLite stays behind this header.
 *
 * Thread rule: as for the store. A row and its texts are valid until the call that got it returns.
 */
#ifndef RUNNER_STORE_STORE_QUERY_H
#define RUNNER_STORE_STORE_QUERY_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

struct store;
struct store_row; /* opaque */

enum store_type { STORE_NULL, STORE_INTEGER, STORE_REAL, STORE_TEXT };

/* A value for a parameter ?1, ?2, ... of a query. Text is borrowed for the call. */
struct store_value {
    enum store_type type;
    union {
        int64_t integer;
        double real; /* NaN and infinities become NULL */
        const char *text;
    };
};

struct store_query {
    const char *sql;
    const struct store_value *values; /* [n_values], of ?1 and so on */
    size_t n_values;
    /* Gets the query before its first row, also when there is none, for the names of its columns;
     * may be NULL. */
    int (*head)(void *context, struct store_row *row, struct vib_error *err);
    /* Gets each row. A result other than 0, of either, ends the walk and becomes its result. */
    int (*row)(void *context, struct store_row *row, struct vib_error *err);
    void *context;
};

/* Errors: those of the store; VIB_EBUSY when the file, which was read without locks as this process
 * may not write it, was written meanwhile: the rows may be wrong. */
int store_query(struct store *store, const struct store_query *query, struct vib_error *err);

/* Has the views of a reader speak of the jobs of these seeds alone, from now on: means and
 * intervals are theirs. Points and curves keep their ids. To be called once at most. Errors: those
 * of the store. */
int store_choose_seeds(struct store *store, const uint64_t *seeds, size_t n, struct vib_error *err);

/* Computes the views summary and job_point of a reader once, which takes as long as reading them
 * does: from now on they, and the views that are made from them, speak of this moment, and are
 * quick to read, those of job_point by point. Of information_plane, summary and what is made from
 * them only the rows of the split are there then, and those of validation and test, by which
 * best_beta chooses; NULL: all. To be called once at most, and not with chosen seeds. Errors: those
 * of the store. */
int store_keep_views(struct store *store, const char *split, struct vib_error *err);

/* Columns are counted from 0. */
int store_row_columns(struct store_row *row);
const char *store_row_name(struct store_row *row, int column); /* NULL: out of memory */
int store_row_find(struct store_row *row, const char *name);   /* -1: there is none */

/* The value of a column; the last three convert as SQL does. */
enum store_type store_row_type(struct store_row *row, int column);
int64_t store_row_integer(struct store_row *row, int column); /* 0 for NULL */
double store_row_real(struct store_row *row, int column);     /* NaN for NULL */

/* NULL for NULL, or when out of memory. *size (may be NULL) is its length in bytes; a 0 follows. */
const char *store_row_text(struct store_row *row, int column, size_t *size);

#endif
