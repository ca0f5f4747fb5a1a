#include "runner/sweep/report_seeds.h"

#include "runner/store/store_query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool report_has_seeds(const struct grid *grid) {
    return config_sweeps(grid->config, key_find("seed"));
}

enum { VALUES = 4 }; /* error, error_mc, izx_upper, izy_lower */

struct mean {
    double value[VALUES], half[VALUES]; /* NaN: none */
};

/* Jobs of the grid that differ in nothing but the seed. */
struct seeds {
    int64_t point;   /* of view job_point */
    size_t first;    /* the first of its jobs in the grid */
    size_t n;        /* that have a result */
    unsigned splits; /* that have a mean, as a set */
    struct mean split[VIB_SPLITS];
};

struct place {
    int64_t id; /* of table job */
    size_t i;   /* in the grid */
};

struct seeds_walk {
    const struct report *report;
    struct report_page *page;
    struct place *places; /* [grid->n] by id */
    struct seeds *seeds;  /* [n] by point, then, once they are united, by their place in the grid */
    size_t n;
};

static int no_memory(const struct report *report, struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "out of memory for the results of %zu jobs",
                         report->grid->n);
}

static int by_id(const void *a, const void *b) {
    const struct place *left = a, *right = b;
    return (left->id > right->id) - (left->id < right->id);
}

static int by_point(const void *a, const void *b) {
    const struct seeds *left = a, *right = b;
    return (left->point > right->point) - (left->point < right->point);
}

static int by_point_and_place(const void *a, const void *b) {
    const struct seeds *left = a, *right = b;
    const int order = by_point(a, b);
    return order != 0 ? order : (left->first > right->first) - (left->first < right->first);
}

