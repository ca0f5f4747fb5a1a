/* The databases in a folder. Thread rule: none is kept. */
#ifndef RUNNER_STATUS_PARTS_H
#define RUNNER_STATUS_PARTS_H

#include "core/error.h"

/* Calls `each` with the path of every file NAME.db, in the order of their names; a result other
 * than 0 ends the walk and becomes its result. A folder that is missing has none. Errors:
 * VIB_EDATA, the folder cannot be read; VIB_ENOMEM. */
int parts_walk(const char *folder,
               int (*each)(void *context, const char *path, struct vib_error *err), void *context,
               struct vib_error *err);

#endif
