/* What a figure of `vib-sweep plot` writes with and from; for runner/plot/plot*.c only. */
#ifndef RUNNER_PLOT_PLOT_FIGURE_H
#define RUNNER_PLOT_PLOT_FIGURE_H

#include "core/error.h"
#include "runner/plot/plot_canvas.h"
#include "runner/plot/plot_data.h"
#include "runner/plot/plot_panels.h"
#include "runner/plot/plot_series.h"
#include "runner/store/store.h"

#include <stdbool.h>
#include <stdio.h>

struct plot {
    struct store *store;          /* for what a figure needs beyond the points' results */
    const struct plot_data *data; /* at least one point, in order */
    struct plot_series series;    /* of all points; none for table1 */
    struct plot_panels panels;    /* likewise */
    bool overlaid; /* panels have all series, each in its colour, and one split; else one series,
                      coloured by its trade-off or its splits */
    enum plot_format format;
    const char *output; /* what the script names as its output; NULL: standard output */
    FILE *out;          /* of the script; write errors stay in it (ferror) */
};

/* Errors of all: VIB_EDATA when the database lacks what is to be shown, those of the store,
 * VIB_ENOMEM. */
int plot_error_beta(const struct plot *plot, struct vib_error *err);
int plot_rate_beta(const struct plot *plot, struct vib_error *err);
int plot_residual(const struct plot *plot, struct vib_error *err);
int plot_plane(const struct plot *plot, struct vib_error *err);
int plot_trajectory(const struct plot *plot, struct vib_error *err);
int plot_codes(const struct plot *plot, struct vib_error *err);
int plot_table1(const struct plot *plot, struct vib_error *err);

#endif
