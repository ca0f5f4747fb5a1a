/* A piece of somebody's text as part of a one-line message. */
#ifndef RUNNER_BASE_QUOTE_H
#define RUNNER_BASE_QUOTE_H

enum { QUOTE_SIZE = 64 };

/* Writes text between single quotes, made printable (core/printable.h) and cut (at a character of
 * UTF-8) to fit. Returns out. */
const char *quote(char out[QUOTE_SIZE], const char *text);

#endif
