/* UTF-8 text as people see it. What is no UTF-8 counts as some characters or other. */
#ifndef RUNNER_BASE_TEXT_H
#define RUNNER_BASE_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* The most bytes of text, up to `most`, that end with a whole character. */
size_t text_cut(const char *text, size_t most);

/* The characters in the first `size` bytes of text. */
size_t text_width(const char *text, size_t size);

enum { TEXT_COLUMNS = 80 }; /* of a terminal, and of a line of help */

/* Writes text as lines of at most TEXT_COLUMNS characters, broken at blanks and at each '\n'; the
 * last one is ended, too. The first goes on in `column`, the others have `indent` blanks in front.
 * A word that is longer than a line stays whole. Write errors stay in the stream. */
void text_wrap(FILE *out, const char *text, size_t column, size_t indent);

/* Writes an entry of a list: what it is called, and from `column` on, wrapped, what it is. */
void text_entry(FILE *out, const char *name, const char *help, size_t column);

/* What `write` writes to a stream, as allocated text; NULL when out of memory. */
char *text_make(void (*write)(FILE *out, const void *context), const void *context);

#endif
