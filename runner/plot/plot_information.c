#include "runner/plot/plot_information.h"

#include "runner/plot/plot_label.h"

#include <math.h>

/* Viridis without its palest end, which white paper swallows. */
static const char palette[] =
    "set palette defined (0 '#440154', 1 '#46327e', 2 '#365c8d', 3 '#277f8e', 4 '#1fa187', "
    "5 '#4ac16d', 6 '#a0da39', 6.5 '#cfe11c')\n"
    "set logscale cb\n"
    "set format cb '10^{%L}'\n";

/* The axis of I(Z;X) is linear up to about a bit, so that it shows 0, and logarithmic beyond. */
static const char settings[] =
    "set nonlinear x via asinh(x) inverse sinh(x)\n"
    "set samples 100\n"
    "set clip two\n"
    "set xlabel 'I(Z;X) (bits)'\n"
    "dark = 0x202020\n"
    "set style line 1 linewidth 1.2 dashtype (16,8) linecolor rgb 0x000000\n"
    "set style line 2 linewidth 1.2 dashtype (3,6) linecolor rgb 0x000000\n"
    "set style line 3 linewidth 1.2 dashtype (12,6,3,6) linecolor rgb 0x808080\n";

double plot_information_least(double h_y) {
    return -fmax(10, 3 * h_y);
}

/* From the lowest point on, where all are in the upper half; ends of intervals alone do not take
 * more than a third. */
static struct plot_range close_up_of_izy(const struct plot_reach *reach) {
    const double height = reach->h_y - reach->izy.low;
    const double lowest = fmin(reach->izy.low, fmax(reach->izy_end, reach->izy.low - 0.5 * height));
    return (struct plot_range){lowest - 0.06 * height, reach->h_y + 0.08 * height};
}

/* Ends of intervals alone do not take more than half of it. */
static struct plot_range axis_of_izy(const struct plot_reach *reach) {
    if (reach->close_up && reach->izy.low > 0.5 * reach->h_y && reach->izy.low < reach->h_y)
        return close_up_of_izy(reach);
    const double lowest = fmin(reach->izy.low, fmax(reach->izy_end, -reach->h_y));
    const double low = fmax(fmin(0, lowest), plot_information_least(reach->h_y));
    const double span = reach->h_y > low ? reach->h_y - low : 1;
    return (struct plot_range){low - 0.04 * span, reach->h_y + 0.06 * span};
}

/* From 0 on, which is shown. */
static struct plot_range axis_of_izx(const struct plot_reach *reach) {
    const struct plot_range *izx = &reach->izx;
    const double high = izx->high > 0 ? 1.15 * izx->high : 1;
    if (reach->close_up && izx->low > 1)
        return (struct plot_range){0.87 * izx->low, high};
    return (struct plot_range){-fmin(0.1, 0.03 * high), high};
}

struct plot_information plot_information_axes(const struct plot_reach *reach) {
    struct plot_information axes = {.trade_off = plot_axis_decades(reach->trade_off, 1),
                                    .izx = axis_of_izx(reach),
                                    .izy = axis_of_izy(reach),
                                    .close_up = reach->close_up};
    axes.izy_step = plot_axis_step(0.6 * (axes.izy.high - axes.izy.low));
    return axes;
}

void plot_information_note(const char *figure, size_t n_low, size_t n, const char *what,
                           double h_y) {
    if (n_low > 0)
        (void)fprintf(stderr,
                      "vib-sweep: %s leaves out %zu of %zu %s, whose I(Z;Y) is below %.3g bits\n",
                      figure, n_low, n, what, plot_information_least(h_y));
}

static void write_axes(const struct plot_information *axes, FILE *out) {
    (void)fprintf(out, "set xrange [%.6g : %.6g]\nset yrange [%.6g : %.6g]\nset ytics %g\n",
                  axes->izx.low, axes->izx.high, axes->izy.low, axes->izy.high, axes->izy_step);
    if (axes->close_up && axes->izx.high >= 3 && axes->izx.high < 100)
        (void)fputs("set xtics (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50)\n", out);
    else if (axes->izx.high < 3)
        (void)fprintf(out, "set xtics %g\n", plot_axis_step(axes->izx.high));
    else
        (void)fprintf(out, "set xtics (0, 1, %s)\n",
                      axes->izx.high < 3000 ? "3, 10, 30, 100, 300, 1000"
                                            : "10, 100, 1000, 10000, 100000, 1000000");
}

void plot_information_begin(const struct plot *plot, const struct plot_information *axes,
                            struct plot_canvas *canvas) {
    if (!plot->overlaid)
        canvas->margin = 56;
    plot_canvas_tics(canvas, plot_axis_room(axes->izy, axes->izy_step));
    plot_canvas_begin(canvas, plot->format, plot->output, plot->out);
    (void)fputs(settings, plot->out);
    write_axes(axes, plot->out);
    if (plot->overlaid)
        return;
    (void)fprintf(plot->out, "%sset cbrange [%.6g : %.6g]\n", palette, axes->trade_off.low,
                  axes->trade_off.high);
    plot_canvas_colorbox(canvas, plot_trade_off_letters(plot->data->points, plot->data->n, "β, γ"),
                         plot->out);
}

void plot_information_limits(const struct plot *plot, const struct plot_information *axes,
                             double h_y, struct plot_canvas *canvas) {
    if (h_y > 0 && axes->izx.low < h_y)
        plot_canvas_entry(canvas, "with lines linestyle 3", "I(Z;Y) = I(Z;X)");
    plot_canvas_entry(canvas, "with lines linestyle 1", "H(Y)");
    if (plot_data_knows(plot->data, PLOT_IXY))
        plot_canvas_entry(canvas, "with lines linestyle 2", "true I(X;Y)");
}
