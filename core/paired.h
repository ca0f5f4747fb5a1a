/* Whether two classifiers that are measured on the same examples differ. Thread rule: pure
 * functions. */
#ifndef VIB_CORE_PAIRED_H
#define VIB_CORE_PAIRED_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* McNemar's test, exact: of the examples that one of them alone takes wrongly, so many are the
 * first's and the second's. Were both as good, each would be either's with probability 1/2: the
 * two-sided p is min(1, 2 P(X <= min)), X ~ Binomial(first + second, 1/2). 1 where there are none.
 * (McNemar 1947.) */
double vib_mcnemar(size_t first, size_t second);

/* The 95 % percentile interval of the mean of d [n], n >= 1, when examples are drawn anew, n with
 * replacement, `repeats` times, which the seed chooses; repeats is at least 40. Errors: VIB_ENOMEM.
 * (Efron 1979.) */
int vib_bootstrap_mean(const double *d, size_t n, size_t repeats, uint64_t seed, double *low,
                       double *high, struct vib_error *err);

#endif
