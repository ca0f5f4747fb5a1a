/* The residual information I(X;Z|Y), what a code keeps of an input beside its label, by the
 * estimators of core/bounds.h within the classes.
 *
 * Given Y = y, X is uniform over the n_y examples of that class, so that each estimator made of
 * these alone bounds I(X;Z|Y = y) on its side; the mean of these, weighted by n_y / n, bounds
 * I(X;Z|Y). It is at most sum_y (n_y / n) log2 n_y = log2 n - H(Y), the cap of the estimators that
 * have one. What is `rate` there is not made: the KL to the r(z) of all is no rate within a class.
 * A class of one example has no residual information. As one drawn of several it has an unknown
 * one: then leave_one_out, which needs another example, is not made at all.
 *
 * As Z depends on X alone, I(X;Z|Y) = I(Z;X) - I(Z;Y). */
#ifndef VIB_CORE_RESIDUAL_H
#define VIB_CORE_RESIDUAL_H

#include "core/bounds.h"

#include <stdbool.h>
#include <stddef.h>

/* The examples of g stand class by class, class_n [classes] of each, n together; `whole`: they are
 * all that their classes have. Makes the estimators whose bits 1u << estimator are in `which`; the
 * others become NaN. Their standard errors are those of a mean over strata. stop, team, memory,
 * errors and the thread rule: as for vib_bounds. */
int vib_residual_bounds(const struct vib_gaussians *g, const size_t *class_n, size_t classes,
                        bool whole, unsigned which, const atomic_bool *stop, struct vib_team *team,
                        struct vib_bound out[VIB_ESTIMATORS], struct vib_error *err);

/* sum_y (n_y / n) log2 n_y. */
double vib_residual_cap(const size_t *class_n, size_t classes);

#endif
