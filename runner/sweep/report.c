#include "runner/sweep/report.h"

#include "runner/base/text.h"
#include "runner/sweep/report_choice.h"
#include "runner/sweep/report_jobs.h"
#include "runner/sweep/report_seeds.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of the terminal; 0 where there is none. */
static size_t terminal_columns(void) {
    struct winsize size;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* --- the page --- */

static void print_where(const char *before, const char *database) {
    (void)fputs(before, stdout);
    text_show(stdout, database);
    (void)putchar('\n');
}

static void print_title(const struct report_page *page, bool means) {
    char title[200];
    const char *split = vib_split_name(page->usual);
    (void)snprintf(title, sizeof title,
                   "split%s; I in bits; error with 1 sample of z, error_mc with evaluate.samples%s",
                   page->several ? " unless it says another" : "",
                   means ? "; means over seeds \u00b1 half of their 95 % interval" : "");
    printf("%s ", split);
    text_wrap(stdout, title, strlen(split) + 1, 2);
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
    struct report_page page = {.usual = VIB_TEST};
    const bool means = report->grid->n > REPORT_MAX_SEEDS && report_has_seeds(report->grid);
    int rc = means ? report_seeds(report, &page, err) : report_jobs(report, &page, err);
    if (rc == VIB_OK && page.table.n_rows > 0) {
        print_title(&page, means);
        report_table_print(&page.table, terminal_columns(), stdout);
        rc = report_choice(report, err);
    } else if (rc == VIB_OK) {
        printf("no job of %zu has a result%s\n", report->grid->n, page.n_open > 0 ? " yet" : "");
    }
    if (rc == VIB_OK)
        print_rest(report, &page, means);
    report_table_release(&page.table);
    return rc;
}
