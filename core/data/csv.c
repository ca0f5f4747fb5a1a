#include "core/data/csv.h"

#include "core/data/array.h"
#include "core/data/csv_record.h"
#include "core/printable.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void vib_csv_columns_release(struct vib_csv_columns *columns) {
    for (size_t i = 0; i < columns->n; i++)
        free(columns->names[i]);
    free(columns->names);
    *columns = (struct vib_csv_columns){0};
}

static int no_memory(const char *name, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", name);
}

/* --- the header --- */

/* The columns' names as a list, cut where it gets long. */
static void list_columns(const struct vib_csv_columns *columns, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < columns->n && length < size; i++) {
        const bool more = i == 12 || length > size - 80;
        const int wrote = snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "",
                                   more ? "..." : columns->names[i]);
        length += wrote > 0 ? (size_t)wrote : 0;
        if (more)
            return;
    }
}

static int no_label(const struct vib_csv_columns *columns, const char *name, const char *what,
                    struct vib_error *err) {
    char list[400];
    list_columns(columns, list, sizeof list);
    return vib_error_set(err, VIB_EDATA,
                         "%s: %s among its columns %s; dataset.label names the one with the label",
                         name, what, list);
}

static int find_label(struct vib_csv_columns *columns, const char *wanted, const char *name,
                      struct vib_error *err) {
    static const char *const usual[] = {"label", "class", "target", "y"};
    size_t found = 0;
    for (size_t i = 0; i < columns->n; i++) {
        bool is = *wanted != '\0' && strcmp(columns->names[i], wanted) == 0;
        for (size_t k = 0; *wanted == '\0' && k < sizeof usual / sizeof usual[0]; k++)
            is = is || strcasecmp(columns->names[i], usual[k]) == 0;
        if (is)
            columns->label = i;
        found += is;
    }
    if (found == 0 && *wanted != '\0')
        return no_label(columns, name, "the one that dataset.label names is not", err);
    if (found == 0)
        return no_label(columns, name, "none is called label, class, target or y", err);
    if (found > 1)
        return no_label(columns, name, "more than one may be the label", err);
    if (columns->n < 2)
        return vib_error_set(err, VIB_EDATA, "%s: no column beside the label's", name);
    return 0;
}

/* A name is kept as it may be shown: what is no UTF-8 in it is an error of the file. */
static char *copy_name(const struct vib_csv_record *record, size_t i, bool *is_text) {
    char *name = strdup(vib_csv_field(record, i));
    if (name == NULL)
        return NULL;
    vib_make_printable(name);
    *is_text = *is_text && strcmp(name, vib_csv_field(record, i)) == 0;
    return name;
}

static int take_columns(const struct vib_csv_record *record, const char *label,
                        struct vib_csv_columns *columns, struct vib_error *err) {
    const char *name = vib_input_name(record->input);
    bool is_text = true;
    columns->names = calloc(record->n, sizeof *columns->names);
    if (columns->names == NULL)
        return no_memory(name, err);
    for (; columns->n < record->n; columns->n++) {
        columns->names[columns->n] = copy_name(record, columns->n, &is_text);
        if (columns->names[columns->n] == NULL)
            return no_memory(name, err);
    }
    if (!is_text)
        return vib_error_set(
            err, VIB_EDATA, "%s: the header is no text in UTF-8; of Latin-1, iconv makes it", name);
    return find_label(columns, label, name, err);
}

static int compare_columns(const struct vib_csv_record *record,
                           const struct vib_csv_columns *columns, struct vib_error *err) {
    const char *name = vib_input_name(record->input);
    if (record->n != columns->n)
        return vib_error_set(err, VIB_EDATA,
                             "%s: %zu columns, expected the %zu of the training split", name,
                             record->n, columns->n);
    for (size_t i = 0; i < columns->n; i++)
        if (strcmp(vib_csv_field(record, i), columns->names[i]) != 0)
            return vib_error_set(err, VIB_EDATA,
                                 "%s: column %zu (counted from 0) is called '%s', expected '%s' "
                                 "as in the training split",
                                 name, i, vib_csv_field(record, i), columns->names[i]);
    return 0;
}

/* --- numbers --- */

/* Reads a decimal number as strtod does, rounded once, but without a locale, hexadecimal, nan and
 * inf. Where the digits fit a double and the power of ten is exact in one, so is the way by a
 * product: that holds for nearly all numbers of files and is many times as fast. */
static bool read_number(const char *text, double *value) {
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *first = text += strspn(text, " ");
    const bool minus = *text == '-';
    uint64_t digits = 0;
    int n = 0, scale = 0;
    long exponent = 0;
    text += *text == '-' || *text == '+';
    for (bool point = false; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
        point = point || *text == '.';
        if (*text == '.')
            continue;
        digits = n < 18 ? 10 * digits + (uint64_t)(*text - '0') : digits;
        n++;
        scale -= point;
    }
    if (n == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        const char *sign = text + 1;
        const size_t length = strspn(sign + (*sign == '-' || *sign == '+'), "0123456789");
        if (length == 0)
            return false;
        exponent = length < 5 ? strtol(sign, NULL, 10) : LONG_MAX; /* which is not exact */
        text = sign + (*sign == '-' || *sign == '+') + length;
    }
    if (text[strspn(text, " ")] != '\0')
        return false;
    const bool exact = n <= 18 && digits <= (uint64_t)1 << 53 && exponent != LONG_MAX &&
                       labs(exponent + scale) <= 22;
    if (!exact) {
        *value = strtod(first, NULL);
        return true;
    }
    const long power = exponent + scale;
    const double size = power < 0 ? (double)digits / tens[-power] : (double)digits * tens[power];
    *value = minus ? -size : size;
    return true;
}

/* --- the records --- */

