/* How a job of a sweep is called whose configuration is not at hand: by what usually tells jobs
 * apart, the trade-off, K and the seed, and by all else in which those that were seen differ.
 * Thread rule: one thread. */
#ifndef RUNNER_CONFIG_VALUE_LABEL_H
#define RUNNER_CONFIG_VALUE_LABEL_H

#include "core/error.h"
#include "runner/config/label.h"

#include <stdbool.h>
#include <stddef.h>

struct value_label {
    bool shown[LABEL_MAX_KEYS]; /* by the number of the key: stands in the names of jobs */
    char *first;                /* the values of the first job that was seen, owned */
};

void value_label_init(struct value_label *label);
void value_label_release(struct value_label *label);

/* Takes note of a job; values [size]: of every key in turn its
 * value, as text that ends in 0, empty where it does not matter. Error: VIB_ENOMEM. */
int value_label_learn(struct value_label *label, const char *values, size_t size,
                      struct vib_error *err);

/* "beta=0.001 K=256 seed=0", cut to size. */
void value_label_name(const struct value_label *label, const char *values, char *text, size_t size);

#endif
