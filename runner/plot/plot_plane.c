/* Figure plane: I(Z;Y) against I(Z;X), both between bounds (Figure 1 c). */
#include "runner/plot/plot_information.h"
#include "runner/plot/plot_points.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One line of a panel and split from point to point, straight in bits: what sharing time between
 * two codes gets. On the figure's axis it is curved; a straight one would seem to cross I(Z;Y) =
 * I(Z;X), which no code can. */
static void write_chords(const struct plot_point *const *points, size_t n, int split, FILE *out) {
    enum { PARTS = 16 };
    double x0 = 0, y0 = 0; /* of the point before */
    for (size_t i = 0; i < n; i++) {
        const struct plot_mean *m = points[i]->measure[split];
        const double x = m[PLOT_IZX_UPPER].mean, y = m[PLOT_IZY_LOWER].mean;
        for (int left = i == 0 ? 0 : PARTS - 1; left >= 0; left--) {
            const double numbers[] = {x - (x - x0) * left / PARTS, y - (y - y0) * left / PARTS};
            plot_numbers(numbers, 2, out);
        }
        x0 = x;
        y0 = y;
    }
}

/* Of one series, by the colour of the trade-off. */
static const char command[] = PLOT_INFORMATION_LIMITS
    "    for [split = 0:1] $chords index 2 * panel + split \\\n"
    "        using 1:2 with lines linewidth 1 linecolor rgb 0xbbbbbb, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using izx_upper:izy:(column(rate) - column(izx_upper)):(0):beta \\\n"
    "        with vectors nohead linewidth 1 linecolor palette, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using izx_lower:izy:(column(izx_upper) - column(izx_lower)):(0):beta \\\n"
    "        with vectors nohead linewidth 3 linecolor palette, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using izx_upper:(low(izy)):(0):(high(izy) - low(izy)):beta \\\n"
    "        with vectors nohead linewidth 1.5 linecolor palette, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split using izx_upper:izy \\\n"
    "        with points pointtype 9 - 2 * split pointsize 1.05 * dot linecolor rgb dark, \\\n"
    "    for [split = 0:1] $points index 2 * panel + split using izx_upper:izy:beta \\\n"
    "        with points pointtype 9 - 2 * split pointsize 0.8 * dot linecolor palette\n";

/* Of overlaid series, without their rates. */
static const char overlaid_command[] = PLOT_INFORMATION_LIMITS
    "    for [s = 0:n_series - 1] $chords index at(s) \\\n"
    "        using 1:2 with lines linestyle 11 + s linewidth 1, \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) \\\n"
    "        using izx_lower:izy:(column(izx_upper) - column(izx_lower)):(0) \\\n"
    "        with vectors nohead linestyle 11 + s linewidth 3, \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) \\\n"
    "        using izx_upper:(low(izy)):(0):(high(izy) - low(izy)) \\\n"
    "        with vectors nohead linestyle 11 + s linewidth 1.2, \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) using izx_upper:izy \\\n"
    "        with points linestyle 11 + s\n";

static struct plot_reach reach_of(const struct plot *plot, const struct plot_extent *extent) {
    struct plot_reach reach = {.trade_off = extent->trade_off,
                               .izx = extent->mean[PLOT_IZX_UPPER],
                               .izy = extent->mean[PLOT_IZY_LOWER],
                               .izy_end = extent->ends[PLOT_IZY_LOWER].low,
                               .h_y = extent->mean[PLOT_H_Y].high,
                               .close_up = plot->overlaid};
    if (plot->overlaid)
        plot_range_take(&reach.izx, extent->mean[PLOT_IZX_LOWER].low);
    else
        plot_range_take(&reach.izx, extent->mean[PLOT_RATE].high);
    return reach;
}

static void note_low_points(const struct plot *plot, double h_y) {
    const double least = plot_information_least(h_y);
    size_t n_low = 0;
    for (size_t i = 0; i < plot->data->n; i++)
        for (int split = 0; split < PLOT_SPLITS; split++)
            n_low += plot->data->points[i].measure[split][PLOT_IZY_LOWER].mean < least;
    plot_information_note("plane", n_low, PLOT_SPLITS * plot->data->n, "points", h_y);
}

static bool any_chord(const struct plot *plot) {
    for (size_t i = 0; i < plot->panels.n; i++)
        if (plot->panels.panel[i].n > 1)
            return true;
    return false;
}

static bool any_rate_above_bound(const struct plot *plot) {
    for (size_t i = 0; i < plot->data->n; i++)
        for (int split = 0; split < PLOT_SPLITS; split++) {
            const struct plot_mean *m = plot->data->points[i].measure[split];
            if (m[PLOT_RATE].mean > m[PLOT_IZX_UPPER].mean)
                return true;
        }
    return false;
}

/* Of what plot_points_half gives. */
static const char *name_of_interval(const struct plot *plot) {
    bool one = false, several = false;
    for (size_t i = 0; i < plot->data->n; i++) {
        one |= plot->data->points[i].n_seeds == 1;
        several |= plot->data->points[i].n_seeds > 1;
    }
    return !one       ? "95 % interval over seeds"
           : !several ? "95 % interval over examples"
                      : "95 % interval";
}

static void add_splits(const struct plot *plot, struct plot_canvas *canvas) {
    plot_canvas_entry(canvas, "with points pointtype 9 pointsize 1.05 * dot linecolor rgb dark",
                      "train");
    if (plot_data_knows_of(plot->data, PLOT_TEST, PLOT_IZY_LOWER))
        plot_canvas_entry(canvas, "with points pointtype 7 pointsize 1.05 * dot linecolor rgb dark",
                          "test");
}

static void add_legend(const struct plot *plot, const struct plot_reach *reach,
                       const struct plot_information *axes, bool intervals,
                       struct plot_canvas *canvas) {
    if (plot->overlaid)
        plot_series_entries(&plot->series, canvas);
    else
        add_splits(plot, canvas);
    if (plot_data_knows(plot->data, PLOT_IZX_LOWER))
        plot_canvas_entry(canvas, "with lines linewidth 3 linecolor rgb dark",
                          "lower to upper bound");
    if (!plot->overlaid && any_rate_above_bound(plot))
        plot_canvas_entry(canvas, "with lines linewidth 1 linecolor rgb dark",
                          "upper bound to rate");
    if (intervals)
        plot_canvas_entry(canvas, "with yerrorbars pointtype 0 linewidth 1.5 linecolor rgb dark",
                          name_of_interval(plot));
    if (!plot->overlaid && any_chord(plot))
        plot_canvas_entry(canvas, "with lines linewidth 1 linecolor rgb 0xbbbbbb", "time sharing");
    plot_information_limits(plot, axes, reach->h_y, canvas);
}

int plot_plane(const struct plot *plot, struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    const struct plot_reach reach = reach_of(plot, &extent);
    const struct plot_information axes = plot_information_axes(&reach);
    /* Others are hidden by the points. */
    const double visible = 0.02 * (axes.izy.high - axes.izy.low);
    struct plot_canvas canvas;
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    add_legend(plot, &reach, &axes, extent.half[PLOT_IZY_LOWER] > visible, &canvas);
    plot_points_block(plot, "chords", "izx_upper_tight izy_lower", write_chords);
    plot_information_begin(plot, &axes, &canvas);
    plot_points_write(plot);
    rc = plot_points_panels(plot, &canvas, "I(Z;Y), lower bound (bits)",
                            plot->overlaid ? overlaid_command : command, err);
    if (rc == 0) {
        plot_canvas_end(&canvas, plot->out);
        note_low_points(plot, reach.h_y);
    }
    return rc;
}
