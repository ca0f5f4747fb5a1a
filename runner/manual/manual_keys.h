/* The keys of a configuration as a section of the manual. */
#ifndef RUNNER_MANUAL_MANUAL_KEYS_H
#define RUNNER_MANUAL_MANUAL_KEYS_H

#include <stdio.h>

/* Section KEYS, with an entry for each key (runner/config/keys.h). Write errors stay in the stream.
 */
void manual_keys(FILE *out);

#endif
