/* What was measured, as one JSON object on a line of its own; README.md tells the fields. */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include "core/error.h"

#include <stdio.h>

/* Begins a line; `what` names the kind of measurement. Write errors stay in the stream until
 * record_close. */
void record_open(FILE *out, const char *what);

void record_text(FILE *out, const char *field, const char *value);
void record_number(FILE *out, const char *field, double value); /* NaN, infinity: null */

/* Ends the line and passes it on at once. Error: VIB_EIO. */
int record_close(FILE *out, struct vib_error *err);

#endif
