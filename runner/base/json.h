/* JSON text into a stream. Write errors stay in the stream (ferror). */
#ifndef RUNNER_BASE_JSON_H
#define RUNNER_BASE_JSON_H

#include <stddef.h>
#include <stdio.h>

/* What is UTF-8 passes through as it is; every byte that is none stands as \xNN. */
void json_string(FILE *out, const char *text);

/* A number that reads back to the same double; null where it is not finite. */
void json_real(FILE *out, double value);

/* The same with 7 significant digits. */
void json_rounded(FILE *out, double value);

/* An array of n numbers that read back to the same floats; NaN and infinities, which JSON lacks,
 * become null. */
void json_floats(FILE *out, const float *values, size_t n);

#endif
