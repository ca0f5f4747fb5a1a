/* The figures against beta: error-beta and rate-beta. */
#include "runner/plot/plot_figure.h"
#include "runner/plot/plot_points.h"

#include <math.h>
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
    "set xlabel 'β'\n";

static void add_interval(struct plot_canvas *canvas, const struct plot *plot) {
    if (plot_panels_repeated(&plot->panels))
        plot_canvas_entry(canvas,
                          "with yerrorbars pointtype 0 linewidth 1.5 linecolor rgb 0x808080",
                          "95 % interval over seeds");
}

/* --- error-beta: Figure 1 (a) and (b) --- */

/* The logarithmic axis of errors, from `least` to 100 %. */
struct error_axis {
    double least;  /* %, 1, 2 or 5 times a power of ten */
    bool any_less; /* some errors are below `least`, */
    bool all_0;    /* and these are 0 */
};

/* Calls use for every error in the figure, in %. */
static void each_error(const struct plot *plot, void (*use)(void *context, int split, double error),
                       void *context) {
    for (size_t i = 0; i < plot->panels.n; i++) {
        const struct plot_panel *panel = &plot->panels.panel[i];
        for (size_t j = 0; j < panel->n; j++)
            for (int split = 0; split < PLOT_SPLITS; split++)
                for (int m = PLOT_ERROR; m <= PLOT_ERROR_MC; m++)
                    use(context, split, 100 * panel->points[j]->measure[split][m].mean);
    }
}

/* least [PLOT_SPLITS] of those above 0 */
static void take_least(void *context, int split, double error) {
    double *least = context;
    if (error > 0)
        least[split] = fmin(least[split], error);
}

static void take_less(void *context, int split, double error) {
    struct error_axis *axis = context;
    (void)split;
    axis->any_less |= error < axis->least;
    axis->all_0 &= !(error > 0 && error < axis->least);
}

/* It begins a decade below the least test error at the latest, so that training errors near 0 do
 * not squeeze the others. */
static struct error_axis make_error_axis(const struct plot *plot) {
    double least[PLOT_SPLITS] = {(double)INFINITY, (double)INFINITY};
    struct error_axis axis = {.least = 0.1, .all_0 = true};
    each_error(plot, take_least, least);
    const double both = fmin(least[PLOT_TRAIN], least[PLOT_TEST]);
    if (isfinite(both)) {
        const double shown = isinf(least[PLOT_TEST]) ? both : fmax(both, least[PLOT_TEST] / 10);
        const double power = pow(10, floor(log10(shown))), digit = shown / power;
        axis.least = fmin(50, power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1));
    }
    each_error(plot, take_less, &axis);
    return axis;
}

/* What is below the axis stands at its beginning, which then says so. */
static void write_error_axis(const struct error_axis *axis, FILE *out) {
    static const double fine[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2,
                                  0.5,   1,     2,     5,    10,   20,   50,  100};
    static const double coarse[] = {20, 30, 40, 50, 60, 70, 80, 90, 100};
    const bool high = axis->least > 15;
    const double *tics = high ? coarse : fine;
    const size_t n = high ? sizeof coarse / sizeof coarse[0] : sizeof fine / sizeof fine[0];
    (void)fprintf(out, "least = %g\nset yrange [least : 100]\nset ytics (", axis->least);
    if (!axis->any_less || !axis->all_0)
        (void)fprintf(out, "'%s%g' least", axis->any_less ? "≤ " : "", axis->least);
    else
        (void)fputs("'0' least", out);
    for (size_t i = 0; i < n; i++)
        if (tics[i] > 1.01 * axis->least)
            (void)fprintf(out, ", %g", tics[i]);
    (void)fputs(")\n", out);
}

/* Train stands a little to the left of test, so that their intervals do not hide each other. */
static const char error_settings[] =
    "percent(share) = 100 * share < least ? least : 100 * share\n"
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

