/* The figures against beta: error-beta and rate-beta. */
#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_figure.h"
#include "runner/plot/plot_points.h"
#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Train stands a little to the left of test, so that their intervals do not hide each other. */
static void write_beta_axis(const struct plot_extent *extent, FILE *out) {
    const struct plot_range axis = plot_axis_decades(extent->beta, 1.6);
    (void)fprintf(out,
                  "set logscale xy\nset clip two\nset format x '10^{%%L}'\nset xlabel 'β'\n"
                  "set xrange [%.6g : %.6g]\napart = %.6g\n",
                  axis.low, axis.high, pow(axis.high / axis.low, 0.005));
}

static void add_interval(struct plot_canvas *canvas, double half) {
    if (half > 0)
        plot_canvas_entry(canvas,
                          "with yerrorbars pointtype 0 linewidth 1.5 linecolor rgb 0x808080",
                          "95 % interval over seeds");
}

/* --- error-beta: Figure 1 (a) and (b) --- */

enum { ERROR_TIC = 32 };

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

/* What stands at the beginning of the axis, of what is below it, too. */
static void make_first_tic(const struct error_axis *axis, char tic[ERROR_TIC]) {
    if (axis->any_less && axis->all_0)
        (void)snprintf(tic, ERROR_TIC, "0");
    else
        (void)snprintf(tic, ERROR_TIC, "%s%g", axis->any_less ? "≤ " : "", axis->least);
}

/* It begins a little lower: gnuplot leaves out a tic that rounding puts outside. */
static void write_error_axis(const struct error_axis *axis, FILE *out) {
    static const double fine[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2,
                                  0.5,   1,     2,     5,    10,   20,   50,  100};
    static const double coarse[] = {20, 30, 40, 50, 60, 70, 80, 90, 100};
    const bool high = axis->least > 15;
    const double *tics = high ? coarse : fine;
    const size_t n = high ? sizeof coarse / sizeof coarse[0] : sizeof fine / sizeof fine[0];
    char first[ERROR_TIC];
    make_first_tic(axis, first);
    (void)fprintf(out, "least = %g\nset yrange [0.999 * least : 100]\nset ytics ('%s' least",
                  axis->least, first);
    for (size_t i = 0; i < n; i++)
        if (tics[i] > 1.01 * axis->least)
            (void)fprintf(out, ", %g", tics[i]);
    (void)fputs(")\n", out);
}

/* The rings of one sample show around the dots of several where both are the same. */
static const char error_settings[] =
    "percent(share) = 100 * share < least ? least : 100 * share\n"
    "at(split) = column(beta) * (split == 0 ? 1 / apart : apart)\n"
    "set style line 1 linewidth 2 pointtype 6 pointsize 1.3 * dot dashtype (8,5) linecolor rgb train\n"
    "set style line 2 linewidth 2 pointtype 7 pointsize 0.55 * dot linecolor rgb train\n"
    "set style line 3 linewidth 2 pointtype 6 pointsize 1.3 * dot dashtype (8,5) linecolor rgb test\n"
    "set style line 4 linewidth 2 pointtype 7 pointsize 0.55 * dot linecolor rgb test\n"
    "style(split, m) = 1 + 2 * split + (m == error_mc)\n";

static const char error_command[] =
    "plot for [split = 0:1] for [m = error:error_mc:2] $points index 2 * panel + split \\\n"
    "        using (at(split)):(percent(low(m))):(0):(percent(high(m)) - percent(low(m))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] for [m = error:error_mc:2] $points index 2 * panel + split \\\n"
    "        using (at(split)):(percent(column(m))) with linespoints linestyle style(split, m)\n";

/* The number of samples behind error_mc, as far as all points agree on it. */
static const char *samples(const struct plot *plot, char number[STORE_NUMBER]) {
    char other[STORE_NUMBER];
    const char *first = store_value(plot->data->ordered[0], "evaluate.samples", number);
    for (size_t i = 1; i < plot->data->n; i++)
        if (strcmp(first, store_value(plot->data->ordered[i], "evaluate.samples", other)) != 0)
            return "several";
    return first;
}

int plot_error_beta(const struct plot *plot, struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    const struct error_axis axis = make_error_axis(plot);
    struct plot_canvas canvas;
    char train[40], test[40], number[STORE_NUMBER], tic[ERROR_TIC];
    const char *n_samples = samples(plot, number);
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    make_first_tic(&axis, tic);
    plot_canvas_tics(&canvas, plot_text_width(tic, strlen(tic)));
    (void)snprintf(train, sizeof train, "train, %.16s samples", n_samples);
    (void)snprintf(test, sizeof test, "test, %.16s samples", n_samples);
    plot_canvas_entry(&canvas, "with linespoints linestyle 1", "train, 1 sample");
    plot_canvas_entry(&canvas, "with linespoints linestyle 2", train);
    if (plot_data_knows_of(plot->data, PLOT_TEST, PLOT_ERROR)) {
        plot_canvas_entry(&canvas, "with linespoints linestyle 3", "test, 1 sample");
        plot_canvas_entry(&canvas, "with linespoints linestyle 4", test);
    }
    add_interval(&canvas, fmax(extent.half[PLOT_ERROR], extent.half[PLOT_ERROR_MC]));
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    write_beta_axis(&extent, plot->out);
    write_error_axis(&axis, plot->out);
    (void)fputs(error_settings, plot->out);
    rc = plot_points_panels(plot, &canvas, "error (%)", error_command, err);
    if (rc == 0)
        plot_canvas_end(&canvas, plot->out);
    return rc;
}

