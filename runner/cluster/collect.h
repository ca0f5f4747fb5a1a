/* What the tasks have found so far, in one database. */
#ifndef RUNNER_CLUSTER_COLLECT_H
#define RUNNER_CLUSTER_COLLECT_H

#include "core/error.h"
#include "runner/cluster/folder.h"

/* Merges the folder's parts into its database, which has the whole grid of the frozen configuration
 * first. Without parts nothing is made. Tells, on stderr, of parts that cannot be read and of
 * results that disagree, and when it is left to another merge that is at it. Errors: those of the
 * database (runner/store/store_merge.h), which is then as it was; VIB_ECONFIG, VIB_EDATA,
 * VIB_ENOMEM. */
int collect_parts(const struct folder *folder, struct vib_error *err);

#endif
