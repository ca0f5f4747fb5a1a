#include "runner/plot/plot_points.h"

#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char definitions[] =
    "beta = 1; seeds = 2; error = 3; error_mc = 5; rate = 7; izy = 9; izx_lower = 11; izx_upper = 12\n"
    "error_mu = 14; residual_lower = 16; residual_upper = 17; residual_rate = 19\n"
    "low(m) = column(m) - column(m + 1)\n"
    "high(m) = column(m) + column(m + 1)\n"
    "color(split) = split == 0 ? train : test\n";
static const char point_columns[] =
    "beta seeds error +- error_mc +- rate +- izy_lower +- izx_lower izx_upper_tight +- error_mu +- "
    "izx_y_lower izx_y_upper_tight +- izx_y_upper +-";

/* --- what is shown --- */

double plot_points_half(const struct plot_point *point, int split, enum plot_measure measure) {
    const struct plot_mean *m = point->measure[split];
    return measure == PLOT_IZY_LOWER && point->n_seeds == 1 ? 1.96 * m[PLOT_IZY_LOWER_SE].mean
                                                            : m[measure].half;
}

struct plot_extent plot_points_extent(const struct plot *plot) {
    struct plot_extent extent = {.trade_off = plot_range_of_nothing()};
    for (int m = 0; m < PLOT_MEASURES; m++)
        extent.mean[m] = extent.ends[m] = plot_range_of_nothing();
    for (size_t i = 0; i < plot->data->n; i++) {
        const struct plot_point *point = &plot->data->points[i];
        plot_range_take(&extent.trade_off, point->trade_off);
        for (int split = 0; split < PLOT_SPLITS; split++)
            for (int m = 0; m < PLOT_MEASURES; m++) {
                const double mean = point->measure[split][m].mean;
                const double half = plot_points_half(point, split, (enum plot_measure)m);
                plot_range_take(&extent.mean[m], mean);
                plot_range_take(&extent.ends[m], mean - half);
                plot_range_take(&extent.ends[m], mean + half);
                extent.half[m] = fmax(extent.half[m], half);
            }
    }
    return extent;
}

/* --- data --- */

static void write_point(const struct plot_point *point, int split, FILE *out) {
    const struct plot_mean *m = point->measure[split];
    const double izy_half = plot_points_half(point, split, PLOT_IZY_LOWER);
    const double numbers[] = {point->trade_off,
                              (double)point->n_seeds,
                              m[PLOT_ERROR].mean,
                              m[PLOT_ERROR].half,
                              m[PLOT_ERROR_MC].mean,
                              m[PLOT_ERROR_MC].half,
                              m[PLOT_RATE].mean,
                              m[PLOT_RATE].half,
                              m[PLOT_IZY_LOWER].mean,
                              izy_half,
                              m[PLOT_IZX_LOWER].mean,
                              m[PLOT_IZX_UPPER].mean,
                              m[PLOT_IZX_UPPER].half,
                              m[PLOT_ERROR_MU].mean,
                              m[PLOT_ERROR_MU].half,
                              m[PLOT_RESIDUAL_LOWER].mean,
                              m[PLOT_RESIDUAL_UPPER].mean,
                              m[PLOT_RESIDUAL_UPPER].half,
                              m[PLOT_RESIDUAL_RATE].mean,
                              m[PLOT_RESIDUAL_RATE].half};
    plot_numbers(numbers, sizeof numbers / sizeof numbers[0], out);
}

static void write_points(const struct plot_point *const *points, size_t n, int split, FILE *out) {
    for (size_t i = 0; i < n; i++)
        write_point(points[i], split, out);
}

/* A row of no numbers, for a panel without points of a series: gnuplot remarks on no rows at all.
 */
static void write_nothing(const char *columns, FILE *out) {
    (void)fputs("NaN", out);
    for (const char *blank = strchr(columns, ' '); blank != NULL; blank = strchr(blank + 1, ' '))
        (void)fputs(" NaN", out);
    (void)putc('\n', out);
}

/* Of a series the panel's points, which stand together; *n may become 0. */
static const struct plot_point *const *points_of(const struct plot_panel *panel, size_t series,
                                                 size_t *n) {
    size_t start = 0;
    while (start < panel->n && panel->points[start]->series != series)
        start++;
    for (*n = 0; start + *n < panel->n && panel->points[start + *n]->series == series;)
        ++*n;
    return &panel->points[start];
}

