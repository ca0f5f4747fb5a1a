/* How points fall into the panels of a figure.
 *
 * A point is what jobs that differ in their seed alone have in common. Points of one series of the
 * same K and trade-off differ in something else: each such variant has its own panel. */
#ifndef RUNNER_PLOT_PLOT_PANELS_H
#define RUNNER_PLOT_PLOT_PANELS_H

#include "core/error.h"
#include "runner/plot/plot_data.h"
#include "runner/plot/plot_series.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLOT_MAX_PANELS = 6 };

struct plot_panel {
    int64_t K;
    char *variant;                    /* "train.epochs = 20"; "" where K tells it all */
    char *varying;                    /* names of further keys that its points differ in, beside
                                         trade-offs and what series are; "" if none */
    size_t n;                         /* at least 1 */
    const struct plot_point **points; /* [n], borrowed from the data; those of a series stand
                                         together, by trade-off */
};

struct plot_panels {
    size_t n;
    struct plot_panel panel[PLOT_MAX_PANELS];
};

/* A panel for each K and variant of the points, which all have a trade-off and are in order. Where
 * `apart` is not NULL, each series of these has panels of its own, whose variants begin with its
 * name. To be released whatever the result, before the data. Errors: VIB_EDATA when there are too
 * many panels, VIB_ENOMEM. */
int plot_panels_make(struct plot_panels *panels, const struct plot_data *data,
                     const struct plot_series *apart, struct vib_error *err);
void plot_panels_release(struct plot_panels *panels);

/* Whether any point has several seeds. */
bool plot_panels_repeated(const struct plot_panels *panels);

#endif
