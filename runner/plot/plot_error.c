/* Figure error-beta: error against the trade-off (Figure 1 a, b). */
#include "runner/plot/plot_against.h"
#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ERROR_TIC = 32 };

/* The logarithmic axis of errors. */
struct error_axis {
    double least;  /* %, 1, 2 or 5 times a power of ten */
    double most;   /* 100 %, but of overlaid series no more than they take */
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
                for (int m = PLOT_ERROR; m <= PLOT_ERROR_MU; m++)
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

static void take_most(void *context, int split, double error) {
    double *most = context;
    (void)split;
    if (error > 0)
        *most = fmax(*most, error);
}

/* It begins a decade below the least test error at the latest, so that training errors near 0 do
 * not squeeze the others. */
static struct error_axis make_error_axis(const struct plot *plot) {
    double least[PLOT_SPLITS] = {(double)INFINITY, (double)INFINITY};
    struct error_axis axis = {.least = 0.1, .most = 100, .all_0 = true};
    double most = 0;
    each_error(plot, take_least, least);
    const double both = fmin(least[PLOT_TRAIN], least[PLOT_TEST]);
    if (isfinite(both)) {
        const double shown = isinf(least[PLOT_TEST]) ? both : fmax(both, least[PLOT_TEST] / 10);
        const double power = pow(10, floor(log10(shown))), digit = shown / power;
        axis.least = fmin(50, power * (digit >= 5 ? 5 : digit >= 2 ? 2 : 1));
    }
    each_error(plot, take_less, &axis);
    each_error(plot, take_most, &most);
    if (plot->overlaid && most > 0)
        axis.most = fmin(100, fmax(1.2 * most, 3 * axis.least));
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
    static const double wide[] = {1, 2, 5, 0}, narrow[] = {1, 1.5, 2, 3, 4, 5, 6, 8, 0};
    static const double high[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0};
    const bool is_narrow = axis->most < 100 && axis->most / axis->least < 15;
    const double *leads = axis->least > 15 ? high : is_narrow ? narrow : wide;
    char first[ERROR_TIC];
    make_first_tic(axis, first);
    (void)fprintf(out, "least = %g\nset yrange [0.999 * least : %g]\nset ytics ('%s' least",
                  axis->least, axis->most, first);
    for (int power = -3; power <= 2; power++)
        for (const double *lead = leads; *lead > 0; lead++) {
            const double tic = *lead * pow(10, power);
            if (tic > 1.01 * axis->least && tic < 1.001 * axis->most)
                (void)fprintf(out, ", %g", tic);
        }
    (void)fputs(")\n", out);
}

static const char percent[] = "percent(share) = 100 * share < least ? least : 100 * share\n";

/* --- one series: splits in two colours --- */

/* The rings of one sample show around the dots of several where both are the same. */
static const char settings[] =
    "at(split) = column(beta) * (split == 0 ? 1 / apart : apart)\n"
    "set style line 1 linewidth 2 pointtype 6 pointsize 1.3 * dot dashtype (8,5) linecolor rgb train\n"
    "set style line 2 linewidth 2 pointtype 7 pointsize 0.55 * dot linecolor rgb train\n"
    "set style line 3 linewidth 1.2 pointtype 2 pointsize 0.7 * dot dashtype (2,5) linecolor rgb train\n"
    "set style line 4 linewidth 2 pointtype 6 pointsize 1.3 * dot dashtype (8,5) linecolor rgb test\n"
    "set style line 5 linewidth 2 pointtype 7 pointsize 0.55 * dot linecolor rgb test\n"
    "set style line 6 linewidth 1.2 pointtype 2 pointsize 0.7 * dot dashtype (2,5) linecolor rgb test\n"
    "style(split, m) = 1 + 3 * split + (m == error_mc)\n";

static const char command[] =
    "plot for [split = 0:1] for [m = error:error_mc:2] $points index 2 * panel + split \\\n"
    "        using (at(split)):(percent(low(m))):(0):(percent(high(m)) - percent(low(m))) \\\n"
    "        with vectors nohead linewidth 1.5 linecolor rgb color(split), \\\n"
    "    for [split = 0:1] $points index 2 * panel + split \\\n"
    "        using (at(split)):(percent(column(error_mu))) with linespoints linestyle 3 + 3 * split, \\\n"
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

/* The strings of a legend. */
struct sample_entries {
    char title[PLOT_SPLITS][40];
};

static void add_splits(const struct plot *plot, struct sample_entries *entries,
                       struct plot_canvas *canvas) {
    static const struct {
        const char *one, *several, *mean, *title[2];
    } splits[PLOT_SPLITS] = {
        {"with linespoints linestyle 1",
         "with linespoints linestyle 2",
         "with linespoints linestyle 3",
         {"train, 1 sample", "train, z at its mean"}},
        {"with linespoints linestyle 4",
         "with linespoints linestyle 5",
         "with linespoints linestyle 6",
         {"test, 1 sample", "test, z at its mean"}},
    };
    char number[STORE_NUMBER];
    for (int i = 0; i < PLOT_SPLITS; i++) {
        const enum plot_split split = (enum plot_split)i;
        if (!plot_data_knows_of(plot->data, split, PLOT_ERROR))
            continue;
        (void)snprintf(entries->title[i], sizeof entries->title[i], "%s, %.16s samples",
                       plot_split_name(i), samples(plot, number));
        plot_canvas_entry(canvas, splits[i].one, splits[i].title[0]);
        plot_canvas_entry(canvas, splits[i].several, entries->title[i]);
        if (plot_data_knows_of(plot->data, split, PLOT_ERROR_MU))
            plot_canvas_entry(canvas, splits[i].mean, splits[i].title[1]);
    }
}

/* --- overlaid series: error_mc, and the error at the mean --- */

static const char overlaid_command[] =
    "plot for [s = 0:n_series - 1] $points index at(s) \\\n"
    "        using beta:(percent(low(error_mc))):(0): \\\n"
    "            (percent(high(error_mc)) - percent(low(error_mc))) \\\n"
    "        with vectors nohead linestyle 11 + s, \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) using beta:(percent(column(error_mu))) \\\n"
    "        with lines linestyle 11 + s linewidth 1.2 dashtype (2,5), \\\n"
    "    for [s = 0:n_series - 1] $points index at(s) using beta:(percent(column(error_mc))) \\\n"
    "        with linespoints linestyle 11 + s\n";

static void add_series(const struct plot *plot, struct sample_entries *entries,
                       struct plot_canvas *canvas) {
    char number[STORE_NUMBER];
    (void)snprintf(entries->title[0], sizeof entries->title[0], "%.16s samples of z",
                   samples(plot, number));
    plot_series_entries(&plot->series, canvas);
    plot_canvas_entry(canvas, "with lines linewidth 1.5 linecolor rgb 0x404040", entries->title[0]);
    if (plot_data_knows(plot->data, PLOT_ERROR_MU))
        plot_canvas_entry(canvas, "with lines linewidth 1.2 dashtype (2,5) linecolor rgb 0x404040",
                          "z at its mean");
}

int plot_error_beta(const struct plot *plot, struct vib_error *err) {
    const struct plot_extent extent = plot_points_extent(plot);
    const struct error_axis axis = make_error_axis(plot);
    const double half =
        fmax(plot->overlaid ? 0 : extent.half[PLOT_ERROR], extent.half[PLOT_ERROR_MC]);
    struct plot_canvas canvas;
    struct sample_entries entries;
    char tic[ERROR_TIC];
    int rc = plot_points_canvas(plot, &canvas, err);
    if (rc != 0)
        return rc;
    make_first_tic(&axis, tic);
    plot_canvas_tics(&canvas, plot_text_width(tic, strlen(tic)));
    (plot->overlaid ? add_series : add_splits)(plot, &entries, &canvas);
    plot_against_interval(&canvas, half);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    plot_points_write(plot);
    plot_against_axis(plot, &extent);
    write_error_axis(&axis, plot->out);
    (void)fprintf(plot->out, "%s%s", percent, plot->overlaid ? "" : settings);
    rc = plot_points_panels(plot, &canvas, "error (%)", plot->overlaid ? overlaid_command : command,
                            err);
    if (rc == 0)
        plot_canvas_end(&canvas, plot->out);
    return rc;
}
