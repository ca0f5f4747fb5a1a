/* Decimal numbers as text, read and written alike in every locale. */
#ifndef RUNNER_BASE_NUMBER_H
#define RUNNER_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum number_status {
    NUMBER_OK,
    NUMBER_MALFORMED,   /* not a number from its first to its last character */
    NUMBER_OUT_OF_RANGE /* too large, or nonzero but too small, for the type */
};

/* The whole text as [+-]digits[.digits][e[+-]digits], digits before or after the point: no blanks,
 * no hexadecimal, no nan or inf. Minus zero reads as zero, so that equal values are identical. */
enum number_status number_parse_real(const char *text, double *value);

/* The whole text as [+]digits. */
enum number_status number_parse_integer(const char *text, uint64_t *value);

/* The shortest decimal that reads back to the same double ("0.001", "1e-06", "60"); returns what
 * snprintf would. value must be finite. */
int number_format_real(double value, char *text, size_t size);

/* The value rounded to 15 significant digits, the most that every double keeps: where it was
 * computed within an error of some 2 ulp of a decimal of that length, this is that decimal. */
int number_format_rounded(double value, char *text, size_t size);

/* The value rounded to so many significant digits (at least 1), without trailing zeros, as %g has
 * it
 * ("0.1", "1e-06"); from 15 digits on the text of number_format_real, which no other value has.
 * Returns what snprintf would. value must be finite. */
int number_format_digits(double value, int digits, char *text, size_t size);

/* The fewest digits, `least` (at least 1) or more, with which number_format_digits writes those of
 * the values that differ as texts that differ. They must be finite and are left in ascending
 * order. */
int number_digits_apart(double *values, size_t n, int least);

#endif
