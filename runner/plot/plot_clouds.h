/* The codes p(z|x) that a database keeps of jobs with K = 2, and their decoders. Thread rule: as
 * for the store. */
#ifndef RUNNER_PLOT_PLOT_CLOUDS_H
#define RUNNER_PLOT_PLOT_CLOUDS_H

#include "core/error.h"
#include "runner/plot/plot_panels.h"
#include "runner/store/store.h"

#include <stddef.h>
#include <stdint.h>

enum { PLOT_MOST_CLASSES = 256 };

/* N(mu, L L^T), L lower triangular. */
struct plot_code {
    int label;
    double mu[2], l11, l21, l22;
};

/* The codes of one job: of a point's jobs the first that has any. */
struct plot_cloud {
    const struct plot_panel *panel; /* that the point is in */
    const struct plot_point *point;
    int64_t job;
    double error, error_mc; /* the job's, on the test split; NaN where unknown */
    size_t n, capacity;
    struct plot_code *codes; /* [n], n at least 1 */
    size_t classes;
    double weight[2][PLOT_MOST_CLASSES], bias[PLOT_MOST_CLASSES]; /* q(y|z) = softmax(z W + b) */
};

struct plot_clouds {
    size_t n;
    struct plot_cloud cloud[PLOT_MAX_PANELS]; /* by panel, then trade-off */
};

/* Reads those of the panels' points, which are the data's; both must outlive *clouds. To be
 * released whatever the result. Errors: VIB_EDATA when there are none, too many, or damaged ones;
 * those of the store. */
int plot_clouds_read(struct plot_clouds *clouds, const struct plot_panels *panels,
                     const struct plot_data *data, struct store *store, struct vib_error *err);
void plot_clouds_release(struct plot_clouds *clouds);

#endif
