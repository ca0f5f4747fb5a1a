/* JSON text into a stream. Write errors stay in the stream (ferror). */
#ifndef RUNNER_BASE_JSON_H
#define RUNNER_BASE_JSON_H

#include <stddef.h>
#include <stdio.h>

/* What is UTF-8 passes through as it is; every byte that is none stands as \xNN. */
void json_string(FILE *out, const char *text);

/* An array of n numbers that read back to the same floats; NaN and infinities, which JSON lacks,
 * become null. */
void json_floats(FILE *out, const float *values, size_t n);

/* With 7 significant digits; NaN and infinities become null. */
void json_real(FILE *out, double value);

#endif
