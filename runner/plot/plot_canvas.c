#include "runner/plot/plot_canvas.h"

#include "runner/plot/plot_text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { LEGEND_ROW = 22, LEGEND_PADDING = 20, LEGEND_SAMPLE = 52 };
enum { COLORBOX_GAP = 8, COLORBOX_WIDTH = 14, AXIS_TITLE = 52 };

struct plot_canvas plot_canvas_default(size_t panels) {
    const size_t columns = panels < 3 ? panels : panels == 4 ? 2 : 3;
    return (struct plot_canvas){.panels = panels,
                                .columns = columns,
                                .width = columns == 1   ? 460
                                         : columns == 2 ? 350
                                                        : 290,
                                .height = columns == 1   ? 330
                                          : columns == 2 ? 270
                                                         : 235,
                                .left = 80,
                                .right = 18,
                                .top = PLOT_TOP,
                                .bottom = 60};
}

void plot_canvas_entry(struct plot_canvas *canvas, const char *style, const char *title) {
    assert(canvas->entries < PLOT_MOST_ENTRIES);
    canvas->legend[canvas->entries++] = (struct plot_entry){style, title};
}

/* Titles stand over the middle. */
double plot_canvas_room(const struct plot_canvas *canvas) {
    return canvas->width + 2 * fmin(canvas->left, canvas->right);
}

/* The axis has a title, too. */
void plot_canvas_tics(struct plot_canvas *canvas, double width) {
    canvas->left = fmax(canvas->left, AXIS_TITLE + width);
}

static double panels_width(const struct plot_canvas *canvas) {
    return (double)canvas->columns * (canvas->left + canvas->width + canvas->right);
}

static double total_width(const struct plot_canvas *canvas) {
    return panels_width(canvas) + canvas->margin;
}

/* Columns of the legend: as many as fit, in rows that are equally full. */
static size_t legend_columns(const struct plot_canvas *canvas, size_t *rows) {
    double widest = 0;
    for (size_t i = 0; i < canvas->entries; i++)
        widest =
            fmax(widest, plot_text_width(canvas->legend[i].title, strlen(canvas->legend[i].title)));
    const double entry = LEGEND_SAMPLE + widest;
    const size_t most = (size_t)fmax(1, floor(total_width(canvas) / entry));
    *rows = (canvas->entries + most - 1) / most;
    return *rows == 0 ? 0 : (canvas->entries + *rows - 1) / *rows;
}

static double legend_height(const struct plot_canvas *canvas) {
    size_t rows;
    return legend_columns(canvas, &rows) == 0 ? 0 : LEGEND_ROW * (double)rows + LEGEND_PADDING;
}

static double total_height(const struct plot_canvas *canvas) {
    const size_t rows = (canvas->panels + canvas->columns - 1) / canvas->columns;
    return (double)rows * (canvas->top + canvas->height + canvas->bottom) + legend_height(canvas);
}

static void write_terminal(const struct plot_canvas *canvas, enum plot_format format, FILE *out) {
    const double width = total_width(canvas), height = total_height(canvas);
    switch (format) {
    case PLOT_SVG:
        (void)fprintf(out,
                      "set terminal svg enhanced standalone size %.0f,%.0f font 'sans-serif,14' "
                      "background 'white'\n",
                      width, height);
        return;
    case PLOT_PNG:
        (void)fprintf(out,
                      "set terminal pngcairo enhanced size %.0f,%.0f font 'sans,11' fontscale 2 "
                      "linewidth 2 pointscale 2.4 background 'white'\n",
                      2 * width, 2 * height);
        return;
    case PLOT_PDF:
        (void)fprintf(out,
                      "set terminal pdfcairo enhanced size %.3fin,%.3fin font 'sans,11' "
                      "fontscale 1 linewidth 2 pointscale 1.2 background 'white'\n",
                      width / 72, height / 72);
        return;
    }
}

