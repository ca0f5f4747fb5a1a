/* A struct status, after status_sum, for people and for programs. Write errors stay in the stream;
 * what databases hold is made printable. */
#ifndef RUNNER_STATUS_STATUS_SHOW_H
#define RUNNER_STATUS_STATUS_SHOW_H

#include "core/error.h"
#include "runner/status/status.h"

#include <stddef.h>
#include <stdio.h>

/* Lines of at most so many columns of a terminal; 0: of any length. Error: VIB_ENOMEM. */
int status_print(FILE *out, const struct status *status, size_t columns, struct vib_error *err);

/* One JSON object, in a line; results/README.md has its fields. */
void status_print_json(FILE *out, const struct status *status);

#endif
