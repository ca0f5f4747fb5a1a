/* The values of a point's settings: numbers as such, everything else as text. */
#ifndef RUNNER_PLOT_PLOT_VALUE_H
#define RUNNER_PLOT_PLOT_VALUE_H

#include "runner/store/store_query.h"

#include <stdbool.h>

/* The longest text of a number, with its zero. */
enum { PLOT_NUMBER = 40 };

/* NULL is the same as NULL alone. */
bool plot_value_same(const struct store_value *a, const struct store_value *b);

/* The value as keys have it, NULL for NULL; that of a number is written to `number`. */
const char *plot_value_text(const struct store_value *value, char number[PLOT_NUMBER]);

#endif
