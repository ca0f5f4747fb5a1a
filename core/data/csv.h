/* CSV (RFC 4180) and, where the name says so, TSV: a header, then an example in each record, its
 * label in one column and numbers in all others. UTF-8, with or without its mark. */
#ifndef VIB_CORE_DATA_CSV_H
#define VIB_CORE_DATA_CSV_H

#include "core/data/input.h"
#include "core/data/labels.h"
#include "core/dataset.h"
#include "core/error.h"

#include <stddef.h>

/* The columns of the first file, which all others of a data set must have, too. */
struct vib_csv_columns {
    size_t n;     /* 0: no file was read */
    char **names; /* [n], owned */
    size_t label; /* the column of the label */
};
void vib_csv_columns_release(struct vib_csv_columns *columns); /* harmless on a zeroed one */

/* Reads the file to its end: values of *split, [n][columns->n - 1], float32, and the labels, for
 * which vib_labels_begin was called. label: the column's name; "": the one that is called label,
 * class, target or y. limit and most_bytes: as of vib_array_read_inputs. Errors: VIB_EDATA with
 * line and column, VIB_ENOMEM; *split is then as it was. */
int vib_csv_read(struct vib_input *input, const char *label, enum vib_split_id id, size_t limit,
                 double most_bytes, struct vib_csv_columns *columns, struct vib_split *split,
                 struct vib_labels *labels, struct vib_error *err);

#endif
