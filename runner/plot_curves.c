/* The figures against beta: error-beta and rate-beta. */
#include "runner/plot_figure.h"
#include "runner/plot_points.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* At least one decade, so that something is written at the axis. */
static const char beta_axis[] =
    "narrow = beta_max < 10 * beta_min\n"
    "set logscale xy\n"
    "set format x '10^{%L}'\n"
    "set xrange [(narrow ? 10 ** floor(log10(beta_min)) : beta_min) / 1.6 : "
    "(narrow ? 10 ** ceil(log10(beta_max)) : beta_max) * 1.6]\n"
    "set xlabel 'β'\n"
    "above_0(x) = x <= 1e-9 ? 1e-9 : x\n";

static struct plot_canvas make_canvas(const struct plot *plot) {
    struct plot_canvas canvas = plot_points_canvas(plot);
    canvas.entry_width = 230;
    return canvas;
}

static void add_interval(struct plot_canvas *canvas, const struct plot *plot) {
    if (plot_panels_repeated(&plot->panels))
        plot_canvas_entry(canvas,
                          "with yerrorbars pointtype 0 linewidth 1.5 linecolor rgb 0x808080",
                          "95 % interval over seeds");
}

/* --- error-beta: Figure 1 (a) and (b) --- */

/* The axis ends a decade below the test errors at the latest, so that training errors near 0 do not
 * squeeze them: such a curve leaves the panel. Train stands a little to the left of test, so that
 * their intervals do not hide each other. */
static const char error_settings[] =
    "larger(a, b) = a > b ? a : b\n"
    "least = 100 * larger(train_error_min / 1.5, test_error_min / 10)\n"
    "set yrange [least : 100]\n"
    "set ytics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)\n"
    "if (least > 15) set ytics (20, 30, 40, 50, 60, 70, 80, 90, 100)\n"
    "percent(share) = 100 * above_0(share)\n"
    "apart = (1.6 * beta_max / beta_min) ** 0.005\n"
    "at(split) = column(beta) * (split == 0 ? 1 / apart : apart)\n"
    "set style line 1 linewidth 2 pointtype 6 pointsize 0.8 * dot dashtype (8,5) linecolor rgb train\n"
    "set style line 2 linewidth 2 pointtype 7 pointsize 0.7 * dot linecolor rgb train\n"
    "set style line 3 linewidth 2 pointtype 6 pointsize 0.8 * dot dashtype (8,5) linecolor rgb test\n"
    "set style line 4 linewidth 2 pointtype 7 pointsize 0.7 * dot linecolor rgb test\n"
    "style(split, m) = 1 + 2 * split + (m == error_mc)\n";

static const char error_command[] =
    "plot for [split = 0:1] for [m = error:error_mc:2] $points index 2 * panel + split \\\n"
    "        using (at(split)):(percent(low(m))):(0):(percent(high(m)) - percent(low(m))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] for [m = error:error_mc:2] $points index 2 * panel + split \\\n"
    "        using (at(split)):(percent(column(m))) with linespoints linestyle style(split, m)\n";

/* The number of samples behind error_mc, as far as all jobs agree on it. */
static const char *samples(const struct plot *plot) {
    const char *first = plot_value(&plot->data->jobs[0], "evaluate.samples");
    for (size_t i = 1; i < plot->data->n; i++)
        if (strcmp(first, plot_value(&plot->data->jobs[i], "evaluate.samples")) != 0)
            return "several";
    return first;
}

int plot_error_beta(const struct plot *plot, struct vib_error *err) {
    struct plot_canvas canvas = make_canvas(plot);
    char train[40], test[40];
    (void)err;
    (void)snprintf(train, sizeof train, "train, %.16s samples", samples(plot));
    (void)snprintf(test, sizeof test, "test, %.16s samples", samples(plot));
    plot_canvas_entry(&canvas, "with linespoints linestyle 1", "train, 1 sample");
    plot_canvas_entry(&canvas, "with linespoints linestyle 2", train);
    plot_canvas_entry(&canvas, "with linespoints linestyle 3", "test, 1 sample");
    plot_canvas_entry(&canvas, "with linespoints linestyle 4", test);
    add_interval(&canvas, plot);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    (void)fprintf(plot->out, "%s%s", beta_axis, error_settings);
    plot_points_panels(plot, &canvas, "error (%)", error_command);
    plot_canvas_end(&canvas, plot->out);
    return 0;
}

/* --- rate-beta: Figure 1 (d) --- */

/* Below a hundredth of a bit all are as good as 0. Train has squares, which show behind test's
 * circles where both are the same. */
static const char rate_settings[] =
    "set format y '10^{%L}'\n"
    "set yrange [(rate_min < 0.01 ? 0.01 : 10 ** floor(log10(rate_min))) : "
    "1.5 * 10 ** ceil(log10(rate_max))]\n"
    "set style line 1 linewidth 2 pointtype 5 pointsize 1 * dot linecolor rgb train\n"
    "set style line 2 linewidth 1.2 dashtype (8,5) linecolor rgb train\n"
    "set style line 3 linewidth 2 pointtype 7 pointsize 0.6 * dot linecolor rgb test\n"
    "set style line 4 linewidth 1.2 dashtype (8,5) linecolor rgb test\n";

static const char rate_command[] =
    "plot $points index 2 * panel + 1 using beta:(above_0(column(izx_lower))):izx_upper \\\n"
    "        with filledcurves fillstyle transparent solid 0.25 noborder fillcolor rgb test, \\\n"
    "    for [split = 0:1] for [bound = izx_lower:izx_upper] $points index 2 * panel + split \\\n"
    "        using beta:(above_0(column(bound))) with lines linestyle 2 + 2 * split, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:(above_0(low(rate))):(0):(high(rate) - above_0(low(rate))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:rate with linespoints linestyle 1 + 2 * split\n";

int plot_rate_beta(const struct plot *plot, struct vib_error *err) {
    const bool bounds = plot_data_knows(plot->data, PLOT_IZX_LOWER);
    struct plot_canvas canvas = make_canvas(plot);
    (void)err;
    plot_canvas_entry(&canvas, "with linespoints linestyle 1", "train, rate");
    if (bounds)
        plot_canvas_entry(&canvas, "with lines linestyle 2", "train, tightest bounds");
    plot_canvas_entry(&canvas, "with linespoints linestyle 3", "test, rate");
    if (bounds)
        plot_canvas_entry(&canvas, "with lines linestyle 4", "test, tightest bounds");
    add_interval(&canvas, plot);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    (void)fprintf(plot->out, "%s%s", beta_axis, rate_settings);
    plot_points_panels(plot, &canvas, "I(Z;X) (bits)", rate_command);
    plot_canvas_end(&canvas, plot->out);
    return 0;
}
