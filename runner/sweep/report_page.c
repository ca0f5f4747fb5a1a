#include "runner/sweep/report_page.h"

void report_key_columns(struct report_page *page) {
    for (size_t c = 0; c < page->label.n; c++)
        report_table_column(&page->table, page->label.keys[c]->name, page->label.n - c);
}

/* Of the values the error with one sample goes first, then the bounds; all of them before a key. */
void report_value_columns(struct report_page *page) {
    enum { IZX_RANK = LABEL_MAX_KEYS + 1, IZY_RANK, ERROR_RANK };
    page->table.values = page->table.n_columns;
    report_table_column(&page->table, "error %", ERROR_RANK);
    report_table_column(&page->table, "error_mc %", 0);
    report_table_column(&page->table, "I(Z;X) <= bits", IZX_RANK);
    report_table_column(&page->table, "I(Z;Y) >= bits", IZY_RANK);
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
