/* Exact decimal fractions, for grids: from + k * step has no rounding error here, so that 0.1, 0.2,
 * 0.3 are those numbers and both ends of a range are met. */
#ifndef RUNNER_BASE_DECIMAL_H
#define RUNNER_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

__extension__ typedef __int128 decimal_digits;

struct decimal { /* digits * 10^exponent */
    decimal_digits digits;
    int exponent;
};

/* The longest text that decimal_format writes, with its zero. */
enum { DECIMAL_SIZE = 72 };

/* Reads a text that number_parse_real has accepted. False when it has more than 30 significant
 * digits. */
bool decimal_parse(const char *text, struct decimal *value);

/* Gives n values one exponent. False when one of them would need more than 30 digits. Sums of
 * aligned values, and their products with factors up to 10^6, do not overflow. */
bool decimal_align(struct decimal *values, size_t n);

/* Writes value so that number_parse_real reads it; without an exponent unless that would take more
 * than 18 zeros, and a whole number without a point. */
void decimal_format(struct decimal value, char text[DECIMAL_SIZE]);

#endif
