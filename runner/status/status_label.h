/* How a job of a sweep is called whose configuration is not at hand: by what usually tells jobs
 * apart, the trade-off, K and the seed, and by all else in which those that were seen differ.
 * Thread rule: one thread. */
#ifndef RUNNER_STATUS_STATUS_LABEL_H
#define RUNNER_STATUS_STATUS_LABEL_H

#include "core/error.h"
#include "runner/config/label.h"

#include <stdbool.h>
#include <stddef.h>

struct status_label {
    bool shown[LABEL_MAX_KEYS]; /* by the number of the key: stands in the names of jobs */
    char *first;                /* the values of the first job that was seen, owned */
};

void status_label_init(struct status_label *label);
void status_label_release(struct status_label *label);

/* Takes note of a job; values [size] are those of struct running_status. Error: VIB_ENOMEM. */
int status_label_learn(struct status_label *label, const char *values, size_t size,
                       struct vib_error *err);

/* "beta=0.001 K=256 seed=0", cut to size. */
void status_label_name(const struct status_label *label, const char *values, char *text,
                       size_t size);

#endif
