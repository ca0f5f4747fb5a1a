/* Data of any shape, for measurements that no content changes. */
#ifndef BENCH_MADE_UP_H
#define BENCH_MADE_UP_H

#include "core/dataset.h"

#include <stddef.h>

struct made_up {
    const char *name;
    size_t dim, classes; /* dim is a multiple of 4 */
    size_t n_train, n_test;
};

/* Bytes and labels like those of an image file, but random. On success *data is the caller's to
 * release. Errors: VIB_ENOMEM. */
int made_up_data(struct vib_dataset *data, const struct made_up *shape, struct vib_error *err);

#endif
