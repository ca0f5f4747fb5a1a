/* How a job is called in front of people: the values in which it differs from its neighbours. */
#ifndef RUNNER_LABEL_H
#define RUNNER_LABEL_H

#include "runner/config.h"
#include "runner/keys.h"

#include <stddef.h>

/* The swept keys in the order of the axes; beta, K and seed when nothing is swept. Keys that one
 * axis ties together all count. Returns how many were stored in keys[0..max). */
size_t label_keys(const struct config *config, const struct key **out, size_t max);

/* "beta=0.001 K=256 seed=0", cut to size. */
void label_job(const struct config *config, const struct settings *settings, char *text,
               size_t size);

/* "35 s", "12 min", "3 h 20 min", "2 d 4 h"; text needs 32 bytes. */
void label_duration(double seconds, char *text, size_t size);

#endif
