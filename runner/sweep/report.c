#include "runner/sweep/report.h"

#include "runner/config/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 16, CELL = 48 };

struct columns {
    const struct key *keys[MAX_COLUMNS];
    int width[MAX_COLUMNS];
    size_t n;
};

static void measure(struct columns *columns, const struct grid *grid, size_t rows) {
    char cell[CELL];
    columns->n = label_keys(grid->config, columns->keys, MAX_COLUMNS);
    for (size_t c = 0; c < columns->n; c++)
        columns->width[c] = (int)strlen(columns->keys[c]->name);
    for (size_t i = 0; i < rows; i++) {
        struct settings settings;
        grid_settings(grid, i, &settings);
        for (size_t c = 0; c < columns->n; c++) {
            label_value(&settings, columns->keys[c], cell, sizeof cell);
            int width = (int)strlen(cell);
            columns->width[c] = width > columns->width[c] ? width : columns->width[c];
        }
    }
}

static void print_header(const struct columns *columns) {
    for (size_t c = 0; c < columns->n; c++)
        printf("%*s  ", columns->width[c], columns->keys[c]->name);
    puts("error %  error_mc %  I(Z;X) <= bits  I(Z;Y) >= bits");
}

static void print_bits(bool measured, double bits, int digits) {
    if (measured)
        printf("  %14.*f", digits, bits);
    else
        printf("  %14s", "-");
}

static void print_result(const struct result_row *row, const struct vib_method_info *method) {
    printf("%7.2f  %10.2f", 100.0 * row->error, 100.0 * row->error_mc);
    print_bits(method->rate, row->izx_upper, 3);
    print_bits(method->stochastic, row->izy_lower, 4);
    putchar('\n');
}

/* A row for a job that ended; *open counts the others. */
static int print_row(struct store *store, const struct grid *grid, const struct columns *columns,
                     size_t i, int64_t id, size_t *open, struct vib_error *err) {
    struct result_row split[VIB_SPLITS];
    struct settings settings;
    enum job_state state = JOB_PENDING;
    char cell[CELL];
    unsigned splits = 0;
    bool known = true;
    int rc = store_read_result(store, id, split, &splits, err);
    const bool found = (splits & 1u << VIB_TEST) != 0;
    if (rc == VIB_OK && !found)
        rc = store_job_state(store, id, &state, &known, err);
    if (rc != VIB_OK)
        return rc;
    if (!found && known && (state == JOB_PENDING || state == JOB_RUNNING)) {
        ++*open;
        return VIB_OK;
    }
    grid_settings(grid, i, &settings);
    for (size_t c = 0; c < columns->n; c++) {
        label_value(&settings, columns->keys[c], cell, sizeof cell);
        printf("%*s  ", columns->width[c], cell);
    }
    if (found)
        print_result(&split[VIB_TEST], vib_method_info(settings.job.method));
    else
        printf("%7s\n", known ? job_state_name(state) : "deleted");
    return VIB_OK;
}

int report_print(struct store *store, const struct grid *grid, const int64_t *ids,
                 const char *database, struct vib_error *err) {
    struct columns columns;
    size_t rows = grid->n < REPORT_MAX_ROWS ? grid->n : REPORT_MAX_ROWS, open = 0;
    measure(&columns, grid, rows);
    printf("test split; error with 1 sample of z per example, error_mc with evaluate.samples\n");
    print_header(&columns);
    int rc = VIB_OK;
    for (size_t i = 0; i < rows && rc == VIB_OK; i++)
        rc = print_row(store, grid, &columns, i, ids[i], &open, err);
    if (open > 0)
        printf("%zu job%s without a result yet\n", open, open == 1 ? " is" : "s are");
    if (rows < grid->n)
        printf("... and %zu more: vib-sweep export %s\n", grid->n - rows, database);
    printf("results: %s\n", database);
    return rc;
}
