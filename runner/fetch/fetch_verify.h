/* Whether a file holds what the table says, byte for byte. */
#ifndef RUNNER_FETCH_FETCH_VERIFY_H
#define RUNNER_FETCH_FETCH_VERIFY_H

#include "core/error.h"
#include "runner/fetch/fetch_table.h"

/* Reads the file at path, gzip or not, and holds size and SHA-256 of what it unpacks to against the
 * table's; no more than that size is unpacked. Returns 0; VIB_EDATA, it is another or damaged, with
 * a sentence that begins with `label`, its name for the reader; VIB_EIO; VIB_ENOMEM. Any thread. */
int fetch_verify(const char *path, const char *label, const struct fetch_file *file,
                 struct vib_error *err);

#endif
