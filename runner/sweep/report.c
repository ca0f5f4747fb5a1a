#include "runner/sweep/report.h"

#include "runner/base/text.h"
#include "runner/config/label.h"
#include "runner/sweep/report_seeds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of the terminal; 0 where there is none. */
static size_t terminal_columns(void) {
    struct winsize size;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* --- a row for every job --- */

/* The splits that speak for the jobs of the first rows, as a set. */
static int read_shown(const struct report *report, size_t rows, struct report_page *page,
                      struct vib_error *err) {
    struct result_row split[VIB_SPLITS];
    unsigned splits, shown = 0;
    int rc = VIB_OK;
    for (size_t i = 0; i < rows && rc == VIB_OK; i++) {
        rc = store_read_result(report->store, report->ids[i], split, &splits, err);
        if (rc == VIB_OK && splits != 0)
            shown |= 1u << job_split_shown(splits);
    }
    page->usual = shown == 0 ? VIB_TEST : job_split_shown(shown);
    page->several = (shown & ~(1u << page->usual)) != 0;
    return rc;
}

static int add_values(struct report_page *page, const struct result_row *row,
                      const struct vib_method_info *method, const char *split,
                      struct vib_error *err) {
    const double value[] = {100.0 * row->error, 100.0 * row->error_mc,
                            method->rate ? row->izx_upper : (double)NAN, row->izy_lower};
    static const int digits[] = {2, 2, 3, 4};
    int rc = VIB_OK;
    for (size_t i = 0; i < sizeof value / sizeof value[0] && rc == VIB_OK; i++) {
        char cell[400] = "-";
        if (i < 2 || !isnan(value[i]))
            (void)snprintf(cell, sizeof cell, "%.*f", digits[i], value[i]);
        rc = report_table_cell(&page->table, page->table.values + i, cell, err);
    }
    if (rc == VIB_OK && split[0] != '\0')
        rc = report_table_note(&page->table, split, err);
    return rc;
}

/* A row for a job that ended; others are counted. */
static int add_job(const struct report *report, struct report_page *page, size_t i,
                   struct vib_error *err) {
    struct result_row split[VIB_SPLITS];
    struct settings settings;
    enum job_state state = JOB_PENDING;
    unsigned splits = 0;
    bool known = true;
    int rc = store_read_result(report->store, report->ids[i], split, &splits, err);
    const bool found = splits != 0;
    const enum vib_split_id shown = job_split_shown(splits);
    if (rc == VIB_OK && !found)
        rc = store_job_state(report->store, report->ids[i], &state, &known, err);
    if (rc != VIB_OK)
        return rc;
    if (!found && known && (state == JOB_PENDING || state == JOB_RUNNING)) {
        page->n_open++;
        return VIB_OK;
    }
    grid_settings(report->grid, i, &settings);
    rc = report_add_row(page, report->grid, i, err);
    if (rc == VIB_OK && found)
        rc = add_values(page, &split[shown], vib_method_info(settings.job.method),
                        shown != page->usual ? vib_split_name(shown) : "", err);
    else if (rc == VIB_OK)
        rc = report_table_instead(&page->table, known ? job_state_name(state) : "deleted", err);
    return rc;
}

static int report_jobs(const struct report *report, struct report_page *page,
                       struct vib_error *err) {
    const size_t rows = report->grid->n < REPORT_MAX_ROWS ? report->grid->n : REPORT_MAX_ROWS;
    int rc = read_shown(report, rows, page, err);
    label_init(&page->label, report->grid->config);
    report_key_columns(page);
    report_value_columns(page);
    page->n_rows = report->grid->n;
    for (size_t i = 0; i < rows && rc == VIB_OK; i++)
        rc = add_job(report, page, i, err);
    return rc;
}

/* --- the page --- */

static void print_where(const char *before, const char *database) {
    (void)fputs(before, stdout);
    text_show(stdout, database);
    (void)putchar('\n');
}

static void print_title(const struct report_page *page, bool means) {
    printf("%s split%s%s; error with 1 sample of z per example, error_mc with evaluate.samples\n",
           vib_split_name(page->usual), page->several ? " unless it says another" : "",
           means ? "; means over seeds \u00b1 half of their 95 % interval" : "");
}

static void print_rest(const struct report *report, const struct report_page *page, bool means) {
    const size_t shown = page->n_rows < REPORT_MAX_ROWS ? page->n_rows : REPORT_MAX_ROWS;
    if (page->n_failed > 0)
        printf("%zu job%s failed or diverged%s\n", page->n_failed, page->n_failed == 1 ? "" : "s",
               page->table.n_rows > 0 ? ", in no mean" : "");
    if (page->n_open > 0 && page->table.n_rows > 0)
        printf("%zu job%s without a result yet\n", page->n_open,
               page->n_open == 1 ? " is" : "s are");
    if (shown < page->n_rows)
        printf("... and %zu more", page->n_rows - shown);
    if (means)
        printf("%s%zu jobs, one by one", shown < page->n_rows ? "; all " : "all ", report->grid->n);
    if (means || shown < page->n_rows)
        print_where(": vib-sweep export ", report->database);
    print_where("results: ", report->database);
}

int report_print(const struct report *report, struct vib_error *err) {
    struct report_page page = {.n_rows = 0};
    const bool means = report->grid->n > REPORT_MAX_SEEDS && report_has_seeds(report->grid);
    const int rc = means ? report_seeds(report, &page, err) : report_jobs(report, &page, err);
    if (rc == VIB_OK && page.table.n_rows > 0) {
        print_title(&page, means);
        report_table_print(&page.table, terminal_columns(), stdout);
    } else if (rc == VIB_OK) {
        printf("no job of %zu has a result%s\n", report->grid->n, page.n_open > 0 ? " yet" : "");
    }
    if (rc == VIB_OK)
        print_rest(report, &page, means);
    report_table_release(&page.table);
    return rc;
}
