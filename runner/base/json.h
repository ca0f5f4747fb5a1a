/* JSON text into a stream. Write errors stay in the stream (ferror). */
#ifndef RUNNER_BASE_JSON_H
#define RUNNER_BASE_JSON_H

#include <stddef.h>
#include <stdio.h>

/* text is UTF-8, which passes through as it is. */
void json_string(FILE *out, const char *text);

/* An array of n numbers that read back to the same floats; NaN and infinities, which JSON lacks,
 * become null. */
void json_floats(FILE *out, const float *values, size_t n);

#endif
