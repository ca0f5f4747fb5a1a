#include "runner/sweep/report.h"

#include "runner/base/text.h"
#include "runner/config/label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct columns {
    struct label label;
    size_t width[LABEL_MAX_KEYS]; /* characters */
};

static size_t width_of(const char *text) {
    return text_width(text, strlen(text));
}

static void measure(struct columns *columns, const struct grid *grid, size_t rows) {
    char cell[KEY_TEXT_SIZE];
    const struct label *label = &columns->label;
    label_init(&columns->label, grid->config);
    for (size_t c = 0; c < label->n; c++)
        columns->width[c] = width_of(label->keys[c]->name);
    for (size_t i = 0; i < rows; i++) {
        struct settings settings;
        grid_settings(grid, i, &settings);
        for (size_t c = 0; c < label->n; c++) {
            label_value(label, c, &settings, cell);
            const size_t width = width_of(cell);
            columns->width[c] = width > columns->width[c] ? width : columns->width[c];
        }
    }
}

static void print_cell(const char *text, size_t width) {
    printf("%*s%s  ", (int)(width - width_of(text)), "", text);
}

static void print_header(const struct columns *columns) {
    for (size_t c = 0; c < columns->label.n; c++)
        print_cell(columns->label.keys[c]->name, columns->width[c]);
    puts("error %  error_mc %  I(Z;X) <= bits  I(Z;Y) >= bits");
}

static void print_bits(bool measured, double bits, int digits) {
    if (measured)
        printf("  %14.*f", digits, bits);
    else
        printf("  %14s", "-");
}

static void print_result(const struct result_row *row, const struct vib_method_info *method,
                         const char *split) {
    printf("%7.2f  %10.2f", 100.0 * row->error, 100.0 * row->error_mc);
    print_bits(method->rate, row->izx_upper, 3);
    print_bits(method->stochastic, row->izy_lower, 4);
    printf("%s%s\n", split[0] != '\0' ? "  " : "", split);
}

/* The splits that speak for the jobs of the first rows, as a set. */
static int read_shown(struct store *store, const int64_t *ids, size_t rows, unsigned *shown,
                      struct vib_error *err) {
    struct result_row split[VIB_SPLITS];
    unsigned splits;
    int rc = VIB_OK;
    *shown = 0;
    for (size_t i = 0; i < rows && rc == VIB_OK; i++) {
        rc = store_read_result(store, ids[i], split, &splits, err);
        if (rc == VIB_OK && splits != 0)
            *shown |= 1u << job_split_shown(splits);
    }
    return rc;
}

/* The split of most data: the rows of any other say whose they are. */
static enum vib_split_id print_title(unsigned shown) {
    const enum vib_split_id usual = shown == 0 ? VIB_TEST : job_split_shown(shown);
    printf("%s split%s; error with 1 sample of z per example, error_mc with evaluate.samples\n",
           vib_split_name(usual), (shown & ~(1u << usual)) != 0 ? " unless it says another" : "");
    return usual;
}

/* A row for a job that ended; *open counts the others. */
static int print_row(struct store *store, const struct grid *grid, const struct columns *columns,
                     enum vib_split_id usual, size_t i, int64_t id, size_t *open,
                     struct vib_error *err) {
    struct result_row split[VIB_SPLITS];
    struct settings settings;
    enum job_state state = JOB_PENDING;
    char cell[KEY_TEXT_SIZE];
    unsigned splits = 0;
    bool known = true;
    int rc = store_read_result(store, id, split, &splits, err);
    const bool found = splits != 0;
    const enum vib_split_id shown = job_split_shown(splits);
    if (rc == VIB_OK && !found)
        rc = store_job_state(store, id, &state, &known, err);
    if (rc != VIB_OK)
        return rc;
    if (!found && known && (state == JOB_PENDING || state == JOB_RUNNING)) {
        ++*open;
        return VIB_OK;
    }
    grid_settings(grid, i, &settings);
    for (size_t c = 0; c < columns->label.n; c++) {
        label_value(&columns->label, c, &settings, cell);
        print_cell(cell, columns->width[c]);
    }
    if (found)
        print_result(&split[shown], vib_method_info(settings.job.method),
                     shown != usual ? vib_split_name(shown) : "");
    else
        printf("%7s\n", known ? job_state_name(state) : "deleted");
    return VIB_OK;
}

int report_print(struct store *store, const struct grid *grid, const int64_t *ids,
                 const char *database, struct vib_error *err) {
    struct columns columns;
    size_t rows = grid->n < REPORT_MAX_ROWS ? grid->n : REPORT_MAX_ROWS, open = 0;
    measure(&columns, grid, rows);
    unsigned shown;
    int rc = read_shown(store, ids, rows, &shown, err);
    if (rc != VIB_OK)
        return rc;
    const enum vib_split_id usual = print_title(shown);
    print_header(&columns);
    for (size_t i = 0; i < rows && rc == VIB_OK; i++)
        rc = print_row(store, grid, &columns, usual, i, ids[i], &open, err);
    if (open > 0)
        printf("%zu job%s without a result yet\n", open, open == 1 ? " is" : "s are");
    if (rows < grid->n) {
        printf("... and %zu more: vib-sweep export ", grid->n - rows);
        text_show(stdout, database);
        putchar('\n');
    }
    fputs("results: ", stdout);
    text_show(stdout, database);
    putchar('\n');
    return rc;
}
