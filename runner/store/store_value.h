/* The values of a job's settings: numbers as such, everything else as text. */
#ifndef RUNNER_STORE_STORE_VALUE_H
#define RUNNER_STORE_STORE_VALUE_H

#include "runner/store/store_query.h"

#include <stdbool.h>

/* The longest text of a number, with its zero. */
enum { STORE_NUMBER = 40 };

/* A column's value, NULL of the column -1. Text is borrowed, as of store_row_text. False when out
 * of memory. */
bool store_row_value(struct store_row *row, int column, struct store_value *value);

/* NULL is the same as NULL alone. */
bool store_value_same(const struct store_value *a, const struct store_value *b);

/* The value as keys have it, NULL for NULL; that of a number is written to `number`. */
const char *store_value_text(const struct store_value *value, char number[STORE_NUMBER]);

#endif
