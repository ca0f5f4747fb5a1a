/* A copy of a file. */
#ifndef RUNNER_FETCH_FETCH_COPY_H
#define RUNNER_FETCH_FETCH_COPY_H

#include "core/error.h"

#include <stdint.h>

/* Copies the regular file `from` to `to`, which it replaces, and syncs that. Errors: VIB_EDATA, it
 * cannot be read or has more than `limit` bytes; VIB_ECREATE, VIB_EIO. Any thread. */
int fetch_copy(const char *from, const char *to, uint64_t limit, struct vib_error *err);

#endif
