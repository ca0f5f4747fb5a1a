/* Loads a data set from files of any format: IDX, .npy, .npz, CSV, told apart by how they begin. */
#ifndef VIB_CORE_DATA_LOAD_H
#define VIB_CORE_DATA_LOAD_H

#include "core/data/folder.h"
#include "core/dataset.h"
#include "core/error.h"

#include <stddef.h>

struct vib_load_request {
    const char *name;         /* what the data set is to be called */
    const char *label;        /* of CSV: the label's column; "": by its usual names */
    size_t classes;           /* 0: as the labels have it, see core/data/labels.h */
    size_t limit[VIB_SPLITS]; /* examples kept of each split, the first ones; 0: all */
    double most_bytes;        /* that inputs may take; 0: as many as there are */
};

/* Reads each file once. Inputs of type u1 stay bytes, all others become float32; the examples'
 * shape is kept. A file of one piece alone, (x, y) or CSV without a test split, becomes the
 * training split, and the data set has no test split. On success *data is initialised
 * and the caller's; on failure it is left zeroed. Errors: VIB_EDATA with the file's name and what
 * is wrong, VIB_EINVAL (no room in *data for the name, or for so many classes), VIB_ENOMEM. */
int vib_data_load(struct vib_dataset *data, const struct vib_load_request *request,
                  const struct vib_sources *sources, struct vib_error *err);

#endif
