/* Figure trajectory: I(Z;Y) against I(Z;X) through the epochs, by the tightest bound where a job
 * measured bounds along the way, else by the rate. */
#include "runner/plot/plot_information.h"
#include "runner/plot/plot_points.h"
#include "runner/store/store_query.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The curves of one panel and split. */
struct walk {
    FILE *out;
    const struct plot_point *point; /* whose first seed's evaluations are read */
    size_t row, longest;            /* rows of that curve, and the most that any has */
    bool any;                       /* any has a row */
    struct plot_reach *reach;       /* kept up to date */
    size_t n, n_low;                /* rows, and those too low to be shown */
    size_t n_empty;                 /* curves on the training split without any */
};

/* A blank line stands between two curves. */
static int write_epoch(void *context, struct store_row *row, struct vib_error *err) {
    struct walk *walk = context;
    const double rate = store_row_real(row, 1), izy = store_row_real(row, 2);
    const double numbers[] = {walk->point->trade_off, store_row_real(row, 0), rate, izy};
    (void)err;
    if (walk->any && walk->row == 0)
        (void)putc('\n', walk->out);
    walk->any = true;
    walk->row++;
    walk->longest = walk->row > walk->longest ? walk->row : walk->longest;
    walk->n++;
    walk->n_low += izy < plot_information_least(walk->reach->h_y);
    plot_range_take(&walk->reach->izx, rate);
    plot_range_take(&walk->reach->izy, izy);
    plot_numbers(numbers, 4, walk->out);
    return 0;
}

/* The evaluations of the first seed of the walk's point. */
static int write_curve(struct walk *walk, int split, struct store *store, struct vib_error *err) {
    static const char sql[] =
        "SELECT epoch, izx_upper_tight, izy_lower FROM trajectory WHERE job = ?1 AND split = ?2"
        " UNION ALL SELECT epoch, izx_upper, izy_lower FROM epoch"
        " WHERE job = ?1 AND split = ?2 AND izx_upper IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM epoch_bound WHERE job = ?1) ORDER BY epoch";
    const struct store_value values[] = {{.type = STORE_INTEGER, .integer = walk->point->first_job},
                                         {.type = STORE_TEXT, .text = plot_split_name(split)}};
    const struct store_query query = {
        .sql = sql, .values = values, .n_values = 2, .row = write_epoch, .context = walk};
    walk->row = 0;
    const int rc = store_query(store, &query, err);
    walk->n_empty += split == PLOT_TRAIN && walk->row == 0;
    return rc;
}

static int by_first_job(const void *a, const void *b) {
    const struct plot_point *p = *(const struct plot_point *const *)a;
    const struct plot_point *q = *(const struct plot_point *const *)b;
    return (p->first_job > q->first_job) - (p->first_job < q->first_job);
}

/* In the order of their jobs, so that a later one is drawn over earlier ones. */
static int write_curves(struct walk *walk, const struct plot_panel *panel, int split,
                        struct store *store, struct vib_error *err) {
    const struct plot_point **points = calloc(panel->n, sizeof(const struct plot_point *));
    int rc = 0;
    if (points == NULL)
        return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
    memcpy(points, panel->points, panel->n * sizeof(const struct plot_point *));
    qsort(points, panel->n, sizeof(const struct plot_point *), by_first_job);
    for (size_t i = 0; i < panel->n && rc == 0; i++) {
        walk->point = points[i];
        rc = write_curve(walk, split, store, err);
    }
    free(points);
    return rc;
}

/* A row without a point, where there is none: gnuplot remarks on nothing at all. */
static void write_no_point(FILE *out) {
    static const double none[4] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    plot_numbers(none, 4, out);
}

static int write_epochs(const struct plot *plot, int split, struct walk *walk,
                        struct vib_error *err) {
    int rc = 0;
    (void)fprintf(plot->out, "$%s_epochs << EOD\n", plot_split_name(split));
    for (size_t i = 0; i < plot->panels.n && rc == 0; i++) {
        walk->any = false;
        (void)fprintf(plot->out, "%s# panel %zu\n# beta epoch izx_upper izy_lower\n",
                      i > 0 ? "\n\n" : "", i);
        rc = write_curves(walk, &plot->panels.panel[i], split, plot->store, err);
        if (!walk->any)
            write_no_point(plot->out);
    }
    (void)fputs("EOD\n", plot->out);
    return rc;
}

static int write_end(void *context, struct store_row *row, struct vib_error *err) {
    struct walk *walk = context;
    const double numbers[] = {walk->point->trade_off, store_row_real(row, 0),
                              store_row_real(row, 1)};
    (void)err;
    plot_numbers(numbers, 3, walk->out);
    walk->any = true;
    return 0;
}

