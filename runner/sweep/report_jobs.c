#include "runner/sweep/report_jobs.h"

#include <stdlib.h>

struct jobs_walk {
    const struct report *report;
    struct report_page *page;
    size_t n;                         /* rows */
    struct report_place *places;      /* [n] */
    struct report_measured *measured; /* [n] beside places, of these jobs */
};

/* Points of the grid that are one job have one place. */
static struct report_measured *of_job(const struct jobs_walk *walk, int64_t id) {
    const struct report_place *place = report_find(walk->places, walk->n, id);
    return place != NULL ? &walk->measured[place - walk->places] : NULL;
}

enum { JOB, SPLIT, FIRST_VALUE };

static int on_result(void *context, struct store_row *row, struct vib_error *err) {
    const struct jobs_walk *walk = context;
    struct report_measured *measured = of_job(walk, store_row_integer(row, JOB));
    (void)err;
    if (measured != NULL)
        report_take(measured, row, SPLIT, FIRST_VALUE);
    return 0;
}

static int read_results(struct jobs_walk *walk, struct vib_error *err) {
    const struct store_query query = {
        .sql =
            "SELECT job, split, 100 * error, NULL, 100 * error_mc, NULL, izx_lower, NULL,"
            " izx_upper_tight, NULL, izy_lower, NULL FROM information_plane",
        .row = on_result,
        .context = walk};
    return store_query(walk->report->store, &query, err);
}

/* Without a result: its state, or it is counted. */
static int add_unmeasured(struct jobs_walk *walk, size_t i, struct vib_error *err) {
    const struct report *report = walk->report;
    enum job_state state = JOB_PENDING;
    bool known = true;
    int rc = store_job_state(report->store, report->ids[i], &state, &known, err);
    if (rc != VIB_OK)
        return rc;
    if (known && (state == JOB_PENDING || state == JOB_RUNNING)) {
        walk->page->n_open++;
        return VIB_OK;
    }
    rc = report_add_row(walk->page, report->grid, i, err);
    if (rc == VIB_OK)
        rc = report_table_instead(&walk->page->table, known ? job_state_name(state) : "deleted",
                                  err);
    return rc;
}

static int add_job(struct jobs_walk *walk, size_t i, struct vib_error *err) {
    const struct report_measured *measured = of_job(walk, walk->report->ids[i]);
    if (measured == NULL || measured->splits == 0)
        return add_unmeasured(walk, i, err);
    const int rc = report_add_row(walk->page, walk->report->grid, i, err);
    return rc == VIB_OK ? report_add_values(walk->page, measured, err) : rc;
}

static int fill(struct jobs_walk *walk, struct vib_error *err) {
    struct report_page *page = walk->page;
    int rc = VIB_OK;
    for (size_t i = 0; i < walk->n; i++)
        report_survey(page, &walk->measured[i]);
    label_init(&page->label, walk->report->grid->config);
    report_key_columns(page);
    report_value_columns(page);
    page->n_rows = walk->report->grid->n;
    for (size_t i = 0; i < walk->n && rc == VIB_OK; i++)
        rc = add_job(walk, i, err);
    return rc;
}

int report_jobs(const struct report *report, struct report_page *page, struct vib_error *err) {
    const size_t n = report->grid->n < REPORT_MAX_ROWS ? report->grid->n : REPORT_MAX_ROWS;
    struct jobs_walk walk = {
        .report = report, .page = page, .n = n, .measured = calloc(n, sizeof *walk.measured)};
    int rc = walk.measured == NULL ? report_no_memory(report, err)
                                   : report_places(report, n, &walk.places, err);
    if (rc == VIB_OK)
        rc = read_results(&walk, err);
    if (rc == VIB_OK)
        rc = fill(&walk, err);
    free(walk.places);
    free(walk.measured);
    return rc;
}
