/* Where the axes of a figure begin and end, and where their tics are. */
#ifndef RUNNER_PLOT_PLOT_AXIS_H
#define RUNNER_PLOT_PLOT_AXIS_H

struct plot_range {
    double low, high; /* low > high: of nothing */
};

struct plot_range plot_range_of_nothing(void);

/* Extends the range to hold x, unless that is NaN. */
void plot_range_take(struct plot_range *range, double x);

/* The ends of a logarithmic axis (or scale of colours) that reaches `margin` (a factor, at least 1)
 * beyond what is shown, which is above 0, and that has two powers of ten at least. */
struct plot_range plot_axis_decades(struct plot_range shown, double margin);

/* The distance of about five tics to a side of that length, 1, 2 or 5 times a power of ten. */
double plot_axis_step(double side);

/* The room that the labels of these tics take beside their axis, in pixels of an SVG. */
double plot_axis_room(struct plot_range range, double step);

#endif
