#include "runner/plot/plot_points.h"

#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdlib.h>

static const char definitions[] =
    "beta = 1; seeds = 2; error = 3; error_mc = 5; rate = 7; izy = 9; izx_lower = 11; izx_upper = 12\n"
    "low(m) = column(m) - column(m + 1)\n"
    "high(m) = column(m) + column(m + 1)\n"
    "color(split) = split == 0 ? train : test\n";
static const char point_columns[] =
    "beta seeds error +- error_mc +- rate +- izy_lower +- izx_lower izx_upper_tight";

/* --- data --- */

static void write_point(const struct plot_point *point, int split, FILE *out) {
    const struct plot_mean *m = point->measure[split];
    /* Without repetitions it is that of the examples' mean. */
    const double izy_half =
        point->n_seeds > 1 ? m[PLOT_IZY_LOWER].half : 1.96 * m[PLOT_IZY_LOWER_SE].mean;
    const double numbers[] = {point->beta,        (double)point->n_seeds, m[PLOT_ERROR].mean,
                              m[PLOT_ERROR].half, m[PLOT_ERROR_MC].mean,  m[PLOT_ERROR_MC].half,
                              m[PLOT_RATE].mean,  m[PLOT_RATE].half,      m[PLOT_IZY_LOWER].mean,
                              izy_half,           m[PLOT_IZX_LOWER].mean, m[PLOT_IZX_UPPER].mean};
    plot_numbers(numbers, sizeof numbers / sizeof numbers[0], out);
}

static void write_points(const struct plot_panel *panel, int split, FILE *out) {
    for (size_t i = 0; i < panel->n; i++)
        write_point(panel->points[i], split, out);
}

/* Two blank lines stand between the indices of a block. */
void plot_points_block(const struct plot *plot, const char *name, const char *columns,
                       plot_points_rows *rows) {
    (void)fprintf(plot->out, "$%s << EOD\n", name);
    for (size_t i = 0; i < plot->panels.n; i++)
        for (int split = 0; split < PLOT_SPLITS; split++) {
            (void)fprintf(plot->out, "%s# panel %zu, %s\n# %s\n", i > 0 || split > 0 ? "\n\n" : "",
                          i, plot_split_name(split), columns);
            rows(&plot->panels.panel[i], split, plot->out);
        }
    (void)fputs("EOD\n", plot->out);
}

/* What the ranges of the axes depend on. */
struct extent {
    double beta_min, beta_max, bits_min, rate_max, izy_min, h_y_max;
};

/* fmin and fmax pass over NaN. */
static void extend(struct extent *extent, const struct plot_point *point) {
    extent->beta_min = fmin(extent->beta_min, point->beta);
    extent->beta_max = fmax(extent->beta_max, point->beta);
    extent->bits_min = fmin(extent->bits_min, point->reach.bits_min);
    extent->rate_max = fmax(extent->rate_max, point->reach.rate_max);
    extent->izy_min = fmin(extent->izy_min, point->reach.izy_min);
    for (int split = 0; split < PLOT_SPLITS; split++)
        extent->h_y_max = fmax(extent->h_y_max, point->measure[split][PLOT_H_Y].mean);
}

static void write_extent(const struct plot *plot) {
    struct extent e = {
        .beta_min = (double)INFINITY, .bits_min = (double)INFINITY, .izy_min = (double)INFINITY};
    for (size_t i = 0; i < plot->data->n; i++)
        extend(&e, &plot->data->points[i]);
    (void)fprintf(plot->out,
                  "beta_min = %.6g; beta_max = %.6g\n"
                  "bits_min = %.6g; rate_max = %.6g\n"
                  "izy_min = %.6g; h_y_max = %.6g\n",
                  e.beta_min, e.beta_max, e.bits_min, e.rate_max, e.izy_min, e.h_y_max);
}

void plot_points_write(const struct plot *plot) {
    write_extent(plot);
    (void)fputs(definitions, plot->out);
    plot_points_block(plot, "points", point_columns, write_points);
}

/* --- panels --- */

/* "K = 2" and what else tells the panel from others, in lines; NULL when out of memory. */
static char *make_title(const struct plot_canvas *canvas, const struct plot_panel *panel,
                        size_t *lines) {
    char K[32];
    size_t variant_lines = 0;
    char *variant = plot_text_wrap(panel->variant, plot_canvas_room(canvas), &variant_lines, NULL);
    char *title = NULL;
    (void)snprintf(K, sizeof K, "K = %lld", (long long)panel->K);
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
    *canvas = plot_canvas_default(plot->panels.n);
    for (size_t i = 0; i < plot->panels.n; i++) {
        size_t lines;
        char *title = make_title(canvas, &plot->panels.panel[i], &lines);
        if (title == NULL)
            return no_memory(err);
        free(title);
        canvas->top = fmax(canvas->top, PLOT_TOP + PLOT_LINE * (double)(lines - 1));
    }
    return 0;
}

int plot_points_panels(const struct plot *plot, const struct plot_canvas *canvas,
                       const char *ylabel, const char *command, struct vib_error *err) {
    for (size_t i = 0; i < plot->panels.n; i++) {
        const struct plot_panel *panel = &plot->panels.panel[i];
        const struct plot_mean *test = panel->points[0]->measure[PLOT_TEST];
        size_t lines;
        char *title = make_title(canvas, panel, &lines);
        if (title == NULL)
            return no_memory(err);
        plot_canvas_panel(canvas, i, title, ylabel, plot->out);
        free(title);
        (void)fputs("h_y = ", plot->out);
        plot_numbers(&test[PLOT_H_Y].mean, 1, plot->out);
        (void)fputs("ixy = ", plot->out);
        plot_numbers(&test[PLOT_IXY].mean, 1, plot->out);
        (void)fputs(command, plot->out);
    }
    return 0;
}
