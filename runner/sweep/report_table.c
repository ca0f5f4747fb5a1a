#include "runner/sweep/report_table.h"

#include "runner/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

static size_t width_of(const char *text) {
    return text_width(text, strlen(text));
}

void report_table_release(struct report_table *table) {
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t c = 0; c < table->n_columns; c++)
            free(table->rows[i].cells[c]);
        free(table->rows[i].cells);
        free(table->rows[i].note);
        free(table->rows[i].instead);
    }
    free(table->rows);
    memset(table, 0, sizeof *table);
}

void report_table_column(struct report_table *table, const char *name, size_t rank) {
    table->columns[table->n_columns++] =
        (struct report_column){.name = name, .rank = rank, .width = width_of(name)};
}

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory for the table of results");
}

int report_table_row(struct report_table *table, struct vib_error *err) {
    struct report_row *rows = realloc(table->rows, (table->n_rows + 1) * sizeof *rows);
    if (rows == NULL)
        return no_memory(err);
    table->rows = rows;
    rows[table->n_rows] = (struct report_row){.cells = calloc(table->n_columns, sizeof(char *))};
    if (rows[table->n_rows].cells == NULL)
        return no_memory(err);
    table->n_rows++;
    return VIB_OK;
}

static int copy(char **to, const char *text, struct vib_error *err) {
    *to = strdup(text);
    return *to != NULL ? VIB_OK : no_memory(err);
}

int report_table_cell(struct report_table *table, size_t c, const char *text,
                      struct vib_error *err) {
    struct report_column *column = &table->columns[c];
    const char *first = table->rows[0].cells[c];
    const size_t width = width_of(text);
    column->varies =
        column->varies || (table->n_rows > 1 && (first == NULL || strcmp(first, text) != 0));
    column->width = width > column->width ? width : column->width;
    return copy(&table->rows[table->n_rows - 1].cells[c], text, err);
}

int report_table_note(struct report_table *table, const char *text, struct vib_error *err) {
    return copy(&table->rows[table->n_rows - 1].note, text, err);
}

int report_table_instead(struct report_table *table, const char *text, struct vib_error *err) {
    return copy(&table->rows[table->n_rows - 1].instead, text, err);
}

/* --- showing it --- */

struct layout {
    bool shown[REPORT_MAX_COLUMNS];
    size_t values; /* the first column of values that is shown */
};

static size_t widest_note(const struct report_table *table) {
    size_t width = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        const char *note = table->rows[i].note;
        if (note != NULL && width_of(note) + GAP > width)
            width = width_of(note) + GAP;
    }
    return width;
}

/* The column that is to go next, n_columns when none is. */
static size_t least_important(const struct report_table *table, const struct layout *layout) {
    size_t least = table->n_columns, most = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct report_column *column = &table->columns[c];
        const bool same = c < table->values && !column->varies && table->n_rows > 1;
        const size_t rank = column->rank == 0 ? 0 : column->rank + (same ? REPORT_MAX_COLUMNS : 0);
        if (layout->shown[c] && rank > most) {
            least = c;
            most = rank;
        }
    }
    return least;
}

static void lay_out(const struct report_table *table, size_t room, struct layout *layout) {
    size_t width = widest_note(table), least = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        layout->shown[c] = true;
        width += table->columns[c].width + (c > 0 ? GAP : 0);
    }
    while (room > 0 && width > room &&
           (least = least_important(table, layout)) < table->n_columns) {
        layout->shown[least] = false;
        width -= table->columns[least].width + GAP;
    }
    layout->values = table->values;
    while (layout->values + 1 < table->n_columns && !layout->shown[layout->values])
        layout->values++;
}

static void print_cell(FILE *out, const char *text, size_t width, bool first) {
    const size_t taken = width_of(text);
    (void)fprintf(out, "%s%*s%s", first ? "" : "  ", (int)(width > taken ? width - taken : 0), "",
                  text);
}

static void print_row(const struct report_table *table, const struct report_row *row,
                      const struct layout *layout, FILE *out) {
    bool first = true;
    for (size_t c = 0; c < table->n_columns; c++) {
        const bool ends = row->instead != NULL && c >= layout->values;
        const char *cell = ends ? row->instead : row->cells[c];
        if (!layout->shown[c])
            continue;
        print_cell(out, cell != NULL ? cell : "", table->columns[c].width, first);
        first = false;
        if (ends)
            break;
    }
    (void)fprintf(out, "%s%s\n", row->note != NULL ? "  " : "", row->note != NULL ? row->note : "");
}

static void print_left_out(const struct report_table *table, const struct layout *layout,
                           FILE *out) {
    const char *comma = "left out for want of room: ";
    bool any = false;
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct report_row *first = table->n_rows > 0 ? &table->rows[0] : NULL;
        if (layout->shown[c])
            continue;
        const bool same = c < table->values && !table->columns[c].varies && first != NULL &&
                          first->cells[c] != NULL;
        (void)fprintf(out, "%s%s%s%s", comma, table->columns[c].name, same ? "=" : "",
                      same ? first->cells[c] : "");
        comma = ", ";
        any = true;
    }
    (void)fputs(any ? "\n" : "", out);
}

void report_table_print(const struct report_table *table, size_t room, FILE *out) {
    struct layout layout;
    bool first = true;
    lay_out(table, room, &layout);
    for (size_t c = 0; c < table->n_columns; c++)
        if (layout.shown[c]) {
            print_cell(out, table->columns[c].name, table->columns[c].width, first);
            first = false;
        }
    (void)fputc('\n', out);
    for (size_t i = 0; i < table->n_rows; i++)
        print_row(table, &table->rows[i], &layout, out);
    print_left_out(table, &layout, out);
}
