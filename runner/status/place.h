/* Where a sweep is, D|DB on the command line: a database, or a folder of one in parts. */
#ifndef RUNNER_STATUS_PLACE_H
#define RUNNER_STATUS_PLACE_H

#include "core/error.h"
#include "runner/status/status.h"

/* Adds what is there (runner/status/status.h). Errors: of status_add_folder, store_open_reader and
 * store_read_status. */
int place_read(struct status *status, const char *place, struct vib_error *err);

#endif