/* Two blank lines stand between the indices of a block. */
void plot_points_block(const struct plot *plot, const char *name, const char *columns,
                       plot_points_rows *rows) {
    const size_t n_series = plot->series.n;
    (void)fprintf(plot->out, "$%s << EOD\n", name);
    for (size_t i = 0; i < n_series * plot->panels.n * PLOT_SPLITS; i++) {
        const size_t panel = i / PLOT_SPLITS / n_series, series = i / PLOT_SPLITS % n_series;
        const int split = (int)(i % PLOT_SPLITS);
        size_t n;
        const struct plot_point *const *points = points_of(&plot->panels.panel[panel], series, &n);
        (void)fprintf(plot->out, "%s# panel %zu, ", i > 0 ? "\n\n" : "", panel);
        if (n_series > 1)
            (void)fprintf(plot->out, "series %zu, ", series);
        (void)fprintf(plot->out, "%s\n# %s\n", plot_split_name(split), columns);
        rows(points, n, split, plot->out);
        if (n == 0)
            write_nothing(columns, plot->out);
    }
    (void)fputs("EOD\n", plot->out);
}

void plot_points_write(const struct plot *plot) {
    (void)fputs(definitions, plot->out);
    plot_points_block(plot, "points", point_columns, write_points);
    if (plot->overlaid) {
        plot_series_styles(&plot->series, plot->out);
        (void)fputs("at(s) = 2 * (n_series * panel + s) + split\n", plot->out);
    }
}

/* --- panels --- */

/* Of which there are panels: all that there are, or both in one. */
static size_t n_splits(const struct plot *plot) {
    return plot->overlaid && plot_data_knows_of(plot->data, PLOT_TEST, PLOT_H_Y) ? PLOT_SPLITS : 1;
}

/* "K = 2" and what else tells the panel from others, in lines; NULL when out of memory. */
static char *make_title(const struct plot *plot, const struct plot_canvas *canvas, size_t i,
                        size_t *lines) {
    char K[64];
    const struct plot_panel *panel = &plot->panels.panel[i / n_splits(plot)];
    size_t variant_lines = 0;
    char *variant = plot_text_wrap(panel->variant, plot_canvas_room(canvas), &variant_lines, NULL);
    char *title = NULL;
    (void)snprintf(K, sizeof K, "K = %lld%s%s", (long long)panel->K, plot->overlaid ? ", " : "",
                   plot->overlaid ? plot_split_name((int)(i % n_splits(plot))) : "");
    if (variant != NULL && asprintf(&title, "%s%s%s", K, *variant != '\0' ? "\n" : "", variant) < 0)
        title = NULL;
    *lines = 1 + (panel->variant[0] != '\0' ? variant_lines : 0);
    free(variant);
    return title;
}

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
}

int plot_points_canvas(const struct plot *plot, struct plot_canvas *canvas, struct vib_error *err) {
    *canvas = plot_canvas_default(n_splits(plot) * plot->panels.n);
    if (plot->overlaid) {
        canvas->columns = n_splits(plot);
        canvas->width = 400;
        canvas->height = 340;
    }
    for (size_t i = 0; i < canvas->panels; i++) {
        size_t lines;
        char *title = make_title(plot, canvas, i, &lines);
        if (title == NULL)
            return no_memory(err);
        free(title);
        canvas->top = fmax(canvas->top, PLOT_TOP + PLOT_LINE * (double)(lines - 1));
    }
    return 0;
}

/* Of the test split, where both are in one panel and it is there. */
static const struct plot_mean *limits_of(const struct plot *plot, size_t panel, int split) {
    const struct plot_point *point = plot->panels.panel[panel].points[0];
    const bool tested = isfinite(point->measure[PLOT_TEST][PLOT_H_Y].mean);
    return point->measure[plot->overlaid ? split : tested ? PLOT_TEST : PLOT_TRAIN];
}

int plot_points_panels(const struct plot *plot, const struct plot_canvas *canvas,
                       const char *ylabel, const char *command, struct vib_error *err) {
    for (size_t i = 0; i < canvas->panels; i++) {
        const size_t panel = i / n_splits(plot);
        const int split = (int)(i % n_splits(plot));
        const struct plot_mean *limits = limits_of(plot, panel, split);
        size_t lines;
        char *title = make_title(plot, canvas, i, &lines);
        if (title == NULL)
            return no_memory(err);
        plot_canvas_panel(canvas, i, title, ylabel, plot->out);
        free(title);
        if (plot->overlaid)
            (void)fprintf(plot->out, "panel = %zu; split = %d\n", panel, split);
        (void)fputs("h_y = ", plot->out);
        plot_numbers(&limits[PLOT_H_Y].mean, 1, plot->out);
        (void)fputs("ixy = ", plot->out);
        plot_numbers(&limits[PLOT_IXY].mean, 1, plot->out);
        (void)fputs(command, plot->out);
    }
    return 0;
}
