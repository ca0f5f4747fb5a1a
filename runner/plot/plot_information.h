/* The information plane, I(Z;Y) against I(Z;X), of figures plane and trajectory; for
 * runner/plot/plot*.c only. */
#ifndef RUNNER_PLOT_PLOT_INFORMATION_H
#define RUNNER_PLOT_PLOT_INFORMATION_H

#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_figure.h"

#include <stdbool.h>

/* What a figure shows, in bits. */
struct plot_reach {
    struct plot_range trade_off, izx, izy;
    double izy_end; /* the lowest end of an interval, infinite without any */
    double h_y;     /* the greatest H(Y) */
    bool close_up;  /* the axes begin at what is shown where 0 is far from it */
};

struct plot_information {
    struct plot_range trade_off; /* of the scale of colours */
    struct plot_range izx, izy;
    double izy_step; /* between tics */
    bool close_up;
};

/* Below this I(Z;Y) a point is not shown, lest it leave no room for the others. */
double plot_information_least(double h_y);

/* The axes that show as much. */
struct plot_information plot_information_axes(const struct plot_reach *reach);

/* Says on standard error how many of `n` things called `what` are too low to be shown, unless that
 * is none. */
void plot_information_note(const char *figure, size_t n_low, size_t n, const char *what,
                           double h_y);

/* Makes room for the axes and, unless series have their own, the scale of colours, and begins the
 * figure with them. */
void plot_information_begin(const struct plot *plot, const struct plot_information *axes,
                            struct plot_canvas *canvas);

/* Adds to the legend what no point can be above, which the plot command begins with. Where H(Y) is
 * 0, one of the lines is a dot. */
void plot_information_limits(const struct plot *plot, const struct plot_information *axes,
                             double h_y, struct plot_canvas *canvas);
#define PLOT_INFORMATION_LIMITS                                                                    \
    "plot h_y with lines linestyle 1, ixy with lines linestyle 2, \\\n"                            \
    "    [0:(h_y > 0 ? h_y : 1e-9)] x with lines linestyle 3, \\\n"

#endif
