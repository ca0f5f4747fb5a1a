#include "runner/plot/plot.h"

#include "runner/plot/plot_figure.h"
#include "runner/base/quote.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Which of the finished jobs a figure shows. */
enum scope { ALL_METHODS, TRADE_OFF_ABOVE_0, K_2 };

struct plot_figure {
    const char *name, *help;
    enum scope scope;
    bool one_seed; /* of each point; and each series has panels of its own */
    bool overlaid; /* also where there is one series */
    int (*write)(const struct plot *plot, struct vib_error *err);
};

static const struct plot_figure figures[] = {
    {"error-beta", "error against beta (Figure 1 a, b), or gamma", TRADE_OFF_ABOVE_0, false, false,
     plot_error_beta},
    {"plane", "I(Z;Y) against I(Z;X), both between bounds (Figure 1 c)", TRADE_OFF_ABOVE_0, false,
     false, plot_plane},
    {"rate-beta", "I(Z;X) against beta (Figure 1 d), or gamma", TRADE_OFF_ABOVE_0, false, false,
     plot_rate_beta},
    {"residual", "I(X;Z|Y) between bounds, against beta or gamma", TRADE_OFF_ABOVE_0, false, true,
     plot_residual},
    {"codes", "codes of test examples for K = 2 (Figure 2)", K_2, true, false, plot_codes},
    {"trajectory", "I(Z;Y) against the rate through the epochs", TRADE_OFF_ABOVE_0, true, false,
     plot_trajectory},
    {"table1", "test error of each method (Table 1)", ALL_METHODS, false, false, plot_table1},
};
enum { FIGURES = sizeof figures / sizeof figures[0] };

const struct plot_figure *plot_figure_at(size_t i) {
    return i < FIGURES ? &figures[i] : NULL;
}

bool plot_list_figure(size_t i, const char **name, const char **help) {
    if (i >= FIGURES)
        return false;
    *name = figures[i].name;
    *help = figures[i].help;
    return true;
}

/* --- which points --- */

static bool trades_nothing(const struct plot_point *point) {
    return isnan(point->trade_off);
}

static bool is_not_flat(const struct plot_point *point) {
    return point->K != 2;
}

static bool is_trade_off_0(const struct plot_point *point) {
    return !(point->trade_off > 0);
}

static bool lacks_test_error(const struct plot_point *point) {
    return isnan(point->measure[PLOT_TEST][PLOT_ERROR_MC].mean);
}

static int nothing_left(const char *what, struct vib_error *err) {
    return vib_error_set(err, VIB_EDATA, "plot: none of the finished jobs to be shown %s", what);
}

static int select_tested(struct plot_data *data, struct vib_error *err) {
    const size_t dropped = plot_data_drop(data, lacks_test_error);
    if (dropped > 0 && data->n > 0)
        (void)fprintf(stderr, "vib-sweep: %zu job%s without a test error left out\n", dropped,
                      dropped == 1 ? "" : "s");
    return data->n > 0 ? 0
                       : nothing_left("has a test error, as their data have no test split", err);
}

/* Drops the points that the figure does not show. */
static int select_points(struct plot_data *data, const struct plot_request *request,
                         struct vib_error *err) {
    if (data->n == 0)
        return vib_error_set(err, VIB_EDATA, "plot: %s has no finished job%s", request->database,
                             request->n_filters > 0 ? " with these values" : "");
    if (request->figure->scope == ALL_METHODS)
        return select_tested(data, err);
    (void)plot_data_drop(data, trades_nothing);
    if (data->n == 0)
        return nothing_left("has a beta or gamma; figure table1 shows all methods", err);
    if (request->figure->scope == K_2) {
        (void)plot_data_drop(data, is_not_flat);
        return data->n > 0 ? 0 : nothing_left("has K = 2", err);
    }
    const size_t dropped = plot_data_drop(data, is_trade_off_0);
    if (dropped > 0 && data->n > 0)
        (void)fprintf(stderr,
                      "vib-sweep: %zu job%s of beta or gamma = 0 left out: the scale is "
                      "logarithmic\n",
                      dropped, dropped == 1 ? "" : "s");
    return data->n > 0 ? 0 : nothing_left("has a beta or gamma above 0", err);
}

/* --- script --- */

/* What a reader of the figure should know and cannot see there. */
static void note_peculiarities(const struct plot *plot, const struct plot_figure *figure) {
    for (size_t i = 0; i < plot->panels.n; i++)
        if (plot->panels.panel[i].varying[0] != '\0')
            (void)fprintf(stderr,
                          "vib-sweep: note that points of K = %lld differ in more than their "
                          "trade-off: %s\n",
                          (long long)plot->panels.panel[i].K, plot->panels.panel[i].varying);
    if (figure->one_seed && plot_panels_repeated(&plot->panels))
        (void)fprintf(stderr, "vib-sweep: %s shows the first seed of each point\n", figure->name);
}

static int make_panels(struct plot *plot, const struct plot_figure *figure, struct vib_error *err) {
    const bool apart = figure->one_seed && plot->series.n > 1;
    plot->overlaid = !figure->one_seed && (figure->overlaid || plot->series.n > 1);
    return plot_panels_make(&plot->panels, plot->data, apart ? &plot->series : NULL, err);
}

static int write_script(struct plot *plot, const struct plot_request *request,
                        struct vib_error *err) {
    char output[64], quoted[QUOTE_SIZE];
    int rc = 0;
    if (request->figure->scope != ALL_METHODS)
        rc = make_panels(plot, request->figure, err);
    if (rc == 0) {
        (void)snprintf(output, sizeof output, "%s.svg", request->figure->name);
        plot->output = request->to_file ? output : NULL;
        (void)fprintf(plot->out, "# Figure %s of %s, by vib-sweep plot\n", request->figure->name,
                      quote(quoted, request->database));
        rc = request->figure->write(plot, err);
    }
    if (rc == 0)
        note_peculiarities(plot, request->figure);
    plot_panels_release(&plot->panels);
    return rc;
}

int plot_write(const struct plot_request *request, struct store *store, FILE *out,
               struct vib_error *err) {
    struct plot_data data;
    struct plot plot = {.store = store, .data = &data, .format = request->format, .out = out};
    int rc = plot_data_read(&data, store, request->filters, request->n_filters, err);
    if (rc == 0)
        rc = select_points(&data, request, err);
    if (rc == 0 && request->figure->one_seed)
        rc = plot_data_read_first(&data, store, err);
    if (rc == 0 && request->figure->scope != ALL_METHODS)
        rc = plot_series_make(&plot.series, &data, err);
    if (rc == 0)
        rc = plot_data_order(&data, err);
    if (rc == 0)
        rc = write_script(&plot, request, err);
    plot_series_release(&plot.series);
    plot_data_release(&data);
    return rc;
}
