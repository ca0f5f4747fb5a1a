#include "runner/plot/plot_against.h"

#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_label.h"

#include <math.h>
#include <stdio.h>

/* Train stands a little to the left of test, so that their intervals do not hide each other. */
void plot_against_axis(const struct plot *plot, const struct plot_extent *extent) {
    const struct plot_range axis = plot_axis_decades(extent->trade_off, 1.6);
    (void)fprintf(plot->out,
                  "set logscale xy\nset clip two\nset format x '10^{%%L}'\nset xlabel '%s'\n"
                  "set xrange [%.6g : %.6g]\napart = %.6g\n",
                  plot_trade_off_letters(plot->data->points, plot->data->n, "β (γ of CEB)"),
                  axis.low, axis.high, pow(axis.high / axis.low, 0.005));
}

void plot_against_interval(struct plot_canvas *canvas, double half) {
    if (half > 0)
        plot_canvas_entry(canvas,
                          "with yerrorbars pointtype 0 linewidth 1.5 linecolor rgb 0x808080",
                          "95 % interval over seeds");
}

/* --- series between bounds --- */

/* Bits stand by asinh, which is linear up to about a bit, so that it shows 0, and logarithmic
 * beyond. A lower bound below 0 tells nothing. */
static void write_bits_axis(const struct plot_extent *extent, const struct plot_bounded *bounded,
                            FILE *out) {
    const double high =
        fmax(fmax(extent->mean[bounded->upper].high, extent->mean[bounded->loose].high),
             extent->ends[bounded->upper].high);
    (void)fprintf(out,
                  "unset logscale y\nset nonlinear y via asinh(y) inverse sinh(y)\n"
                  "set yrange [0 : %.6g]\nabove(x) = x < 0 ? 0 : x\n",
                  high > 0 ? 1.15 * high : 1);
    if (high < 3)
        (void)fprintf(out, "set ytics %g\n", plot_axis_step(fmax(high, 1)));
    else
        (void)fputs("set ytics (0, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 10000)\n",
                    out);
}

static const char command[] =
    "plot for [s = 0:n_series - 1] $points index at(s) \\\n"
    "        using beta:(above(column(lower))):(above(column(upper))) \\\n"
    "        with filledcurves linestyle 11 + s fillstyle transparent solid 0.2 noborder, \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) using beta:(above(column(loose))) \\\n"
    "        with lines linestyle 11 + s linewidth 1.2 dashtype (2,5), \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) using beta:(above(column(lower))) \\\n"
    "        with lines linestyle 11 + s linewidth 1.2 dashtype (8,5), \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) \\\n"
    "        using beta:(above(low(upper))):(0):(above(high(upper)) - above(low(upper))) \\\n"
    "        with vectors nohead linestyle 11 + s, \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) using beta:(above(column(upper))) \\\n"
    "        with linespoints linestyle 11 + s\n";

int plot_against_bounds(const struct plot *plot, const struct plot_bounded *bounded,
                        struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    struct plot_canvas canvas;
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    plot_series_entries(&plot->series, &canvas);
    plot_canvas_entry(&canvas, "with lines linewidth 1.5 linecolor rgb 0x404040",
                      "tightest upper bound");
    if (plot_data_knows(plot->data, bounded->lower))
        plot_canvas_entry(&canvas, "with lines linewidth 1.2 dashtype (8,5) linecolor rgb 0x404040",
                          "tightest lower bound");
    if (plot_data_knows(plot->data, bounded->loose))
        plot_canvas_entry(&canvas, "with lines linewidth 1.2 dashtype (2,5) linecolor rgb 0x404040",
                          bounded->loose_name);
    plot_against_interval(&canvas, extent.half[bounded->upper]);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    plot_against_axis(plot, &extent);
    write_bits_axis(&extent, bounded, plot->out);
    (void)fprintf(plot->out, "%s\n", bounded->columns);
    rc = plot_points_panels(plot, &canvas, bounded->title, command, err);
    if (rc == 0)
        plot_canvas_end(&canvas, plot->out);
    return rc;
}
