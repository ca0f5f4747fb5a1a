/* What a data set is like, for people who look at it before they train on it.
 * Thread rule: pure functions of a constant data set. */
#ifndef VIB_CORE_DATA_SUMMARY_H
#define VIB_CORE_DATA_SUMMARY_H

#include "core/dataset.h"
#include "core/error.h"

#include <stddef.h>

struct vib_data_summary {
    double least[VIB_SPLITS],
        most[VIB_SPLITS];       /* of the inputs; NaN of a split that is not there */
    size_t n_constant;          /* inputs that are the same in all training examples */
    size_t *counts[VIB_SPLITS]; /* [classes], examples of each class; owned */
};

/* Error: VIB_ENOMEM; *summary is then zeroed. */
int vib_data_summary_init(struct vib_data_summary *summary, const struct vib_dataset *data,
                          struct vib_error *err);
void vib_data_summary_release(struct vib_data_summary *summary); /* harmless on a zeroed one */

/* Bytes of memory that examples and labels of all splits take. */
double vib_data_bytes(const struct vib_dataset *data);

#endif
