/* Rows of what a job left at its end, from one database to another; for runner/store/store*.c and
 * their tests only. Thread rule: as for the stores. */
#ifndef RUNNER_STORE_STORE_ROWS_H
#define RUNNER_STORE_STORE_ROWS_H

#include "runner/store/store_internal.h"

/* A job of a database. */
struct store_rows {
    struct store *store;
    int64_t job;
};

/* Whether the job has a row in the table. */
int store_rows_any(const struct store_rows *rows, enum store_row_table table, bool *any,
                   struct vib_error *err);

/* All three: *theirs tells whether an error is of the second one. Errors: of the store. */

/* Copies the rows of a table. The first job has none yet. */
int store_rows_copy(const struct store_rows *to, const struct store_rows *from,
                    enum store_row_table table, bool *theirs, struct vib_error *err);

/* Gives the rows of the first job the measures that it does not know and the second one does, which
 * is otherwise the same; of the tables before STORE_ROW_MEASURES. *filled: there were some. */
int store_rows_fill(const struct store_rows *to, const struct store_rows *from,
                    enum store_row_table table, bool *filled, bool *theirs, struct vib_error *err);

/* Whether both have the same rows, to the bit, but for values that one of them does not know. */
int store_rows_compare(const struct store_rows *a, const struct store_rows *b,
                       enum store_row_table table, bool *same, bool *theirs, struct vib_error *err);

#endif
