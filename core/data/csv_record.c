#include "core/data/csv_record.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16, END = -1, FAILED = -2 };

static int no_memory(const struct vib_csv_record *record, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", vib_input_name(record->input));
}

static int fault(const struct vib_csv_record *record, const char *what, struct vib_error *err) {
    return vib_error_set(err, VIB_EDATA, "%s:%zu: %s", vib_input_name(record->input), record->line,
                         what);
}

static int refill(struct vib_csv_record *record, struct vib_error *err) {
    record->at = record->filled = 0;
    record->rc = vib_input_read(record->input, record->block, BLOCK, &record->filled, err);
    return record->rc;
}

int vib_csv_record_init(struct vib_csv_record *record, struct vib_input *input, char delimiter,
                        struct vib_error *err) {
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    *record = (struct vib_csv_record){.input = input, .delimiter = delimiter, .next_line = 1};
    record->block = malloc(BLOCK);
    if (record->block == NULL)
        return no_memory(record, err);
    const int rc = refill(record, err);
    if (rc == 0 && record->filled >= sizeof mark && memcmp(record->block, mark, sizeof mark) == 0)
        record->at = sizeof mark;
    return rc;
}

void vib_csv_record_release(struct vib_csv_record *record) {
    free(record->block);
    free(record->text);
    free(record->starts);
    *record = (struct vib_csv_record){0};
}

/* The next byte, END or FAILED. */
static int next_byte(struct vib_csv_record *record, struct vib_error *err) {
    if (record->at == record->filled && refill(record, err) != 0)
        return FAILED;
    if (record->at == record->filled)
        return END;
    const int c = record->block[record->at++];
    record->next_line += c == '\n';
    return c;
}

/* The byte after, without taking it. */
static int peek_byte(struct vib_csv_record *record, struct vib_error *err) {
    if (record->at == record->filled && refill(record, err) != 0)
        return FAILED;
    return record->at == record->filled ? END : record->block[record->at];
}

static int put(struct vib_csv_record *record, char c, struct vib_error *err) {
    if (record->length == VIB_CSV_BYTES)
        return fault(record, "a record of more than 16 MiB: is a quote not closed?", err);
    if (record->length == record->room) {
        const size_t room = record->room == 0 ? 1024 : 2 * record->room;
        char *text = realloc(record->text, room);
        if (text == NULL)
            return no_memory(record, err);
        record->text = text;
        record->room = room;
    }
    record->text[record->length++] = c;
    return 0;
}

static int begin_field(struct vib_csv_record *record, struct vib_error *err) {
    if (record->n == VIB_CSV_FIELDS)
        return fault(record, "a record of more than 1048576 fields", err);
    if (record->n == record->fields_room) {
        const size_t room = record->fields_room == 0 ? 64 : 2 * record->fields_room;
        size_t *starts = realloc(record->starts, room * sizeof *starts);
        if (starts == NULL)
            return no_memory(record, err);
        record->starts = starts;
        record->fields_room = room;
    }
    record->starts[record->n++] = record->length;
    return 0;
}

/* What is between the quotes, of which the first was taken; two of them stand for one. */
static int read_quoted(struct vib_csv_record *record, struct vib_error *err) {
    for (;;) {
        const int c = next_byte(record, err);
        if (c == FAILED)
            return record->rc;
        if (c == END)
            return fault(record, "a quote in this record is not closed", err);
        if (c == '\0')
            return fault(record, "holds a zero byte, expected text in UTF-8", err);
        if (c == '"' && peek_byte(record, err) != '"')
            return 0;
        if (c == '"')
            (void)next_byte(record, err);
        const int rc = put(record, (char)c, err);
        if (rc != 0)
            return rc;
    }
}

/* Reads a field and what ends it: *after is the delimiter, '\n' or END. */
static int read_field(struct vib_csv_record *record, int *after, struct vib_error *err) {
    const size_t first = record->length;
    bool quoted = false;
    int rc = begin_field(record, err);
    while (rc == 0) {
        const int c = next_byte(record, err);
        if (c == FAILED)
            return record->rc;
        const bool ends = c == END || c == '\n' || c == record->delimiter ||
                          (c == '\r' && peek_byte(record, err) == '\n');
        if (c == '\r' && ends)
            continue; /* the line's end comes next */
        if (ends) {
            *after = c;
            return put(record, '\0', err);
        }
        if (c == '\0')
            return fault(record, "holds a zero byte, expected text in UTF-8", err);
        if (quoted)
            return fault(record, "text after a closing quote", err);
        quoted = c == '"' && record->length == first;
        rc = quoted ? read_quoted(record, err) : put(record, (char)c, err);
    }
    return rc;
}

int vib_csv_record_next(struct vib_csv_record *record, bool *end, struct vib_error *err) {
    int after = '\n', rc = 0;
    do {
        record->n = record->length = 0;
        record->line = record->next_line;
        do
            rc = read_field(record, &after, err);
        while (rc == 0 && after == record->delimiter);
    } while (rc == 0 && after == '\n' && record->n == 1 && record->length == 1);
    *end = rc == 0 && after == END && record->n == 1 && record->length == 1;
    return rc;
}

const char *vib_csv_field(const struct vib_csv_record *record, size_t i) {
    return record->text + record->starts[i];
}

size_t vib_csv_field_length(const struct vib_csv_record *record, size_t i) {
    const size_t next = i + 1 < record->n ? record->starts[i + 1] : record->length;
    return next - record->starts[i] - 1;
}