/* A file on its way into a split. */
struct reading {
    struct vib_csv_record record;
    const struct vib_csv_columns *columns;
    enum vib_split_id id;
    size_t n, limit; /* examples read, and to be kept: 0: all */
    float *values;   /* [room][columns->n - 1] */
    size_t room;
    double most_bytes; /* that values may take; 0: any */
};

static int bad_number(const struct reading *r, size_t column, struct vib_error *err) {
    const char *text = vib_csv_field(&r->record, column);
    return vib_error_set(err, VIB_EDATA,
                         "%s:%zu: the %s split has %s%.40s%s in row %zu, column %zu (%s; counted "
                         "from 0), expected a number that float32 can hold",
                         vib_input_name(r->record.input), r->record.line, vib_split_name(r->id),
                         *text == '\0' ? "nothing" : "'", text, *text == '\0' ? "" : "'", r->n,
                         column, r->columns->names[column]);
}

/* Room for one example more, and as long as memory may take them for as many again. */
static int make_room(struct reading *r, struct vib_error *err) {
    enum { FIRST_BYTES = 1 << 16 };
    const size_t width = (r->columns->n - 1) * sizeof *r->values;
    if (r->n < r->room)
        return 0;
    const int rc = vib_check_memory(vib_input_name(r->record.input), r->id,
                                    (double)(r->n + 1) * (double)width, r->most_bytes, err);
    if (rc != 0)
        return rc;
    size_t room = r->room == 0 ? 1 + FIRST_BYTES / width : 2 * r->room;
    if (r->most_bytes > 0 && (double)room * (double)width > r->most_bytes)
        room = r->n + 1;
    float *values = room > SIZE_MAX / width ? NULL : realloc(r->values, room * width);
    if (values == NULL)
        return no_memory(vib_input_name(r->record.input), err);
    r->values = values;
    r->room = room;
    return 0;
}

static int take_numbers(struct reading *r, struct vib_error *err) {
    const size_t n = r->columns->n;
    float *out = r->values + r->n * (n - 1);
    for (size_t i = 0; i < n; i++) {
        double value = 0;
        if (i == r->columns->label)
            continue;
        if (!read_number(vib_csv_field(&r->record, i), &value) || !(fabs(value) <= (double)FLT_MAX))
            return bad_number(r, i, err);
        *out++ = (float)value;
    }
    return 0;
}

static int take_record(struct reading *r, struct vib_labels *labels, struct vib_error *err) {
    const struct vib_csv_columns *columns = r->columns;
    if (r->record.n != columns->n)
        return vib_error_set(err, VIB_EDATA, "%s:%zu: %zu fields, expected the %zu of the header",
                             vib_input_name(r->record.input), r->record.line, r->record.n,
                             columns->n);
    int rc = 0;
    if (r->limit == 0 || r->n < r->limit)
        rc = make_room(r, err);
    if (rc == 0 && (r->limit == 0 || r->n < r->limit))
        rc = take_numbers(r, err);
    if (rc == 0)
        rc = vib_labels_add_text(labels, vib_csv_field(&r->record, columns->label),
                                 vib_csv_field_length(&r->record, columns->label), err);
    r->n++;
    return rc;
}

static int read_header(struct reading *r, const char *label, struct vib_csv_columns *columns,
                       struct vib_error *err) {
    bool end = false;
    const int rc = vib_csv_record_next(&r->record, &end, err);
    if (rc != 0)
        return rc;
    if (end)
        return vib_error_set(err, VIB_EDATA, "%s: no header", vib_input_name(r->record.input));
    return columns->n == 0 ? take_columns(&r->record, label, columns, err)
                           : compare_columns(&r->record, columns, err);
}

static int read_records(struct reading *r, struct vib_labels *labels, struct vib_error *err) {
    const char *name = vib_input_name(r->record.input);
    bool end = false;
    int rc = 0;
    while (rc == 0 && !end) {
        rc = vib_csv_record_next(&r->record, &end, err);
        if (rc == 0 && !end)
            rc = take_record(r, labels, err);
    }
    if (rc == 0 && r->n == 0)
        rc = vib_error_set(err, VIB_EDATA, "%s: a header, but no example", name);
    if (rc == 0)
        rc = vib_check_limit(name, r->id, r->n, r->limit, err);
    return rc != 0 ? rc : vib_input_end(r->record.input, 0, err);
}

static char delimiter_of(const char *name) {
    const size_t length = strlen(name);
    const bool packed = length > 3 && strcmp(name + length - 3, ".gz") == 0;
    const size_t end = packed ? length - 3 : length;
    const bool tabs = end > 4 && (strncasecmp(name + end - 4, ".tsv", 4) == 0 ||
                                  strncasecmp(name + end - 4, ".tab", 4) == 0);
    return tabs ? '\t' : ',';
}

int vib_csv_read(struct vib_input *input, const char *label, enum vib_split_id id, size_t limit,
                 double most_bytes, struct vib_csv_columns *columns, struct vib_split *split,
                 struct vib_labels *labels, struct vib_error *err) {
    struct reading r = {.columns = columns, .id = id, .limit = limit, .most_bytes = most_bytes};
    int rc = vib_csv_record_init(&r.record, input, delimiter_of(vib_input_name(input)), err);
    if (rc == 0)
        rc = read_header(&r, label, columns, err);
    if (rc == 0)
        rc = read_records(&r, labels, err);
    vib_csv_record_release(&r.record);
    if (rc != 0) {
        free(r.values);
        return rc;
    }
    const size_t n = limit != 0 ? limit : r.n;
    float *fewer = realloc(r.values, n * (columns->n - 1) * sizeof *fewer);
    split->n = n;
    split->values = fewer != NULL ? fewer : r.values;
    return 0;
}
