/* The figures in the information plane: plane and trajectory. */
#include "runner/plot/plot_figure.h"
#include "runner/plot/plot_points.h"
#include "runner/store/store_query.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Viridis without its palest end, which white paper swallows. The axis of I(Z;X) is linear up to
 * about a bit, so that it shows 0, and logarithmic beyond. A colour scale has at least a decade. */
static const char settings[] =
    "set palette defined (0 '#440154', 1 '#46327e', 2 '#365c8d', 3 '#277f8e', 4 '#1fa187', "
    "5 '#4ac16d', 6 '#a0da39', 6.5 '#cfe11c')\n"
    "set logscale cb\n"
    "narrow = beta_max < 10 * beta_min\n"
    "set cbrange [(narrow ? 10 ** floor(log10(beta_min) - 0.01) : beta_min) : "
    "(narrow ? 10 ** ceil(log10(beta_max) + 0.01) : beta_max)]\n"
    "set format cb '10^{%L}'\n"
    "set nonlinear x via asinh(x) inverse sinh(x)\n"
    "set xtics (0, 1, 3, 10, 30, 100, 300, 1000, 3000)\n"
    "if (rate_max > 3000) set xtics (0, 1, 10, 100, 1000, 10000, 100000)\n"
    "set xrange [-0.1 : 1.15 * rate_max]\n"
    "izy_low = izy_min > 0 ? 0 : izy_min < -h_y_max ? -h_y_max : izy_min\n"
    "set yrange [izy_low - 0.04 * h_y_max : 1.06 * h_y_max]\n"
    "set samples 100\n"
    "set xlabel 'I(Z;X) (bits)'\n"
    "dark = 0x202020\n"
    "set style line 1 linewidth 1.2 dashtype (16,8) linecolor rgb 0x000000\n"
    "set style line 2 linewidth 1.2 dashtype (3,6) linecolor rgb 0x000000\n"
    "set style line 3 linewidth 1.2 dashtype (12,6,3,6) linecolor rgb 0x808080\n";

/* What no point can be above. */
#define LIMITS                                                                                     \
    "plot h_y with lines linestyle 1, ixy with lines linestyle 2, \\\n"                            \
    "    [0:h_y] x with lines linestyle 3, \\\n"

static int make_canvas(const struct plot *plot, struct plot_canvas *canvas, struct vib_error *err) {
    const int rc = plot_points_canvas(plot, canvas, err);
    canvas->margin = 56;
    return rc;
}

static void add_limits(struct plot_canvas *canvas, const struct plot *plot) {
    plot_canvas_entry(canvas, "with lines linestyle 3", "I(Z;Y) = I(Z;X)");
    plot_canvas_entry(canvas, "with lines linestyle 1", "H(Y)");
    if (plot_data_knows(plot->data, PLOT_IXY))
        plot_canvas_entry(canvas, "with lines linestyle 2", "true I(X;Y)");
}

/* --- plane: Figure 1 (c) --- */

/* One line of a panel and split from point to point, straight in bits: what sharing time between
 * two codes gets. On the figure's axis it is curved; a straight one would seem to cross I(Z;Y) =
 * I(Z;X), which no code can. */
static void write_chords(const struct plot_panel *panel, int split, FILE *out) {
    enum { PARTS = 16 };
    double x0 = 0, y0 = 0; /* of the point before */
    for (size_t i = 0; i < panel->n; i++) {
        const struct plot_mean *m = panel->points[i]->measure[split];
        const double x = m[PLOT_IZX_UPPER].mean, y = m[PLOT_IZY_LOWER].mean;
        for (int left = i == 0 ? 0 : PARTS - 1; left >= 0; left--) {
            const double numbers[] = {x - (x - x0) * left / PARTS, y - (y - y0) * left / PARTS};
            plot_numbers(numbers, 2, out);
        }
        x0 = x;
        y0 = y;
    }
}

