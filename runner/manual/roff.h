/* Texts as roff, for pages of the manual in the macros of man(7). Write errors stay in the stream.
 */
#ifndef RUNNER_MANUAL_ROFF_H
#define RUNNER_MANUAL_ROFF_H

#include <stdio.h>

/* One word, or a few, within a line: what roff would read as its own is escaped. */
void roff_word(FILE *out, const char *text);

/* Lines of a paragraph, filled anew by whoever shows them; '\n' begins a new line there, two of
 * them leave one free. */
void roff_text(FILE *out, const char *text);

/* ".SH NAME" */
void roff_section(FILE *out, const char *name);

/* An entry of a list: the words of its name in bold, and what it is. */
void roff_entry(FILE *out, const char *name, const char *text);

#endif
