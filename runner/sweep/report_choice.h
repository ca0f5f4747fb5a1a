/* Under the table of a sweep: which trade-off its curves choose, by view best_beta. */
#ifndef RUNNER_SWEEP_REPORT_CHOICE_H
#define RUNNER_SWEEP_REPORT_CHOICE_H

#include "core/error.h"
#include "runner/sweep/report_page.h"

#include <stddef.h>

/* Prints a line for each of the first curves of the grid that have several trade-offs (beta, or
 * what else their method trades by): the one that the validation split chooses, and how the test
 * split judges it; or why nothing is chosen; nothing where the grid does not sweep
 * any. Errors: VIB_ENOMEM, of the store. */
int report_choice(const struct report *report, struct vib_error *err);

/* Writes why nothing is to be chosen by data of this name, which have no validation split. */
void report_unvalidated(const char *dataset, char *text, size_t size);

#endif
