/* The records of a CSV file, one after the other; each of at most VIB_CSV_BYTES and VIB_CSV_FIELDS,
 * so that neither a quote that is not closed nor a bomb takes all memory. Thread rule: one thread
 * at a time. */
#ifndef VIB_CORE_DATA_CSV_RECORD_H
#define VIB_CORE_DATA_CSV_RECORD_H

#include "core/data/input.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIB_CSV_BYTES = 1 << 24, VIB_CSV_FIELDS = 1 << 20 };

struct vib_csv_record {
    struct vib_input *input; /* borrowed */
    char delimiter;
    size_t line; /* where the record begins, from 1 */
    size_t n;    /* fields */
    /* --- private --- */
    size_t *starts, fields_room; /* of the fields in text */
    char *text;
    size_t length, room;
    size_t next_line;
    uint8_t *block;
    size_t at, filled;
    int rc; /* of the last reading */
};

/* At the start of the file. Error: VIB_ENOMEM. */
int vib_csv_record_init(struct vib_csv_record *record, struct vib_input *input, char delimiter,
                        struct vib_error *err);
void vib_csv_record_release(struct vib_csv_record *record); /* harmless on a zeroed one */

/* Reads the next record; *end when there is none. Lines without any character are left out.
 * Errors: VIB_EDATA with the line (also of a record beyond the limits), VIB_ENOMEM. */
int vib_csv_record_next(struct vib_csv_record *record, bool *end, struct vib_error *err);

/* The i-th field, without its quotes; ends with a zero and lives until the next record. */
const char *vib_csv_field(const struct vib_csv_record *record, size_t i);
size_t vib_csv_field_length(const struct vib_csv_record *record, size_t i);

#endif
