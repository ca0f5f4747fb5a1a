/* Whether the machine has the memory for what is to run at a time. Without it the kernel ends some
 * process, perhaps after hours, perhaps another one. */
#include "runner/sweep/sweep_internal.h"

#include "runner/config/label.h"
#include "runner/sweep/estimate.h"

#include <stdlib.h>

enum { AMOUNT_SIZE = 32 };

static int most_first(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

int sweep_judge_memory(const double *needed, size_t n, double available, struct vib_error *err) {
    char total[AMOUNT_SIZE], left[AMOUNT_SIZE];
    double sum = 0.0;
    size_t fitting = 0;
    for (size_t i = 0; i < n; i++) {
        sum += needed[i];
        fitting += sum <= available;
    }
    label_bytes(available, left, sizeof left);
    if (fitting == n)
        return VIB_OK;
    if (fitting == 0)
        return vib_error_set(err, VIB_ENOMEM,
                             "the largest job takes about %s of memory, but only %s can be had; "
                             "make its model smaller (model.hidden, K, train.batch)",
                             label_bytes(needed[0], total, sizeof total), left);
    return vib_error_set(err, VIB_ENOMEM,
                         "%zu jobs at a time take about %s of memory, but only %s can be had; run "
                         "fewer (-j %zu) or make their models smaller (model.hidden, K, "
                         "train.batch)",
                         n, label_bytes(sum, total, sizeof total), left, fitting);
}

int sweep_check_memory(const struct sweep *s, struct vib_error *err) {
    size_t n = 0;
    if (s->n_waiting == 0)
        return VIB_OK;
    double *needed = malloc(s->n_waiting * sizeof *needed);
    if (needed == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory for %zu jobs", s->n_waiting);
    for (size_t i = 0; i < s->grid.n; i++) {
        struct settings settings;
        if (s->points[i].state != POINT_WAITING)
            continue;
        grid_settings(&s->grid, i, &settings);
        needed[n++] = estimate_bytes(&settings, s->points[i].data);
    }
    qsort(needed, n, sizeof *needed, most_first);
    const int rc = sweep_judge_memory(needed, n < s->threads ? n : s->threads, host_memory(), err);
    free(needed);
    return rc;
}