void plot_canvas_begin(const struct plot_canvas *canvas, enum plot_format format,
                       const char *output, FILE *out) {
    write_terminal(canvas, format, out);
    if (output != NULL)
        (void)fprintf(out, "set output '%s'\n", output);
    /* gnuplot's SVG has no factor for the size of points. */
    (void)fprintf(out, "dot = %.1f\n", format == PLOT_SVG ? 0.8 : 1.0);
    /* Blue and vermilion are told apart by colour-blind readers (Okabe & Ito 2008). */
    (void)fputs(
        "set encoding utf8\n"
        "train = 0x0072b2\n"
        "test = 0xd55e00\n"
        "set border 3 linecolor rgb 0x606060\n"
        "set tics nomirror textcolor rgb 0x000000\n"
        "set grid linecolor rgb 0xe4e4e4 linetype 1\n"
        "unset key\n"
        "set multiplot\n",
        out);
}

void plot_canvas_colorbox(const struct plot_canvas *canvas, const char *title, FILE *out) {
    const double width = total_width(canvas), height = total_height(canvas);
    const double left = panels_width(canvas) + COLORBOX_GAP - canvas->right;
    (void)fprintf(out,
                  "set colorbox user origin screen %.5f, screen %.5f size screen %.5f, screen %.5f "
                  "noborder\n"
                  "set label 1 '%s' at screen %.5f, screen %.5f left\n",
                  left / width, 1 - (canvas->top + canvas->height) / height, COLORBOX_WIDTH / width,
                  canvas->height / height, title, left / width, 1 - canvas->top / 2 / height);
}

void plot_canvas_panel(const struct plot_canvas *canvas, size_t i, const char *title,
                       const char *ylabel, FILE *out) {
    const double width = total_width(canvas), height = total_height(canvas);
    const size_t row = i / canvas->columns, column = i % canvas->columns;
    const double left =
        (double)column * (canvas->left + canvas->width + canvas->right) + canvas->left;
    const double top = (double)row * (canvas->top + canvas->height + canvas->bottom) + canvas->top;
    (void)fprintf(out,
                  "set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
                  "set tmargin at screen %.5f\nset bmargin at screen %.5f\n",
                  left / width, (left + canvas->width) / width, 1 - top / height,
                  1 - (top + canvas->height) / height);
    (void)fputs("set title noenhanced offset 0, -0.5 ", out);
    plot_string(title, out);
    (void)fprintf(out, "\nset ylabel '%s'\npanel = %zu\n", column == 0 ? ylabel : "", i);
    if (i == 1)
        (void)fputs("unset colorbox\nunset label 1\n", out);
}

void plot_canvas_end(const struct plot_canvas *canvas, FILE *out) {
    size_t rows;
    (void)fprintf(out,
                  "unset border\nunset tics\nunset title\nunset xlabel\nunset ylabel\n"
                  "unset colorbox\nunset label\nunset logscale\nset margins 0, 0, 0, 0\n"
                  "set size noratio\n"
                  "set key at screen 0.5, screen %.5f center center horizontal maxcols %zu "
                  "reverse Left samplen 2.5 width -2 spacing 1.15 noenhanced\n"
                  "plot [0:1] [0:1] NaN notitle",
                  legend_height(canvas) / 2 / total_height(canvas), legend_columns(canvas, &rows));
    for (size_t i = 0; i < canvas->entries; i++) {
        (void)fprintf(out, ", \\\n    keyentry %s title ", canvas->legend[i].style);
        plot_string(canvas->legend[i].title, out);
    }
    (void)fputs("\nunset multiplot\n", out);
}

void plot_numbers(const double *numbers, size_t n, FILE *out) {
    for (size_t i = 0; i < n; i++) {
        if (isfinite(numbers[i]))
            (void)fprintf(out, "%.6g", numbers[i]);
        else
            (void)fputs("NaN", out);
        (void)putc(i + 1 < n ? ' ' : '\n', out);
    }
}
