/* Which jobs are repetitions of each other, and how jobs fall into the panels of a figure.
 *
 * Jobs that differ in their seed alone are repetitions and are averaged. Jobs of VIB of the same K
 * and beta that differ in anything else are never averaged: each variant has its own panel. */
#ifndef RUNNER_PLOT_PLOT_PANELS_H
#define RUNNER_PLOT_PLOT_PANELS_H

#include "core/error.h"
#include "runner/plot/plot_data.h"
#include "runner/plot/student.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLOT_MAX_PANELS = 6, PLOT_TITLE = 160 };

struct plot_panel {
    int64_t K;
    char variant[PLOT_TITLE];     /* "train.epochs = 20"; "" where K tells it all */
    char varying[PLOT_TITLE];     /* names of further keys that change with beta; "" if none */
    size_t n;                     /* at least 1 */
    const struct plot_job **jobs; /* [n], borrowed from the data; by beta, then seed */
};

struct plot_panels {
    size_t n;
    struct plot_panel panel[PLOT_MAX_PANELS];
};

/* A panel for each K and variant of the jobs, all of VIB. To be released whatever the result,
 * before the data. Errors: VIB_EDATA when there are too many panels, VIB_ENOMEM. */
int plot_panels_make(struct plot_panels *panels, const struct plot_data *data,
                     struct vib_error *err);
void plot_panels_release(struct plot_panels *panels);

/* Whether any beta has several seeds. */
bool plot_panels_repeated(const struct plot_panels *panels);

/* The repetitions of one beta. */
struct plot_point {
    double beta;
    size_t seeds;
    struct student measure[PLOT_SPLITS][PLOT_MEASURES];
};

/* Averages the repetitions that start at jobs[start] of the panel; returns where the next start. */
size_t plot_point_make(struct plot_point *point, const struct plot_panel *panel, size_t start);

/* For every key and, last, the digest of the data: whether jobs that are `alike` differ in it,
 * other than in seed. Jobs that are alike stand together. differs is [n_keys + 1]. */
typedef bool plot_alike(const struct plot_job *a, const struct plot_job *b);
void plot_differences(const struct plot_job *jobs, size_t n, plot_alike *alike, bool *differs);

/* Whether two jobs have the same values of the keys that `which` [n_keys + 1] marks. */
bool plot_same_values(const struct plot_job *a, const struct plot_job *b, const bool *which);

/* Whether a key, or n_keys for the digest, is about the data. */
bool plot_is_of_data(size_t k);

/* Appends "KEY = VALUE" for each of these keys that the job has to text, apart by ", ", as long as
 * it fits. */
void plot_describe(const struct plot_job *job, const bool *which, char *text, size_t size);

#endif
