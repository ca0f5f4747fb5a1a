/* A configuration as YAML that config_load reads back to the same points: of what the file and the
 * overrides say together, values alone, without comments and grid expressions. */
#ifndef RUNNER_CONFIG_CONFIG_WRITE_H
#define RUNNER_CONFIG_CONFIG_WRITE_H

#include "runner/config/config.h"

#include <stdio.h>

/* Keys at their default are left out, but for the name. Write errors stay in the stream. */
void config_write(FILE *out, const struct config *config);

#endif
