#include "runner/sweep/report_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int digits;
} columns[REPORT_VALUES] = {[REPORT_ERROR] = {"error %", 2},
                            [REPORT_ERROR_MC] = {"error_mc %", 2},
                            [REPORT_IZX_LOWER] = {"I(Z;X) >=", 2},
                            [REPORT_IZX_UPPER] = {"I(Z;X) <=", 2},
                            [REPORT_IZY_LOWER] = {"I(Z;Y) >=", 3}};

/* --- which jobs --- */

int report_no_memory(const struct report *report, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory for the results of %zu jobs",
                         report->grid->n);
}

int report_by_id(const void *a, const void *b) {
    const struct report_place *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

int report_by_place(const void *a, const void *b) {
    const struct report_place *left = a, *right = b;
    return (left->i > right->i) - (left->i < right->i);
}

static int by_id_and_place(const void *a, const void *b) {
    const int order = report_by_id(a, b);
    return order != 0 ? order : report_by_place(a, b);
}

size_t report_unite(void *elements, size_t n, size_t size) {
    char *const first = elements;
    size_t left = 0;
    if (n > 0)
        qsort(first, n, size, by_id_and_place);
    for (size_t i = 0; i < n; i++)
        if (left == 0 || report_by_id(first + (left - 1) * size, first + i * size) != 0)
            memmove(first + left++ * size, first + i * size, size);
    return left;
}

int report_places(const struct report *report, size_t n, struct report_place **places,
                  struct vib_error *err) {
    *places = calloc(n, sizeof **places);
    if (*places == NULL)
        return report_no_memory(report, err);
    for (size_t i = 0; i < n; i++)
        (*places)[i] = (struct report_place){report->ids[i], i};
    qsort(*places, n, sizeof **places, report_by_id);
    return VIB_OK;
}

const struct report_place *report_find(const struct report_place *places, size_t n, int64_t id) {
    const struct report_place wanted = {.id = id};
    return bsearch(&wanted, places, n, sizeof *places, report_by_id);
}

/* --- what was measured --- */

static enum vib_split_id split_of(const char *name) {
    enum vib_split_id id = VIB_TRAIN;
    while (name != NULL && id + 1 < VIB_SPLITS && strcmp(vib_split_name(id), name) != 0)
        id++;
    return id;
}

void report_take(struct report_measured *measured, struct store_row *row, int split, int first) {
    const enum vib_split_id id = split_of(store_row_text(row, split, NULL));
    measured->splits |= 1u << id;
    for (int v = 0; v < REPORT_VALUES; v++) {
        measured->split[id].value[v] = store_row_real(row, first + 2 * v);
        measured->split[id].half[v] = store_row_real(row, first + 2 * v + 1);
    }
}

void report_survey(struct report_page *page, const struct report_measured *measured) {
    const enum vib_split_id split = job_split_shown(measured->splits);
    if (measured->splits == 0)
        return;
    page->shown |= 1u << split;
    page->usual = job_split_shown(page->shown);
    page->several = (page->shown & ~(1u << page->usual)) != 0;
    page->bounded = page->bounded || !isnan(measured->split[split].value[REPORT_IZX_LOWER]);
}

/* --- the table --- */

void report_key_columns(struct report_page *page) {
    for (size_t c = 0; c < page->label.n; c++)
        report_table_column(&page->table, page->label.keys[c]->name, page->label.n - c);
}

static bool has_column(const struct report_page *page, int value) {
    return value != REPORT_IZX_LOWER || page->bounded;
}

/* Of the values the error with one sample goes first, then the bounds; all of them before a key. */
void report_value_columns(struct report_page *page) {
    static const size_t ranks[REPORT_VALUES] = {[REPORT_ERROR] = LABEL_MAX_KEYS + 4,
                                                [REPORT_IZX_LOWER] = LABEL_MAX_KEYS + 3,
                                                [REPORT_IZY_LOWER] = LABEL_MAX_KEYS + 2,
                                                [REPORT_IZX_UPPER] = LABEL_MAX_KEYS + 1};
    page->table.values = page->table.n_columns;
    for (int v = 0; v < REPORT_VALUES; v++)
        if (has_column(page, v))
            report_table_column(&page->table, columns[v].name, ranks[v]);
}

int report_add_row(struct report_page *page, const struct grid *grid, size_t i,
                   struct vib_error *err) {
    struct settings settings;
    char cell[KEY_TEXT_SIZE];
    int rc = report_table_row(&page->table, err);
    grid_settings(grid, i, &settings);
    for (size_t c = 0; c < page->label.n && rc == VIB_OK; c++) {
        label_value(&page->label, c, &settings, cell);
        rc = report_table_cell(&page->table, c, cell, err);
    }
    return rc;
}

/* "1.52 ± 0.11", without the interval where there is none. */
static void format_value(double value, double half, int digits, char text[800]) {
    if (isnan(value))
        (void)snprintf(text, 800, "-");
    else if (isnan(half))
        (void)snprintf(text, 800, "%.*f", digits, value);
    else
        (void)snprintf(text, 800, "%.*f \u00b1 %.*f", digits, value, digits, half);
}

int report_add_values(struct report_page *page, const struct report_measured *measured,
                      struct vib_error *err) {
    const enum vib_split_id split = job_split_shown(measured->splits);
    size_t c = page->table.values;
    char cell[800]; /* a double may have 309 digits before its point */
    int rc = VIB_OK;
    for (int v = 0; v < REPORT_VALUES && rc == VIB_OK; v++) {
        if (!has_column(page, v))
            continue;
        format_value(measured->split[split].value[v], measured->split[split].half[v],
                     columns[v].digits, cell);
        rc = report_table_cell(&page->table, c++, cell, err);
    }
    if (rc == VIB_OK && split != page->usual)
        rc = report_table_note(&page->table, vib_split_name(split), err);
    return rc;
}