static const char plane_command[] = LIMITS
    "    for [split = 0:1] $chords index 2 * panel + split \\\n"
    "        using 1:2 with lines linewidth 1 linecolor rgb 0xbbbbbb, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using izx_upper:izy:(column(rate) - column(izx_upper)):(0):beta \\\n"
    "        with vectors nohead linewidth 1 linecolor palette, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using izx_lower:izy:(column(izx_upper) - column(izx_lower)):(0):beta \\\n"
    "        with vectors nohead linewidth 3 linecolor palette, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using izx_upper:(low(izy)):(0):(high(izy) - low(izy)):beta \\\n"
    "        with vectors nohead linewidth 1.5 linecolor palette, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split using izx_upper:izy \\\n"
    "        with points pointtype 9 - 2 * split pointsize 1.05 * dot linecolor rgb dark, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split using izx_upper:izy:beta \\\n"
    "        with points pointtype 9 - 2 * split pointsize 0.8 * dot linecolor palette\n";

int plot_plane(const struct plot *plot, struct vib_error *err) {
    struct plot_canvas canvas;
    int rc = make_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    plot_canvas_entry(&canvas, "with points pointtype 9 pointsize 1.05 * dot linecolor rgb dark",
                      "train");
    plot_canvas_entry(&canvas, "with points pointtype 7 pointsize 1.05 * dot linecolor rgb dark",
                      "test");
    if (plot_data_knows(plot->data, PLOT_IZX_LOWER)) {
        plot_canvas_entry(&canvas, "with lines linewidth 3 linecolor rgb dark",
                          "lower to upper bound");
        plot_canvas_entry(&canvas, "with lines linewidth 1 linecolor rgb dark",
                          "upper bound to rate");
    }
    plot_canvas_entry(&canvas, "with yerrorbars pointtype 0 linewidth 1.5 linecolor rgb dark",
                      "95 % interval");
    add_limits(&canvas, plot);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    plot_points_block(plot, "chords", "izx_upper_tight izy_lower", write_chords);
    (void)fputs(settings, plot->out);
    plot_canvas_colorbox(&canvas, "β", plot->out);
    rc = plot_points_panels(plot, &canvas, "I(Z;Y), lower bound (bits)", plane_command, err);
    plot_canvas_end(&canvas, plot->out);
    return rc;
}

/* --- trajectory --- */

/* The curves of one panel and split. */
struct walk {
    FILE *out;
    const struct plot_point *point; /* whose first seed's evaluations are read */
    bool begun, any;                /* that curve, or any, has a row */
    double *izy_min, *rate_max;     /* kept up to date */
};

/* A blank line stands between two curves. */
static int write_epoch(void *context, struct store_row *row, struct vib_error *err) {
    struct walk *walk = context;
    const double rate = store_row_real(row, 1), izy = store_row_real(row, 2);
    const double numbers[] = {walk->point->beta, store_row_real(row, 0), rate, izy};
    (void)err;
    if (walk->any && !walk->begun)
        (void)putc('\n', walk->out);
    walk->any = walk->begun = true;
    *walk->rate_max = fmax(*walk->rate_max, rate);
    *walk->izy_min = fmin(*walk->izy_min, izy);
    plot_numbers(numbers, 4, walk->out);
    return 0;
}

/* The evaluations of the first seed of the walk's point. */
static int write_curve(struct walk *walk, int split, struct store *store, struct vib_error *err) {
    static const char sql[] =
        "SELECT epoch, izx_upper, izy_lower FROM epoch"
        " WHERE job = ?1 AND split = ?2 AND izx_upper IS NOT NULL ORDER BY epoch";
    const struct store_value values[] = {{.type = STORE_INTEGER, .integer = walk->point->first.job},
                                         {.type = STORE_TEXT, .text = plot_split_name(split)}};
    const struct store_query query = {
        .sql = sql, .values = values, .n_values = 2, .row = write_epoch, .context = walk};
    walk->begun = false;
    return store_query(store, &query, err);
}

