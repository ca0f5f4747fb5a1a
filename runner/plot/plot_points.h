/* The final results of a figure's panels as data blocks: a row for each point, over its seeds. */
#ifndef RUNNER_PLOT_PLOT_POINTS_H
#define RUNNER_PLOT_PLOT_POINTS_H

#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_figure.h"

/* What the points of a figure reach, over both splits. */
struct plot_extent {
    struct plot_range trade_off;
    struct plot_range mean[PLOT_MEASURES];
    struct plot_range ends[PLOT_MEASURES]; /* of the intervals; of nothing where there are none */
    double half[PLOT_MEASURES];            /* the greatest half of an interval, 0 without any */
};

struct plot_extent plot_points_extent(const struct plot *plot);

/* The 95 % interval of a measure: over the seeds, or, of izy_lower with a single seed, over the
 * examples. */
double plot_points_half(const struct plot_point *point, int split, enum plot_measure measure);

/* The canvas of as many panels, of each split where series are overlaid, with room for their
 * titles. Error: VIB_ENOMEM. */
int plot_points_canvas(const struct plot *plot, struct plot_canvas *canvas, struct vib_error *err);

/* Writes a block of data of that name, whose index 2 * (n_series * panel + series) + split (train
 * 0, test 1), so 2 * panel + split where panels have one series, has the rows that `rows` writes
 * for the n points of a panel's series and a split; `columns` is their heading. */
typedef void plot_points_rows(const struct plot_point *const *points, size_t n, int split,
                              FILE *out);
void plot_points_block(const struct plot *plot, const char *name, const char *columns,
                       plot_points_rows *rows);

/* Writes block $points, with a row for each point; the numbers of its columns as variables (beta,
 * which is the trade-off, seeds, error, error_mc, rate, izy, izx_upper, error_mu, residual_upper,
 * residual_rate, all but the first two followed by half of their 95 % interval; izx_lower,
 * residual_lower); low(column) and high(column), the ends of such an interval; and color(split). */
void plot_points_write(const struct plot *plot);

/* Draws every panel by the same command, which may use `panel`, and h_y and ixy of its data; where
 * series are overlaid also `split` and at(series), an index of blocks. Error: VIB_ENOMEM. */
int plot_points_panels(const struct plot *plot, const struct plot_canvas *canvas,
                       const char *ylabel, const char *command, struct vib_error *err);

#endif
