/* Finding keys by name, exactly or nearly; for the reader of configurations. See also keys.h. */
#ifndef RUNNER_CONFIG_KEY_NAME_H
#define RUNNER_CONFIG_KEY_NAME_H

#include "runner/config/keys.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether some key's name is `name` followed by a dot and more. */
bool key_is_section(const char *name);

/* The key that a value in the place of a section is: `dataset: mnist` stands for `dataset: {name:
 * mnist}`. NULL: that section has none, or there is no such section. */
const struct key *key_of_section(const char *section);

/* The section, or the word of the NULL-terminated list, nearest to name; NULL when none is near.
 * *length is the result's length: a section is the start of a longer string. */
const char *key_nearest_section(const char *name, const char *const *words, size_t *length);

/* The key that other programs call so, as learning_rate, with or without a section; NULL when none
 * is known. */
const struct key *key_known_as(const char *name);

/* Of an option table (runner/base/options.h, explain) whose command takes --set: a key that people
 * take for an option, as --epochs 3 for --set train.epochs=3. */
bool key_explain_option(const char *name, const char *value, bool near, char *hint, size_t size);

#endif