static int by_first_job(const void *a, const void *b) {
    const struct plot_point *p = *(const struct plot_point *const *)a;
    const struct plot_point *q = *(const struct plot_point *const *)b;
    return (p->first.job > q->first.job) - (p->first.job < q->first.job);
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

static int write_epochs(const struct plot *plot, int split, double *izy_min, double *rate_max,
                        struct vib_error *err) {
    int rc = 0;
    (void)fprintf(plot->out, "$%s_epochs << EOD\n", plot_split_name(split));
    for (size_t i = 0; i < plot->panels.n && rc == 0; i++) {
        struct walk walk = {.out = plot->out, .izy_min = izy_min, .rate_max = rate_max};
        (void)fprintf(plot->out, "%s# panel %zu\n# beta epoch izx_upper izy_lower\n",
                      i > 0 ? "\n\n" : "", i);
        rc = write_curves(&walk, &plot->panels.panel[i], split, plot->store, err);
    }
    (void)fputs("EOD\n", plot->out);
    return rc;
}

/* Where these curves for the test split end. */
static void write_ends(const struct plot *plot) {
    (void)fputs("$ends << EOD\n", plot->out);
    for (size_t i = 0; i < plot->panels.n; i++) {
        const struct plot_panel *panel = &plot->panels.panel[i];
        (void)fprintf(plot->out, "%s# panel %zu\n# beta izx_upper izy_lower\n", i > 0 ? "\n\n" : "",
                      i);
        for (size_t j = 0; j < panel->n; j++) {
            const struct plot_first *first = &panel->points[j]->first;
            const double numbers[] = {panel->points[j]->beta, first->rate, first->izy_lower};
            plot_numbers(numbers, 3, plot->out);
        }
    }
    (void)fputs("EOD\n", plot->out);
}

static const char trajectory_settings[] =
    "set xlabel 'I(Z;X), upper bound (bits)'\n"
    "set style line 4 linewidth 1.2 dashtype (8,5) linecolor rgb dark\n"
    "set style line 5 linewidth 2 pointtype 7 pointsize 0.35 * dot linecolor rgb dark\n";

static const char trajectory_command[] = LIMITS
    "    $train_epochs index panel using 3:4:1 with lines linestyle 4 linecolor palette, \\\n"
    "    $test_epochs index panel using 3:4:1 with linespoints linestyle 5 linecolor palette, \\\n"
    "    $ends index panel using 2:3 with points pointtype 7 pointsize 1.05 * dot linecolor rgb dark, \\\n"
    "    $ends index panel using 2:3:1 with points pointtype 7 pointsize 0.8 * dot linecolor palette\n";

int plot_trajectory(const struct plot *plot, struct vib_error *err) {
    struct plot_canvas canvas;
    double izy_min = (double)INFINITY, rate_max = 0;
    int rc = make_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    plot_canvas_entry(&canvas, "with lines linestyle 4", "train");
    plot_canvas_entry(&canvas, "with linespoints linestyle 5", "test, each evaluation");
    plot_canvas_entry(&canvas, "with points pointtype 7 pointsize 1.05 * dot linecolor rgb dark",
                      "test, last epoch");
    add_limits(&canvas, plot);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    for (int split = 0; split < PLOT_SPLITS && rc == 0; split++)
        rc = write_epochs(plot, split, &izy_min, &rate_max, err);
    write_ends(plot);
    (void)fprintf(plot->out, "izy_min = %.6g; rate_max = %.6g\n%s%s", izy_min, rate_max, settings,
                  trajectory_settings);
    plot_canvas_colorbox(&canvas, "β", plot->out);
    if (rc == 0)
        rc = plot_points_panels(plot, &canvas, "I(Z;Y), lower bound (bits)", trajectory_command,
                                err);
    plot_canvas_end(&canvas, plot->out);
    return rc;
}
