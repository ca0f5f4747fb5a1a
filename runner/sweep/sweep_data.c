/* The data sets of a sweep: what is recorded and told of them. */
#include "runner/base/clock.h"
#include "runner/base/quote.h"
#include "runner/sweep/sweep_internal.h"

#include <stdio.h>

void sweep_settings(const struct sweep *s, size_t i, struct settings *settings) {
    const struct vib_dataset *data = s->points[i].data;
    grid_settings(&s->grid, i, settings);
    settings->data.classes = data->classes;
}

/* After 1, 3, 7, 15, ... seconds. */
void sweep_tell_loading(struct sweep *s, size_t i) {
    const double now_s = clock_s();
    if (s->loading_since_s == 0.0) {
        s->loading_since_s = now_s;
        s->loading_told_s = now_s;
    }
    if (s->progress.quiet || data_cache_n(s->cache) < 2 ||
        now_s - s->loading_told_s < 0.5 + 0.5 * (now_s - s->loading_since_s))
        return;
    s->loading_told_s = now_s;
    progress_note(&s->progress, "%zu data sets are ready, for %zu of %zu jobs",
                  data_cache_n(s->cache), i + 1, s->grid.n);
}

void sweep_tell_classes(struct sweep *s) {
    const struct vib_dataset *first = NULL;
    size_t n = 0;
    char quoted[QUOTE_SIZE], others[64] = "";
    for (size_t i = 0; i < data_cache_n(s->cache); i++) {
        const struct vib_dataset *data = data_cache_at(s->cache, i);
        if (data->split[VIB_TRAIN].n_classes == data->classes)
            continue;
        first = first == NULL ? data : first;
        n++;
    }
    if (first == NULL)
        return;
    if (n > 1)
        snprintf(others, sizeof others, "; so it is with %zu other data sets", n - 1);
    progress_note(&s->progress,
                  "data set %s has %zu classes, %zu of them without a training example%s",
                  quote(quoted, first->name), first->classes,
                  first->classes - first->split[VIB_TRAIN].n_classes, others);
}
