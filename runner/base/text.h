/* UTF-8 text as people see it. What is no UTF-8 counts as some characters or other. */
#ifndef RUNNER_BASE_TEXT_H
#define RUNNER_BASE_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* The most bytes of text, up to `most`, that end with a whole character. */
size_t text_cut(const char *text, size_t most);

/* How many characters a text has. */
size_t text_characters(const char *text);

/* The columns of a terminal that the first `size` bytes of text take, at the most: two for each
 * character of East Asia, and for what may be as wide. */
size_t text_width(const char *text, size_t size);

/* The most bytes of text that take at most so many columns, whole characters all. */
size_t text_fit(const char *text, size_t columns);

/* Writes text, made printable (core/printable.h). Write errors stay in the stream. */
void text_show(FILE *out, const char *text);

enum { TEXT_COLUMNS = 80 }; /* of a terminal, and of a line of help */

/* Writes text as lines of at most TEXT_COLUMNS columns, broken at blanks and at each '\n'; the
 * last one is ended, too. The first goes on in `column`, the others have `indent` blanks in front.
 * A word that is longer than a line stays whole. Write errors stay in the stream. */
void text_wrap(FILE *out, const char *text, size_t column, size_t indent);

/* Writes an entry of a list: what it is called, and from `column` on, wrapped, what it is. */
void text_entry(FILE *out, const char *name, const char *help, size_t column);

/* What `write` writes to a stream, as allocated text; NULL when out of memory. */
char *text_make(void (*write)(FILE *out, const void *context), const void *context);

#endif
