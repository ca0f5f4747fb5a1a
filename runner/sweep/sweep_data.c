/* The data sets of a sweep: what is told of them. */
#include "runner/base/clock.h"
#include "runner/sweep/sweep_internal.h"

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
