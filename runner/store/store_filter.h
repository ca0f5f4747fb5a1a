/* Which jobs, or points of a grid, are meant, by the values of their keys. */
#ifndef RUNNER_STORE_STORE_FILTER_H
#define RUNNER_STORE_STORE_FILTER_H

#include "core/error.h"
#include "runner/config/keys.h"
#include "runner/store/store.h"
#include "runner/store/store_query.h"

#include <stdbool.h>
#include <stddef.h>

/* One value of a key that is wanted. */
struct store_filter {
    const struct key *key;
    char value[512]; /* canonical text */
    double real;     /* the same, of a KEY_REAL */
};

/* Understands "KEY=VALUE"; errors begin with the command's name. Error: VIB_EUSAGE. */
int store_filter_parse(struct store_filter *filter, const char *text, const char *command,
                       struct vib_error *err);

/* Whether a job's values [n_keys] have one of the values given for each key that has filters. Reals
 * pass within 0.5 %, so that a beta may be named as figures print it. */
bool store_filters_pass(const struct store_filter *filters, size_t n,
                        const struct store_value *values);

/* The same of a point, the jobs that differ in the seed alone: of that it has no value. */
bool store_filters_pass_point(const struct store_filter *filters, size_t n,
                              const struct store_value *values);

/* Has the store speak of the seeds alone that filters name; of all when none names any. Errors:
 * those of the store, VIB_ENOMEM. */
int store_filters_choose_seeds(const struct store_filter *filters, size_t n, struct store *store,
                               struct vib_error *err);

#endif