/* Where these curves for the test split end. */
static int write_ends(const struct plot *plot, struct walk *walk, struct vib_error *err) {
    static const char sql[] =
        "SELECT iif(EXISTS (SELECT 1 FROM epoch_bound WHERE job = ?1), izx_upper_tight, izx_upper),"
        " izy_lower FROM information_plane WHERE job = ?1 AND split = 'test'";
    int rc = 0;
    (void)fputs("$ends << EOD\n", plot->out);
    for (size_t i = 0; i < plot->panels.n; i++) {
        const struct plot_panel *panel = &plot->panels.panel[i];
        (void)fprintf(plot->out, "%s# panel %zu\n# beta izx_upper izy_lower\n", i > 0 ? "\n\n" : "",
                      i);
        walk->any = false;
        for (size_t j = 0; j < panel->n && rc == 0; j++) {
            const struct store_value job = {.type = STORE_INTEGER,
                                            .integer = panel->points[j]->first_job};
            const struct store_query query = {
                .sql = sql, .values = &job, .n_values = 1, .row = write_end, .context = walk};
            walk->point = panel->points[j];
            rc = store_query(plot->store, &query, err);
        }
        if (!walk->any)
            write_no_point(plot->out);
    }
    (void)fputs("EOD\n", plot->out);
    return rc;
}

static void tell(const struct walk *walk) {
    plot_information_note("trajectory", walk->n_low, walk->n, "evaluations", walk->reach->h_y);
    if (walk->n_empty > 0)
        (void)fprintf(
            stderr,
            "vib-sweep: trajectory leaves out %zu points, which have no rate: a sweep with "
            "evaluate.bounds_every measures bounds along the way\n",
            walk->n_empty);
    if (walk->longest == 1)
        (void)fputs(
            "vib-sweep: trajectory shows single points: no job was evaluated more than once; "
            "a sweep with evaluate.every=1 is, after every epoch\n",
            stderr);
}

/* All data blocks; *reach is what they hold. */
static int write_blocks(const struct plot *plot, struct plot_reach *reach, struct vib_error *err) {
    struct walk walk = {.out = plot->out, .reach = reach};
    int rc = 0;
    for (int split = 0; split < PLOT_SPLITS && rc == 0; split++)
        rc = write_epochs(plot, split, &walk, err);
    if (rc == 0)
        rc = write_ends(plot, &walk, err);
    if (rc == 0)
        tell(&walk);
    return rc;
}

static const char settings[] =
    "set xlabel 'I(Z;X), upper bound (bits)'\n"
    "set style line 4 linewidth 1.2 pointtype 9 pointsize 0.35 * dot dashtype (8,5) "
    "linecolor rgb dark\n"
    "set style line 5 linewidth 2 pointtype 7 pointsize 0.35 * dot linecolor rgb dark\n";

static const char command[] = PLOT_INFORMATION_LIMITS
    "    $train_epochs index panel using 3:4:1 with linespoints linestyle 4 linecolor palette, \\\n"
    "    $test_epochs index panel using 3:4:1 with linespoints linestyle 5 linecolor palette, \\\n"
    "    $ends index panel using 2:3 with points pointtype 7 pointsize 1.05 * dot linecolor rgb dark, \\\n"
    "    $ends index panel using 2:3:1 with points pointtype 7 pointsize 0.8 * dot linecolor palette\n";

static void add_legend(const struct plot *plot, const struct plot_information *axes, double h_y,
                       struct plot_canvas *canvas) {
    plot_canvas_entry(canvas, "with linespoints linestyle 4", "train, each evaluation");
    if (plot_data_knows_of(plot->data, PLOT_TEST, PLOT_IZY_LOWER)) {
        plot_canvas_entry(canvas, "with linespoints linestyle 5", "test, each evaluation");
        plot_canvas_entry(canvas, "with points pointtype 7 pointsize 1.05 * dot linecolor rgb dark",
                          "test, result");
    }
    plot_information_limits(plot, axes, h_y, canvas);
}

int plot_trajectory(const struct plot *plot, struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    struct plot_reach reach = {.trade_off = extent.trade_off,
                               .izx = plot_range_of_nothing(),
                               .izy = plot_range_of_nothing(),
                               .izy_end = (double)INFINITY,
                               .h_y = extent.mean[PLOT_H_Y].high};
    struct plot_canvas canvas;
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc == 0)
        rc = write_blocks(plot, &reach, err);
    if (rc != 0)
        return rc;
    const struct plot_information axes = plot_information_axes(&reach);
    add_legend(plot, &axes, reach.h_y, &canvas);
    plot_information_begin(plot, &axes, &canvas);
    (void)fputs(settings, plot->out);
    rc = plot_points_panels(plot, &canvas, "I(Z;Y), lower bound (bits)", command, err);
    if (rc == 0)
        plot_canvas_end(&canvas, plot->out);
    return rc;
}
