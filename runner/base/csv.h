/* CSV as RFC 4180 has it: a comma between fields, CRLF after each record, a field in double quotes
 * where it holds a comma, a quote or a line end. Write errors stay in the stream (ferror). */
#ifndef RUNNER_BASE_CSV_H
#define RUNNER_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct csv {
    FILE *out;    /* borrowed */
    bool started; /* the record has a field already */
};

void csv_init(struct csv *csv, FILE *out);

/* Each writes one field. */
void csv_text(struct csv *csv, const char *text, size_t length);
void csv_integer(struct csv *csv, int64_t value);
void csv_real(struct csv *csv, double value); /* shortest that reads back to the same double */
void csv_null(struct csv *csv);               /* an empty field */

void csv_end_record(struct csv *csv);

#endif