static int by_place(const void *a, const void *b) {
    const struct seeds *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* --- which points --- */

static int on_job(void *context, struct store_row *row, struct vib_error *err) {
    struct seeds_walk *walk = context;
    const struct place job = {.id = store_row_integer(row, 0)};
    const struct place *place =
        bsearch(&job, walk->places, walk->report->grid->n, sizeof *walk->places, by_id);
    (void)err;
    if (place == NULL || walk->n == walk->report->grid->n)
        return 0;
    walk->seeds[walk->n++] = (struct seeds){.point = store_row_integer(row, 1), .first = place->i};
    const enum job_state state = job_state_of(store_row_text(row, 2, NULL));
    walk->page->n_failed += state == JOB_FAILED || state == JOB_DIVERGED;
    walk->page->n_open += state == JOB_PENDING || state == JOB_RUNNING;
    return 0;
}

/* Leaves one of each point, by the first of its jobs. */
static void unite(struct seeds_walk *walk) {
    size_t n = 0;
    if (walk->n > 0)
        qsort(walk->seeds, walk->n, sizeof *walk->seeds, by_point_and_place);
    for (size_t i = 0; i < walk->n; i++)
        if (n == 0 || walk->seeds[n - 1].point != walk->seeds[i].point)
            walk->seeds[n++] = walk->seeds[i];
    walk->n = n;
}

static int find_points(struct seeds_walk *walk, struct vib_error *err) {
    const struct report *report = walk->report;
    const struct store_query query = {.sql =
                                          "SELECT job_point.job, job_point.point, job.state"
                                          " FROM job_point JOIN job ON job.id = job_point.job",
                                      .row = on_job,
                                      .context = walk};
    for (size_t i = 0; i < report->grid->n; i++)
        walk->places[i] = (struct place){report->ids[i], i};
    qsort(walk->places, report->grid->n, sizeof *walk->places, by_id);
    const int rc = store_query(report->store, &query, err);
    unite(walk);
    return rc;
}

/* --- their means --- */

enum { POINT, SPLIT, N_SEEDS, FIRST_VALUE };

static enum vib_split_id split_of(const char *name) {
    enum vib_split_id id = VIB_TRAIN;
    while (name != NULL && id + 1 < VIB_SPLITS && strcmp(vib_split_name(id), name) != 0)
        id++;
    return id;
}

static int on_mean(void *context, struct store_row *row, struct vib_error *err) {
    struct seeds_walk *walk = context;
    const struct seeds point = {.point = store_row_integer(row, POINT)};
    struct seeds *seeds = bsearch(&point, walk->seeds, walk->n, sizeof *walk->seeds, by_point);
    (void)err;
    if (seeds == NULL)
        return 0;
    const enum vib_split_id split = split_of(store_row_text(row, SPLIT, NULL));
    seeds->n = (size_t)store_row_integer(row, N_SEEDS);
    seeds->splits |= 1u << split;
    for (int i = 0; i < VALUES; i++) {
        seeds->split[split].value[i] = store_row_real(row, FIRST_VALUE + 2 * i);
        seeds->split[split].half[i] = store_row_real(row, FIRST_VALUE + 2 * i + 1);
    }
    return 0;
}

static int read_means(struct seeds_walk *walk, struct vib_error *err) {
    const struct store_query query = {
        .sql =
            "SELECT point, split, n_seeds,"
            " 100 * error_mean, 100 * (error_hi - error_mean),"
            " 100 * error_mc_mean, 100 * (error_mc_hi - error_mc_mean),"
            " izx_upper_mean, izx_upper_hi - izx_upper_mean,"
            " izy_lower_mean, izy_lower_hi - izy_lower_mean FROM summary",
        .row = on_mean,
        .context = walk};
    const int rc = store_query(walk->report->store, &query, err);
    if (walk->n > 0)
        qsort(walk->seeds, walk->n, sizeof *walk->seeds, by_place);
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

/* "1.52 ± 0.11", without the interval of a single seed. */
static void format_mean(const struct mean *mean, size_t i, char text[64]) {
    static const int digits[VALUES] = {2, 2, 3, 4};
    if (isnan(mean->value[i]))
        (void)snprintf(text, 64, "-");
    else if (isnan(mean->half[i]))
        (void)snprintf(text, 64, "%.*f", digits[i], mean->value[i]);
    else
        (void)snprintf(text, 64, "%.*f \u00b1 %.*f", digits[i], mean->value[i], digits[i],
                       mean->half[i]);
}

static int add_means(struct report_page *page, const struct seeds *seeds, struct vib_error *err) {
    const enum vib_split_id split = job_split_shown(seeds->splits);
    char text[64];
    int rc = VIB_OK;
    for (size_t i = 0; i < VALUES && rc == VIB_OK; i++) {
        format_mean(&seeds->split[split], i, text);
        rc = report_table_cell(&page->table, page->table.values + i, text, err);
    }
    if (rc == VIB_OK && split != page->usual)
        rc = report_table_note(&page->table, vib_split_name(split), err);
    return rc;
}

static int add_point(const struct report *report, struct report_page *page,
                     const struct seeds *seeds, struct vib_error *err) {
    char cell[32];
    int rc = report_add_row(page, report->grid, seeds->first, err);
    (void)snprintf(cell, sizeof cell, "%zu", seeds->n);
    if (rc == VIB_OK)
        rc = report_table_cell(&page->table, page->label.n, cell, err);
    return rc == VIB_OK ? add_means(page, seeds, err) : rc;
}

/* Points without a result have no row: their jobs are counted. */
static int fill(struct seeds_walk *walk, struct vib_error *err) {
    struct report_page *page = walk->page;
    unsigned shown = 0;
    int rc = VIB_OK;
    for (size_t i = 0; i < walk->n; i++)
        if (walk->seeds[i].splits != 0)
            shown |= 1u << job_split_shown(walk->seeds[i].splits);
    page->usual = shown == 0 ? VIB_TEST : job_split_shown(shown);
    page->several = (shown & ~(1u << page->usual)) != 0;
    for (size_t i = 0; i < walk->n && rc == VIB_OK; i++) {
        if (walk->seeds[i].splits == 0)
            continue;
        if (page->n_rows++ < REPORT_MAX_ROWS)
            rc = add_point(walk->report, page, &walk->seeds[i], err);
    }
    return rc;
}

int report_seeds(const struct report *report, struct report_page *page, struct vib_error *err) {
    struct seeds_walk walk = {.report = report,
                              .page = page,
                              .places = calloc(report->grid->n, sizeof *walk.places),
                              .seeds = calloc(report->grid->n, sizeof *walk.seeds)};
    int rc = walk.places == NULL || walk.seeds == NULL ? no_memory(report, err)
                                                       : find_points(&walk, err);
    add_columns(page, report->grid->config);
    if (rc == VIB_OK)
        rc = read_means(&walk, err);
    if (rc == VIB_OK)
        rc = fill(&walk, err);
    free(walk.places);
    free(walk.seeds);
    return rc;
}
