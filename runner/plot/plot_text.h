/* Text in a figure: how wide it is, where it is broken, and how gnuplot is told of it. Lengths are
 * in pixels of an SVG, as in plot_canvas.h. */
#ifndef RUNNER_PLOT_PLOT_TEXT_H
#define RUNNER_PLOT_PLOT_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* An upper bound on the width of the first `size` bytes of text in the fonts that viewers are
 * likely to have. */
double plot_text_width(const char *text, size_t size);

/* A copy of text, the caller's to free, in lines that `room` holds: broken at ", " where it can be,
 * else at a blank, else within a word, but never within a character. *lines is their number, *width
 * (may be NULL) what the widest takes. NULL when out of memory. */
char *plot_text_wrap(const char *text, double room, size_t *lines, double *width);

/* Text as a string of gnuplot's, which does nothing but stand there; may have several lines. What
 * is no character that an SVG can hold is written as '?'. */
void plot_string(const char *text, FILE *out);

#endif
