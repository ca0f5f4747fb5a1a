/* Which members of an archive make a data set. */
#ifndef VIB_CORE_DATA_MEMBERS_H
#define VIB_CORE_DATA_MEMBERS_H

#include "core/data/archive.h"
#include "core/dataset.h"
#include "core/error.h"

#include <stdbool.h>

/* Members with inputs and labels of each split, both or none; static strings. */
struct vib_members {
    const char *inputs[VIB_SPLITS], *labels[VIB_SPLITS];
    bool one_piece; /* the training split alone, from arrays that name no split */
};

/* Finds x_train, y_train, x_test and y_test, or x and y, and beside either a validation split.
 * path is for messages. Errors: VIB_EDATA with what there is instead. */
int vib_members_find(struct vib_members *members, const struct vib_archive *archive,
                     const char *path, struct vib_error *err);

#endif
