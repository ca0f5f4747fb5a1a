/* The series of a figure: points of the same objective, which are those of the same method, rate
 * function, marginal r(z) and noise, whatever their K, trade-off and other settings. */
#ifndef RUNNER_PLOT_PLOT_SERIES_H
#define RUNNER_PLOT_PLOT_SERIES_H

#include "core/error.h"
#include "runner/plot/plot_canvas.h"
#include "runner/plot/plot_data.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_MAX_SERIES = 8 };

struct plot_series {
    size_t n;                     /* 0 without points */
    char *names[PLOT_MAX_SERIES]; /* [n] "VIB", "VIB, mixture", "CEB"; no two alike; owned */
};

/* Finds the series of all points, by method and within one by their first point, and sets each
 * point's `series`. To be released whatever the result. Errors: VIB_EDATA when there are too many,
 * VIB_ENOMEM. */
int plot_series_make(struct plot_series *series, struct plot_data *data, struct vib_error *err);
void plot_series_release(struct plot_series *series);

/* Whether series may differ in the key, or in n_keys, the digest of the data. */
bool plot_series_has_key(size_t k);

/* Line styles PLOT_SERIES_STYLE, + 1, ...: a colour and a mark for each series; and the number
 * n_series. After plot_canvas_begin. */
enum { PLOT_SERIES_STYLE = 11 };
void plot_series_styles(const struct plot_series *series, FILE *out);

/* Adds the series to the legend, which borrows their names. */
void plot_series_entries(const struct plot_series *series, struct plot_canvas *canvas);

#endif
