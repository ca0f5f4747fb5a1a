/* A snapshot of a store: a database of its own that holds what is committed, for others to read, as
 * on other machines, while this one is written. */
#ifndef RUNNER_STORE_STORE_SNAPSHOT_H
#define RUNNER_STORE_STORE_SNAPSHOT_H

#include "core/error.h"

struct store;

/* Writes the store's contents to `path`, whose folder must exist: at any moment the file is absent,
 * the old one or the new one, whole and on the disk. It is made beside the store, as
 * STORE.HOST-PID.tmp, and then copied: in its own folder, on a file system that many share, nothing
 * is locked, and one file is written (path.HOST-PID.tmp) and renamed. The snapshot needs no log
 * beside it, and can be read where nobody may write. Outside a transaction only.
 * Errors, after which the old file is as it was: VIB_EIO (no room, no permission, no such folder),
 * VIB_EBUSY, VIB_ENOMEM; VIB_EDATABASE when the store itself is damaged. */
int store_snapshot(struct store *store, const char *path, struct vib_error *err);

#endif
