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

/* --- what is shown --- */

double plot_points_half(const struct plot_point *point, int split, enum plot_measure measure) {
    const struct plot_mean *m = point->measure[split];
    return measure == PLOT_IZY_LOWER && point->n_seeds == 1 ? 1.96 * m[PLOT_IZY_LOWER_SE].mean
                                                            : m[measure].half;
}

struct plot_extent plot_points_extent(const struct plot *plot) {
    struct plot_extent extent = {.beta = plot_range_of_nothing()};
    for (int m = 0; m < PLOT_MEASURES; m++)
        extent.mean[m] = extent.ends[m] = plot_range_of_nothing();
    for (size_t i = 0; i < plot->data->n; i++) {
        const struct plot_point *point = &plot->data->points[i];
        plot_range_take(&extent.beta, point->beta);
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

void plot_points_write(const struct plot *plot) {
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
        const struct plot_mean *limits =
            isfinite(test[PLOT_H_Y].mean) ? test : panel->points[0]->measure[PLOT_TRAIN];
        size_t lines;
        char *title = make_title(canvas, panel, &lines);
        if (title == NULL)
            return no_memory(err);
        plot_canvas_panel(canvas, i, title, ylabel, plot->out);
        free(title);
        (void)fputs("h_y = ", plot->out);
        plot_numbers(&limits[PLOT_H_Y].mean, 1, plot->out);
        (void)fputs("ixy = ", plot->out);
        plot_numbers(&limits[PLOT_IXY].mean, 1, plot->out);
        (void)fputs(command, plot->out);
    }
    return 0;
}
