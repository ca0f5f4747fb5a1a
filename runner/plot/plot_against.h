/* Figures against the trade-off: its axis, and series between bounds; for runner/plot/plot*.c
 * only. */
#ifndef RUNNER_PLOT_PLOT_AGAINST_H
#define RUNNER_PLOT_PLOT_AGAINST_H

#include "runner/plot/plot_figure.h"
#include "runner/plot/plot_points.h"

/* Writes the horizontal axis, both axes being logarithmic, and the factor `apart`, by which train
 * stands to the left and test to the right. */
void plot_against_axis(const struct plot *plot, const struct plot_extent *extent);

/* Adds intervals to the legend if any is longer than 0, as `half` tells. */
void plot_against_interval(struct plot_canvas *canvas, double half);

/* A quantity between bounds, in bits. */
struct plot_bounded {
    enum plot_measure lower, upper, loose; /* loose: an upper one that methods train with */
    const char *columns;                   /* "lower = ...; upper = ...; loose = ...", of $points */
    const char *title, *loose_name;
};

/* The figure of overlaid series of that quantity. Errors as of figures. */
int plot_against_bounds(const struct plot *plot, const struct plot_bounded *bounded,
                        struct vib_error *err);

#endif
