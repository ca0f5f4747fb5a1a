/* UTF-8 text as people see it. What is no UTF-8 counts as some characters or other. */
#ifndef RUNNER_BASE_TEXT_H
#define RUNNER_BASE_TEXT_H

#include <stddef.h>

/* The most bytes of text, up to `most`, that end with a whole character. */
size_t text_cut(const char *text, size_t most);

/* The characters in the first `size` bytes of text. */
size_t text_width(const char *text, size_t size);

#endif
