/* How points fall into the panels of a figure.
 *
 * A point is what jobs that differ in their seed alone have in common. Points of VIB of the same K
 * and beta differ in something else: each such variant has its own panel. */
#ifndef RUNNER_PLOT_PLOT_PANELS_H
#define RUNNER_PLOT_PLOT_PANELS_H

#include "core/error.h"
#include "runner/plot/plot_data.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLOT_MAX_PANELS = 6 };

struct plot_panel {
    int64_t K;
    char *variant;                    /* "train.epochs = 20"; "" where K tells it all */
    char *varying;                    /* names of further keys that change with beta; "" if none */
    size_t n;                         /* at least 1 */
    const struct plot_point **points; /* [n], borrowed from the data; by beta */
};

struct plot_panels {
    size_t n;
    struct plot_panel panel[PLOT_MAX_PANELS];
};

/* A panel for each K and variant of the points, all of VIB and in order. To be released whatever
 * the result, before the data. Errors: VIB_EDATA when there are too many panels, VIB_ENOMEM. */
int plot_panels_make(struct plot_panels *panels, const struct plot_data *data,
                     struct vib_error *err);
void plot_panels_release(struct plot_panels *panels);

/* Whether any point has several seeds. */
bool plot_panels_repeated(const struct plot_panels *panels);

#endif
