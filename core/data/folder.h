/* Which files make a data set. */
#ifndef VIB_CORE_DATA_FOLDER_H
#define VIB_CORE_DATA_FOLDER_H

#include "core/dataset.h"
#include "core/error.h"

/* Files of each split: inputs, and labels where these are in a file of their own. NULL: none. Of an
 * .npz file that has all splits, inputs[VIB_TRAIN] alone. All owned, allocated by malloc. */
struct vib_sources {
    char *inputs[VIB_SPLITS], *labels[VIB_SPLITS];
};
void vib_sources_release(struct vib_sources *sources);

/* Finds the files of a data set in a folder, or in raw/ there, under the names that formats have
 * (a table in folder.c; each also with .gz, raw is preferred). Where path is a file, that is it.
 * On failure *sources is left zeroed. Errors: VIB_EDATA with what is missing, or that there are
 * several; VIB_ENOMEM. */
int vib_sources_find(struct vib_sources *sources, const char *path, struct vib_error *err);

#endif