/* The number of samples behind error_mc, as far as all points agree on it. */
static const char *samples(const struct plot *plot, char number[PLOT_NUMBER]) {
    char other[PLOT_NUMBER];
    const char *first = plot_value(plot->data->ordered[0], "evaluate.samples", number);
    for (size_t i = 1; i < plot->data->n; i++)
        if (strcmp(first, plot_value(plot->data->ordered[i], "evaluate.samples", other)) != 0)
            return "several";
    return first;
}

int plot_error_beta(const struct plot *plot, struct vib_error *err) {
    struct plot_canvas canvas;
    char train[40], test[40], number[PLOT_NUMBER];
    const char *n_samples = samples(plot, number);
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    (void)snprintf(train, sizeof train, "train, %.16s samples", n_samples);
    (void)snprintf(test, sizeof test, "test, %.16s samples", n_samples);
    plot_canvas_entry(&canvas, "with linespoints linestyle 1", "train, 1 sample");
    plot_canvas_entry(&canvas, "with linespoints linestyle 2", train);
    plot_canvas_entry(&canvas, "with linespoints linestyle 3", "test, 1 sample");
    plot_canvas_entry(&canvas, "with linespoints linestyle 4", test);
    add_interval(&canvas, plot);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    (void)fputs(beta_axis, plot->out);
    const struct error_axis axis = make_error_axis(plot);
    write_error_axis(&axis, plot->out);
    (void)fputs(error_settings, plot->out);
    rc = plot_points_panels(plot, &canvas, "error (%)", error_command, err);
    plot_canvas_end(&canvas, plot->out);
    return rc;
}

/* --- rate-beta: Figure 1 (d) --- */

/* Below a hundredth of a bit all are as good as 0. Train has squares, which show behind test's
 * circles where both are the same. */
static const char rate_settings[] =
    "above_0(x) = x <= 1e-9 ? 1e-9 : x\n"
    "set format y '10^{%L}'\n"
    "set yrange [(bits_min < 0.01 ? 0.01 : 10 ** floor(log10(bits_min))) : "
    "1.5 * 10 ** ceil(log10(rate_max))]\n"
    "set style line 1 linewidth 2 pointtype 5 pointsize 1 * dot linecolor rgb train\n"
    "set style line 2 linewidth 1.2 dashtype (8,5) pointtype 7 pointsize 0.3 * dot linecolor rgb train\n"
    "set style line 3 linewidth 2 pointtype 7 pointsize 0.6 * dot linecolor rgb test\n"
    "set style line 4 linewidth 1.2 dashtype (8,5) pointtype 7 pointsize 0.3 * dot linecolor rgb test\n";

static const char rate_command[] =
    "plot $points index 2 * panel + 1 using beta:(above_0(column(izx_lower))):izx_upper \\\n"
    "        with filledcurves fillstyle transparent solid 0.25 noborder fillcolor rgb test, \\\n"
    "    for [split = 0:1] for [bound = izx_lower:izx_upper] $points index 2 * panel + split \\\n"
    "        using beta:(above_0(column(bound))) with linespoints linestyle 2 + 2 * split, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:(above_0(low(rate))):(0):(high(rate) - above_0(low(rate))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:rate with linespoints linestyle 1 + 2 * split\n";

int plot_rate_beta(const struct plot *plot, struct vib_error *err) {
    const bool bounds = plot_data_knows(plot->data, PLOT_IZX_LOWER);
    struct plot_canvas canvas;
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    plot_canvas_entry(&canvas, "with linespoints linestyle 1", "train, rate");
    if (bounds)
        plot_canvas_entry(&canvas, "with linespoints linestyle 2", "train, tightest bounds");
    plot_canvas_entry(&canvas, "with linespoints linestyle 3", "test, rate");
    if (bounds)
        plot_canvas_entry(&canvas, "with linespoints linestyle 4", "test, tightest bounds");
    add_interval(&canvas, plot);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    (void)fprintf(plot->out, "%s%s", beta_axis, rate_settings);
    rc = plot_points_panels(plot, &canvas, "I(Z;X) (bits)", rate_command, err);
    plot_canvas_end(&canvas, plot->out);
    return rc;
}
