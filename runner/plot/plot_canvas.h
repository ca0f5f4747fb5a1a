/* The frame of a figure, as text for gnuplot (5.4 or newer): terminal, style, panels side by side,
 * and beneath them all a strip for the legend, which so never covers data. Lengths are in pixels of
 * an SVG; PNG has two pixels for each, PDF one point. Write errors stay in the stream (ferror). */
#ifndef RUNNER_PLOT_PLOT_CANVAS_H
#define RUNNER_PLOT_PLOT_CANVAS_H

#include <stddef.h>
#include <stdio.h>

enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF };

/* One entry of a legend: a style as gnuplot has it, "with lines linewidth 2", and its title. */
struct plot_entry {
    const char *style, *title;
};

enum { PLOT_MOST_ENTRIES = 20 };

struct plot_canvas {
    size_t panels, columns;          /* panels in rows of `columns` */
    double width, height;            /* of the area inside a panel's axes */
    double left, right, top, bottom; /* around that area, for tics and titles */
    double margin;                   /* to the right of all panels, for a colour scale */
    size_t entries;
    struct plot_entry legend[PLOT_MOST_ENTRIES]; /* [entries] */
};

/* Top with room for a title of one line, and what each further line takes. */
enum { PLOT_TOP = 38, PLOT_LINE = 19 };

/* Sizes for so many panels, with room for axis titles; no margin and no legend. */
struct plot_canvas plot_canvas_default(size_t panels);

/* The room for a line over a panel. */
double plot_canvas_room(const struct plot_canvas *canvas);

/* Makes room for labels of that width (plot_text_width) beside the vertical axis. */
void plot_canvas_tics(struct plot_canvas *canvas, double width);

/* Adds to the legend; both strings are borrowed until plot_canvas_end. */
void plot_canvas_entry(struct plot_canvas *canvas, const char *style, const char *title);

/* Terminal, output (a file's name without quotes; NULL: standard output) and common style, which
 * includes the colours `train` and `test` and the unit of pointsize, `dot`. */
void plot_canvas_begin(const struct plot_canvas *canvas, enum plot_format format,
                       const char *output, FILE *out);

/* Has the palette drawn once, in the margin, with a title above; after plot_canvas_begin. */
void plot_canvas_colorbox(const struct plot_canvas *canvas, const char *title, FILE *out);

/* Makes the next plot command draw panel i, counted from 0, the variable `panel` being i. A title
 * of the vertical axis is given only to the first panel of a row. */
void plot_canvas_panel(const struct plot_canvas *canvas, size_t i, const char *title,
                       const char *ylabel, FILE *out);

/* Draws the legend and ends the figure. */
void plot_canvas_end(const struct plot_canvas *canvas, FILE *out);

/* Numbers on a line, NaN for what is not finite. */
void plot_numbers(const double *numbers, size_t n, FILE *out);

#endif
