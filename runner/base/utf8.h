/* Bytes of the system's, such as names of files, as UTF-8. */
#ifndef RUNNER_BASE_UTF8_H
#define RUNNER_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the character that text, which is not empty, begins with; 0 when it is none. */
size_t utf8_character(const char *text);

/* Whether text is UTF-8 (RFC 3629). */
bool utf8_valid(const char *text);

/* Text with every byte that is no part of UTF-8 as \xNN, N hexadecimal. Allocated; NULL when out of
 * memory. */
char *utf8_escape(const char *text);

#endif