/* --- rate-beta: Figure 1 (d) --- */

/* Below a hundredth of a bit all are as good as 0, and stand there. */
static const double LEAST_BITS = 0.01;

enum { EXPONENT = 14 }; /* the width of -2 in small digits */

/* From `low`, the lowest mean, on. The ends of intervals do not make it longer at its beginning, as
 * they may be below 0. */
static struct plot_range make_bits_axis(const struct plot_extent *extent, double *low) {
    const double high = fmax(extent->mean[PLOT_RATE].high, extent->ends[PLOT_RATE].high);
    *low = fmin(extent->mean[PLOT_RATE].low,
                fmin(extent->mean[PLOT_IZX_LOWER].low, extent->mean[PLOT_IZX_UPPER].low));
    const struct plot_range shown = {fmax(*low, LEAST_BITS), fmax(high, LEAST_BITS)};
    struct plot_range axis = plot_axis_decades(shown, 1.6);
    if (*low < LEAST_BITS)
        axis.low = LEAST_BITS;
    return axis;
}

static void write_bits_axis(const struct plot_range *axis, bool any_less, FILE *out) {
    (void)fprintf(out, "least = %.6g\nset yrange [0.999 * least : %.6g]\nset format y '10^{%%L}'\n",
                  axis->low, axis->high);
    if (any_less)
        (void)fprintf(out, "set ytics add ('≤ 10^{-2}' %g)\n", LEAST_BITS);
}

/* Train has squares, which show behind test's circles where both are the same. */
static const char rate_settings[] =
    "above(x) = x < least ? least : x\n"
    "set style line 1 linewidth 2 pointtype 5 pointsize 1 * dot linecolor rgb train\n"
    "set style line 2 linewidth 1.2 dashtype (8,5) pointtype 7 pointsize 0.3 * dot linecolor rgb train\n"
    "set style line 3 linewidth 2 pointtype 7 pointsize 0.6 * dot linecolor rgb test\n"
    "set style line 4 linewidth 1.2 dashtype (8,5) pointtype 7 pointsize 0.3 * dot linecolor rgb test\n";

static const char rate_command[] =
    "plot $points index 2 * panel + 1 using beta:(above(column(izx_lower))):(above(column(izx_upper))) \\\n"
    "        with filledcurves fillstyle transparent solid 0.25 noborder fillcolor rgb test, \\\n"
    "    for [split = 0:1] for [bound = izx_lower:izx_upper] $points index 2 * panel + split \\\n"
    "        using beta:(above(column(bound))) with linespoints linestyle 2 + 2 * split, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:(above(low(rate))):(0):(above(high(rate)) - above(low(rate))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:(above(column(rate))) with linespoints linestyle 1 + 2 * split\n";

int plot_rate_beta(const struct plot *plot, struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    const bool bounds = plot_data_knows(plot->data, PLOT_IZX_LOWER);
    const bool tested = plot_data_knows_of(plot->data, PLOT_TEST, PLOT_RATE);
    double low;
    const struct plot_range axis = make_bits_axis(&extent, &low);
    struct plot_canvas canvas;
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    if (low < LEAST_BITS)
        plot_canvas_tics(&canvas, plot_text_width("≤ 10", strlen("≤ 10")) + EXPONENT);
    plot_canvas_entry(&canvas, "with linespoints linestyle 1", "train, rate");
    if (bounds)
        plot_canvas_entry(&canvas, "with linespoints linestyle 2", "train, tightest bounds");
    if (tested)
        plot_canvas_entry(&canvas, "with linespoints linestyle 3", "test, rate");
    if (tested && bounds)
        plot_canvas_entry(&canvas, "with linespoints linestyle 4", "test, tightest bounds");
    add_interval(&canvas, extent.half[PLOT_RATE]);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    write_beta_axis(&extent, plot->out);
    write_bits_axis(&axis, low < LEAST_BITS, plot->out);
    (void)fputs(rate_settings, plot->out);
    rc = plot_points_panels(plot, &canvas, "I(Z;X) (bits)", rate_command, err);
    if (rc == 0)
        plot_canvas_end(&canvas, plot->out);
    return rc;
}
