/* Figure rate-beta: I(Z;X) between its bounds, and the rate, against the trade-off (Figure 1 d). */
#include "runner/plot/plot_against.h"
#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* --- one series: splits in two colours --- */

/* Below a hundredth of a bit all are as good as 0, and stand there. */
static const double LEAST_BITS = 0.01;

enum { EXPONENT = 14 }; /* the width of -2 in small digits */

/* From `low`, the lowest mean, on. The ends of intervals do not make it longer at its beginning, as
 * they may be below 0. */
static struct plot_range make_bits_axis(const struct plot_extent *extent, double *low) {
    const double high = fmax(fmax(extent->mean[PLOT_RATE].high, extent->ends[PLOT_RATE].high),
                             extent->mean[PLOT_IZX_UPPER].high); /* of a method without a rate */
    *low = fmin(extent->mean[PLOT_RATE].low,
                fmin(extent->mean[PLOT_IZX_LOWER].low, extent->mean[PLOT_IZX_UPPER].low));
    const struct plot_range shown = {fmax(*low, LEAST_BITS), fmax(high, LEAST_BITS)};
    struct plot_range axis = plot_axis_decades(shown, 1.6);
    if (*low < LEAST_BITS)
        axis.low = LEAST_BITS;
    return axis;
}

static void write_bits_axis(const struct plot_range *axis, bool any_less, FILE *out) {
    (void)fprintf(out,
                  "least = %.6g\nset yrange [0.999 * least : %.6g]\nset format y '10^{%%L}'\n"
                  "above(x) = x < least ? least : x\n",
                  axis->low, axis->high);
    if (any_less)
        (void)fprintf(out, "set ytics add ('≤ 10^{-2}' %g)\n", LEAST_BITS);
}

/* Train has squares, which show behind test's circles where both are the same. */
static const char settings[] =
    "set style line 1 linewidth 2 pointtype 5 pointsize 1 * dot linecolor rgb train\n"
    "set style line 2 linewidth 1.2 dashtype (8,5) pointtype 7 pointsize 0.3 * dot linecolor rgb train\n"
    "set style line 3 linewidth 2 pointtype 7 pointsize 0.6 * dot linecolor rgb test\n"
    "set style line 4 linewidth 1.2 dashtype (8,5) pointtype 7 pointsize 0.3 * dot linecolor rgb test\n";

static const char command[] =
    "plot $points index 2 * panel + 1 using beta:(above(column(izx_lower))):(above(column(izx_upper))) \\\n"
    "        with filledcurves fillstyle transparent solid 0.25 noborder fillcolor rgb test, \\\n"
    "    for [split = 0:1] for [bound = izx_lower:izx_upper] $points index 2 * panel + split \\\n"
    "        using beta:(above(column(bound))) with linespoints linestyle 2 + 2 * split, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:(above(low(rate))):(0):(above(high(rate)) - above(low(rate))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using beta:(above(column(rate))) with linespoints linestyle 1 + 2 * split\n";

static void add_legend(const struct plot *plot, struct plot_canvas *canvas) {
    static const char *const names[PLOT_SPLITS][2] = {{"train, rate", "train, tightest bounds"},
                                                      {"test, rate", "test, tightest bounds"}};
    static const char *const styles[PLOT_SPLITS][2] = {
        {"with linespoints linestyle 1", "with linespoints linestyle 2"},
        {"with linespoints linestyle 3", "with linespoints linestyle 4"}};
    static const enum plot_measure measures[2] = {PLOT_RATE, PLOT_IZX_LOWER};
    for (int split = 0; split < PLOT_SPLITS; split++)
        for (int m = 0; m < 2; m++)
            if (plot_data_knows_of(plot->data, (enum plot_split)split, measures[m]))
                plot_canvas_entry(canvas, styles[split][m], names[split][m]);
}

static int draw_one_series(const struct plot *plot, struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    double low;
    const struct plot_range axis = make_bits_axis(&extent, &low);
    struct plot_canvas canvas;
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    if (low < LEAST_BITS)
        plot_canvas_tics(&canvas, plot_text_width("≤ 10", strlen("≤ 10")) + EXPONENT);
    add_legend(plot, &canvas);
    plot_against_interval(&canvas, extent.half[PLOT_RATE]);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    plot_against_axis(plot, &extent);
    write_bits_axis(&axis, low < LEAST_BITS, plot->out);
    (void)fputs(settings, plot->out);
    rc = plot_points_panels(plot, &canvas, "I(Z;X) (bits)", command, err);
    if (rc == 0)
        plot_canvas_end(&canvas, plot->out);
    return rc;
}

int plot_rate_beta(const struct plot *plot, struct vib_error *err) {
    static const struct plot_bounded bounded = {
        .lower = PLOT_IZX_LOWER,
        .upper = PLOT_IZX_UPPER,
        .loose = PLOT_RATE,
        .columns = "lower = izx_lower; upper = izx_upper; loose = rate",
        .title = "I(Z;X) (bits)",
        .loose_name = "rate, which VIB trains with"};
    return plot->overlaid ? plot_against_bounds(plot, &bounded, err) : draw_one_series(plot, err);
}
