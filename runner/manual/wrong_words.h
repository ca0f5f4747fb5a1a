/* What people try as a command, or as an option of the sweep, and what does what they mean. */
#ifndef RUNNER_MANUAL_WRONG_WORDS_H
#define RUNNER_MANUAL_WRONG_WORDS_H

#include "runner/base/options.h"

/* Rows that end with one without a word. */
extern const struct option_hint wrong_commands[];
extern const struct option_hint wrong_options[];

#endif
