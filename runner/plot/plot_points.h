/* The final results of a figure's panels as data blocks: a row for each point, over its seeds. */
#ifndef RUNNER_PLOT_PLOT_POINTS_H
#define RUNNER_PLOT_PLOT_POINTS_H

#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_figure.h"

/* What the points of a figure reach, over both splits. */
struct plot_extent {
    struct plot_range beta;
    struct plot_range mean[PLOT_MEASURES];
    struct plot_range ends[PLOT_MEASURES]; /* of the intervals; of nothing where there are none */
    double half[PLOT_MEASURES];            /* the greatest half of an interval, 0 without any */
};

struct plot_extent plot_points_extent(const struct plot *plot);

/* The 95 % interval of a measure: over the seeds, or, of izy_lower with a single seed, over the
 * examples. */
double plot_points_half(const struct plot_point *point, int split, enum plot_measure measure);

/* The canvas of as many panels, with room for their titles. Error: VIB_ENOMEM. */
int plot_points_canvas(const struct plot *plot, struct plot_canvas *canvas, struct vib_error *err);

/* Writes a block of data of that name, whose index 2 * panel + split (train 0, test 1) has the rows
 * that `rows` writes for a panel and split; `columns` is their heading. */
typedef void plot_points_rows(const struct plot_panel *panel, int split, FILE *out);
void plot_points_block(const struct plot *plot, const char *name, const char *columns,
                       plot_points_rows *rows);

/* Writes block $points, whose index 2 * panel + split (train 0, test 1) has a row for each point;
 * the numbers of its columns as variables (beta, seeds, error, error_mc, rate, izy, each followed
 * by half of its 95 % interval; izx_lower, izx_upper); low(column) and high(column), the ends of
 * such an interval; and color(split). */
void plot_points_write(const struct plot *plot);

/* Draws every panel by the same command, which may use `panel`, and h_y and ixy of its data. Error:
 * VIB_ENOMEM. */
int plot_points_panels(const struct plot *plot, const struct plot_canvas *canvas,
                       const char *ylabel, const char *command, struct vib_error *err);

#endif
