/* Which points a figure shows, by the values of their keys. */
#ifndef RUNNER_PLOT_PLOT_FILTER_H
#define RUNNER_PLOT_PLOT_FILTER_H

#include "core/error.h"
#include "runner/config/keys.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <stdbool.h>
#include <stddef.h>

/* One value of a key that is to be shown. */
struct plot_filter {
    const struct key *key;
    char value[512]; /* canonical text */
    double real;     /* the same, of a KEY_REAL */
};

/* Understands "KEY=VALUE". Error: VIB_EUSAGE. */
int plot_filter_parse(struct plot_filter *filter, const char *text, struct vib_error *err);

/* Whether values [n_keys] have one of the values given for each key that has filters, but for the
 * seed, which is no value of a point. Reals pass within 0.5 %, so that a beta may be named as
 * figures print it. */
bool plot_filters_pass(const struct plot_filter *filters, size_t n,
                       const struct store_value *values);

/* Has the store speak of the seeds alone that filters name; of all when none names any. Errors:
 * those of the store, VIB_ENOMEM. */
int plot_filters_choose_seeds(const struct plot_filter *filters, size_t n, struct store *store,
                              struct vib_error *err);

#endif
