/* How a job is called in front of people: the values in which it differs from its neighbours. */
#ifndef RUNNER_CONFIG_LABEL_H
#define RUNNER_CONFIG_LABEL_H

#include "runner/config/config.h"
#include "runner/config/keys.h"

#include <stddef.h>

/* The trade-offs of the methods of the sweep (beta) and K, where they are not swept, then the
 * swept keys in the order of the axes (seed when there are none). Keys that one axis ties together
 * all count. Returns how many were stored in out[0..max). */
size_t label_keys(const struct config *config, const struct key **out, size_t max);

/* A value for the eye: reals with 4 digits, all else as key_format has it. */
void label_value(const struct settings *settings, const struct key *key, char *text, size_t size);

/* "beta=0.001 K=256 seed=0", cut to size. */
void label_job(const struct config *config, const struct settings *settings, char *text,
               size_t size);

/* "35 s", "12 min", "3 h 20 min", "2 d 4 h"; text needs 32 bytes. */
void label_duration(double seconds, char *text, size_t size);

#endif
