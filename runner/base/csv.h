/* CSV as RFC 4180 has it: a comma between fields, CRLF after each record, a field in double quotes
 * where it holds a comma, a quote or a line end. Write errors stay in the stream (ferror). */
#ifndef RUNNER_BASE_CSV_H
#define RUNNER_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CSV_REMEMBERED = 64 };

struct csv {
    FILE *out;    /* borrowed */
    size_t field; /* of the record, from 0 */
    /* The last real of each field, as text: many stand in every record, and the shortest text of a
     * real takes longer to find than all else. "" = none. */
    struct {
        double value;
        char text[32];
    } last[CSV_REMEMBERED];
};

void csv_init(struct csv *csv, FILE *out);

/* Each writes one field. */
void csv_text(struct csv *csv, const char *text, size_t length);
void csv_integer(struct csv *csv, int64_t value);
void csv_real(struct csv *csv, double value); /* shortest that reads back to the same double */
void csv_null(struct csv *csv);               /* an empty field */

void csv_end_record(struct csv *csv);

#endif
