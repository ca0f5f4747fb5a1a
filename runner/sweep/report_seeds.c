#include "runner/sweep/report_seeds.h"

#include "runner/store/store_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool report_has_seeds(const struct grid *grid) {
    return config_sweeps(grid->config, key_find("seed"));
}

/* Jobs of the grid that differ in nothing but the seed. */
struct seeds {
    struct report_place place; /* that view job_point calls point */
    size_t n;                  /* that have a result */
    struct report_measured mean;
};

struct seeds_walk {
    const struct report *report;
    struct report_page *page;
    struct report_place *places; /* [grid->n] */
    struct seeds *seeds; /* [n] by point, then, once they are united, by their place in the grid */
    size_t n;
};

/* --- which points --- */

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct seeds_walk *walk = context;
    const struct report_place *place =
        report_find(walk->places, walk->report->grid->n, store_row_integer(row, 0));
    (void)err;
    if (place == NULL || walk->n == walk->report->grid->n)
        return 0;
    walk->seeds[walk->n++] = (struct seeds){.place = {store_row_integer(row, 1), place->i}};
    const enum job_state state = job_state_of(store_row_text(row, 2, NULL));
    walk->page->n_failed += state == JOB_FAILED || state == JOB_DIVERGED;
    walk->page->n_open += state == JOB_PENDING || state == JOB_RUNNING;
    return 0;
}

static int find_points(struct seeds_walk *walk, struct vib_error *err) {
    const struct store_query query = {.sql =
                                          "SELECT job_point.job, job_point.point, job.state"
                                          " FROM job_point JOIN job ON job.id = job_point.job",
                                      .row = on_job,
                                      .context = walk};
    const int rc = store_query(walk->report->store, &query, err);
    walk->n = report_unite(walk->seeds, walk->n, sizeof *walk->seeds);
    return rc;
}

/* --- their means --- */

enum { POINT, SPLIT, N_SEEDS, FIRST_VALUE };

static int on_mean(void *context, struct store_row *row, struct vib_error *err) {
    struct seeds_walk *walk = context;
    const struct seeds wanted = {.place.id = store_row_integer(row, POINT)};
    struct seeds *seeds = bsearch(&wanted, walk->seeds, walk->n, sizeof wanted, report_by_id);
    (void)err;
    if (seeds == NULL)
        return 0;
    seeds->n = (size_t)store_row_integer(row, N_SEEDS);
    report_take(&seeds->mean, row, SPLIT, FIRST_VALUE);
    return 0;
}

static int read_means(struct seeds_walk *walk, struct vib_error *err) {
    const struct store_query query = {
        .sql =
            "SELECT point, split, n_seeds,"
            " 100 * error_mean, 100 * (error_hi - error_mean),"
            " 100 * error_mc_mean, 100 * (error_mc_hi - error_mc_mean),"
            " izx_lower_mean, izx_lower_hi - izx_lower_mean,"
            " izx_upper_tight_mean, izx_upper_tight_hi - izx_upper_tight_mean,"
            " izy_lower_mean, izy_lower_hi - izy_lower_mean FROM summary",
        .row = on_mean,
        .context = walk};
    const int rc = store_query(walk->report->store, &query, err);
    if (walk->n > 0)
        qsort(walk->seeds, walk->n, sizeof *walk->seeds, report_by_place);
    return rc;
}

/* --- the table --- */

static void add_columns(struct report_page *page, const struct config *config) {
    const struct key *seed = key_find("seed");
    size_t n = 0;
    label_init(&page->label, config);
    for (size_t c = 0; c < page->label.n; c++)
        if (page->label.keys[c] != seed) {
            page->label.digits[n] = page->label.digits[c];
            page->label.keys[n++] = page->label.keys[c];
        }
    page->label.n = n;
    report_key_columns(page);
    report_table_column(&page->table, "seeds", LABEL_MAX_KEYS);
    report_value_columns(page);
}

static int add_point(const struct report *report, struct report_page *page,
                     const struct seeds *seeds, struct vib_error *err) {
    char cell[32];
    int rc = report_add_row(page, report->grid, seeds->place.i, err);
    (void)snprintf(cell, sizeof cell, "%zu", seeds->n);
    if (rc == VIB_OK)
        rc = report_table_cell(&page->table, page->label.n, cell, err);
    return rc == VIB_OK ? report_add_values(page, &seeds->mean, err) : rc;
}

/* Points without a result have no row: their jobs are counted. */
static int fill(struct seeds_walk *walk, struct vib_error *err) {
    struct report_page *page = walk->page;
    int rc = VIB_OK;
    for (size_t i = 0; i < walk->n; i++)
        report_survey(page, &walk->seeds[i].mean);
    add_columns(page, walk->report->grid->config);
    for (size_t i = 0; i < walk->n && rc == VIB_OK; i++) {
        if (walk->seeds[i].mean.splits == 0)
            continue;
        if (page->n_rows++ < REPORT_MAX_ROWS)
            rc = add_point(walk->report, page, &walk->seeds[i], err);
    }
    return rc;
}

int report_seeds(const struct report *report, struct report_page *page, struct vib_error *err) {
    struct seeds_walk walk = {
        .report = report, .page = page, .seeds = calloc(report->grid->n, sizeof *walk.seeds)};
    int rc = walk.seeds == NULL ? report_no_memory(report, err)
                                : report_places(report, report->grid->n, &walk.places, err);
    if (rc == VIB_OK)
        rc = find_points(&walk, err);
    if (rc == VIB_OK)
        rc = read_means(&walk, err);
    if (rc == VIB_OK)
        rc = fill(&walk, err);
    free(walk.places);
    free(walk.seeds);
    return rc;
}
