/* Figure codes: every code p(z|x) of a two-dimensional model as an ellipse, over the entropy of the
 * decoder (Figure 2). */
#include "runner/base/number.h"
#include "runner/plot/plot_axis.h"
#include "runner/plot/plot_clouds.h"
#include "runner/plot/plot_figure.h"
#include "runner/plot/plot_label.h"
#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLORS = 10, GRID = 120, SUBGRID = 4 };

/* 95 % of a Gaussian in the plane lie within this many standard deviations: the root of 5.991. */
static const double RADIUS = 2.44775;

/* Nine colours for colour-blind readers (Tol 2021, "muted"), and black. */
static const char settings[] =
    "array colors[10] = [0x332288, 0x88ccee, 0x117733, 0xddcc77, 0xcc6677, 0xaa4499, 0x44aa99, "
    "0x882255, 0x999933, 0x000000]\n"
    "shade(label) = colors[1 + int(label) % 10]\n"
    "set palette defined (0 '#ffffff', 1 '#8c8c8c')\n"
    "set cblabel 'entropy of q(y|z) (bits)'\n"
    "set style textbox opaque noborder fillcolor rgb 0x50ffffff margins 0.4, 0.4\n"
    "unset grid\n"
    "set border 15\n"
    "set xlabel 'z_1'\n";

/* A square in the plane of z. */
struct square {
    double centre[2], half;
};

/* Around all ellipses. */
static struct square frame(const struct plot_cloud *cloud) {
    struct square square;
    double low[2] = {(double)INFINITY, (double)INFINITY};
    double high[2] = {-(double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < cloud->n; i++) {
        const struct plot_code *code = &cloud->codes[i];
        const double reach[2] = {RADIUS * code->l11, RADIUS * hypot(code->l21, code->l22)};
        for (int axis = 0; axis < 2; axis++) {
            low[axis] = fmin(low[axis], code->mu[axis] - reach[axis]);
            high[axis] = fmax(high[axis], code->mu[axis] + reach[axis]);
        }
    }
    for (int axis = 0; axis < 2; axis++)
        square.centre[axis] = (low[axis] + high[axis]) / 2;
    square.half = 1.03 * fmax(1e-3, fmax(high[0] - low[0], high[1] - low[1]) / 2);
    return square;
}

/* Bits. */
static double entropy(const struct plot_cloud *cloud, double x, double y) {
    double logit[PLOT_MOST_CLASSES], most = -(double)INFINITY, sum = 0, mean = 0;
    for (size_t c = 0; c < cloud->classes; c++) {
        logit[c] = x * cloud->weight[0][c] + y * cloud->weight[1][c] + cloud->bias[c];
        most = fmax(most, logit[c]);
    }
    for (size_t c = 0; c < cloud->classes; c++) {
        const double e = exp(logit[c] - most);
        sum += e;
        mean += e * (logit[c] - most);
    }
    return (log(sum) - mean / sum) / log(2);
}

/* The mean over a cell of the image: a border between classes may be finer than a cell. */
static double cell_entropy(const struct plot_cloud *cloud, double x, double y, double side) {
    double sum = 0;
    for (int i = 0; i < SUBGRID; i++)
        for (int j = 0; j < SUBGRID; j++)
            sum += entropy(cloud, x + side * ((i + 0.5) / SUBGRID - 0.5),
                           y + side * ((j + 0.5) / SUBGRID - 0.5));
    return sum / (SUBGRID * SUBGRID);
}

static void write_entropy(const struct plot_cloud *cloud, const struct square *square, FILE *out) {
    const double side = 2 * square->half / GRID;
    (void)fputs("$entropy << EOD\n", out);
    for (int row = 0; row < GRID; row++)
        for (int column = 0; column < GRID; column++) {
            const double x = square->centre[0] - square->half + side * (column + 0.5);
            const double y = square->centre[1] - square->half + side * (row + 0.5);
            (void)fprintf(out, "%.3g%c", cell_entropy(cloud, x, y, side),
                          column + 1 < GRID ? ' ' : '\n');
        }
    (void)fputs("EOD\n", out);
}

/* A closed outline within a quarter of a pixel of the ellipse, unless that takes more corners than
 * `most`. One smaller than a pixel is drawn as large as one: it would be invisible. */
static void write_ellipse(const struct plot_code *code, double pixel, double most, FILE *out) {
    const double real = RADIUS * hypot(code->l11, hypot(code->l21, code->l22)) / pixel;
    const double size = fmax(1, real), radius = RADIUS * size / real;
    const double enough = ceil(M_PI * sqrt(2 * size)); /* size (1 - cos(pi / corners)) = 1/4 */
    const int corners = (int)fmin(most, fmax(8, enough));
    const int digits = (int)fmax(0, ceil(-log10(pixel / 10)));
    for (int k = 0; k <= corners; k++) {
        const double t = 2 * M_PI * (k % corners) / corners, c = cos(t), s = sin(t);
        (void)fprintf(out, "%.*f %.*f %d\n", digits, code->mu[0] + radius * code->l11 * c, digits,
                      code->mu[1] + radius * (code->l21 * c + code->l22 * s), code->label);
    }
    (void)putc('\n', out);
}

/* gnuplot's SVG spells out every corner: a thousand codes are to make less than half a megabyte. */
static double most_corners(const struct plot *plot, const struct plot_cloud *cloud) {
    const double smooth = 72;
    return plot->format != PLOT_SVG ? smooth : fmax(12, fmin(smooth, 24000 / (double)cloud->n));
}

static void write_ellipses(const struct plot *plot, const struct plot_cloud *cloud, double pixel) {
    const double most = most_corners(plot, cloud);
    (void)fputs("$ellipses << EOD\n", plot->out);
    for (size_t k = 0; k < cloud->n; k++)
        write_ellipse(&cloud->codes[k], pixel, most, plot->out);
    (void)fputs("EOD\n", plot->out);
}

/* Where the number of a class stands: the mean of its codes. */
struct centre {
    size_t n;
    double x, y;
};

static bool is_alone(const struct centre *centres, size_t classes, size_t c, double distance) {
    for (size_t other = 0; other < classes; other++)
        if (other != c && centres[other].n > 0 &&
            hypot(centres[other].x - centres[c].x, centres[other].y - centres[c].y) < distance)
            return false;
    return true;
}

/* Those that would cover each other are left out: colours remain. */
static void write_numbers(const struct plot_cloud *cloud, double pixel, FILE *out) {
    struct centre centres[PLOT_MOST_CLASSES] = {{0, 0, 0}};
    for (size_t i = 0; i < cloud->n; i++) {
        const struct plot_code *code = &cloud->codes[i];
        struct centre *centre = &centres[code->label];
        centre->n++;
        centre->x += (code->mu[0] - centre->x) / (double)centre->n;
        centre->y += (code->mu[1] - centre->y) / (double)centre->n;
    }
    for (size_t c = 0; c < cloud->classes; c++)
        if (centres[c].n > 0 && is_alone(centres, cloud->classes, c, 15 * pixel))
            (void)fprintf(out, "set label '%zu' at %.6g, %.6g center front boxed\n", c,
                          centres[c].x, centres[c].y);
}

/* The titles of all panels: what tells each from the others, and its errors. */
struct titles {
    char *text[PLOT_MAX_PANELS]; /* owned */
    size_t lines;                /* the most of any */
};

static char *make_title(const struct plot_canvas *canvas, const struct plot_cloud *cloud,
                        int digits, size_t *lines) {
    const char *variant = cloud->panel->variant;
    char trade_off[32], number[STORE_NUMBER], *setting = NULL, *title = NULL;
    (void)number_format_digits(cloud->point->trade_off, digits, trade_off, sizeof trade_off);
    if (asprintf(&setting, "%s = %s%s%s", plot_trade_off_letter(cloud->point), trade_off,
                 *variant != '\0' ? ", " : "", variant) < 0)
        return NULL;
    char *wrapped = plot_text_wrap(setting, plot_canvas_room(canvas), lines, NULL);
    free(setting);
    ++*lines;
    if (wrapped != NULL &&
        asprintf(&title, "%s\nerror %.2f %%, with %.8s samples %.2f %%", wrapped,
                 100 * cloud->error, store_value(cloud->point, "evaluate.samples", number),
                 100 * cloud->error_mc) < 0)
        title = NULL;
    free(wrapped);
    return title;
}

/* To be released whatever the result. */
static int make_titles(const struct plot_canvas *canvas, const struct plot_clouds *clouds,
                       struct titles *titles, struct vib_error *err) {
    double trade_offs[PLOT_MAX_PANELS];
    *titles = (struct titles){.lines = 0};
    for (size_t i = 0; i < clouds->n; i++)
        trade_offs[i] = clouds->cloud[i].point->trade_off;
    const int digits = number_digits_apart(trade_offs, clouds->n, 3);
    for (size_t i = 0; i < clouds->n; i++) {
        size_t lines;
        titles->text[i] = make_title(canvas, &clouds->cloud[i], digits, &lines);
        if (titles->text[i] == NULL)
            return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
        titles->lines = lines > titles->lines ? lines : titles->lines;
    }
    return 0;
}

static void release_titles(struct titles *titles) {
    for (size_t i = 0; i < PLOT_MAX_PANELS; i++)
        free(titles->text[i]);
}

static void draw_cloud(const struct plot *plot, const struct plot_canvas *canvas,
                       const struct plot_cloud *cloud, size_t i, const char *title) {
    FILE *out = plot->out;
    const struct square square = frame(cloud);
    const double side = 2 * square.half, pixel = side / canvas->width;
    write_entropy(cloud, &square, out);
    write_ellipses(plot, cloud, pixel);
    plot_canvas_panel(canvas, i, title, "z_2", out);
    write_numbers(cloud, pixel, out);
    (void)fprintf(out,
                  "left = %.6g; bottom = %.6g; side = %.6g; cell = side / %d\n"
                  "set xrange [left : left + side]\n"
                  "set yrange [bottom : bottom + side]\n"
                  "set xtics %g\nset ytics %g\n"
                  "plot $entropy matrix using (left + ($1 + 0.5) * cell):"
                  "(bottom + ($2 + 0.5) * cell):3 with image, \\\n"
                  "    $ellipses using 1:2:(0x40000000 + shade($3)) with lines linewidth 0.6 "
                  "linecolor rgb variable\n"
                  "unset label\n",
                  square.centre[0] - square.half, square.centre[1] - square.half, side, GRID,
                  plot_axis_step(side), plot_axis_step(side));
}

/* The strings of a legend. */
struct class_entries {
    char style[COLORS][64], title[COLORS][32];
};

static void add_classes(struct plot_canvas *canvas, struct class_entries *entries, size_t classes) {
    for (size_t i = 0; i < COLORS && i < classes; i++) {
        (void)snprintf(entries->style[i], sizeof entries->style[i],
                       "with lines linewidth 3 linecolor rgb colors[%zu]", i + 1);
        (void)snprintf(entries->title[i], sizeof entries->title[i], "class %zu%s", i,
                       i + COLORS < classes ? ", ..." : "");
        plot_canvas_entry(canvas, entries->style[i], entries->title[i]);
    }
}

/* Beside the vertical axes of all panels, which have the same room. */
static double tics_width(const struct plot_clouds *clouds) {
    double widest = 0;
    for (size_t i = 0; i < clouds->n; i++) {
        const struct square square = frame(&clouds->cloud[i]);
        const struct plot_range side = {square.centre[1] - square.half,
                                        square.centre[1] + square.half};
        widest = fmax(widest, plot_axis_room(side, plot_axis_step(2 * square.half)));
    }
    return widest;
}

static int draw(const struct plot *plot, const struct plot_clouds *clouds, struct vib_error *err) {
    struct plot_canvas canvas = plot_canvas_default(clouds->n);
    struct class_entries entries;
    struct titles titles;
    size_t classes = 0;
    for (size_t i = 0; i < clouds->n; i++)
        classes = clouds->cloud[i].classes > classes ? clouds->cloud[i].classes : classes;
    int rc = make_titles(&canvas, clouds, &titles, err);
    if (rc == 0) {
        canvas.height = canvas.width;
        canvas.top = fmax(canvas.top, PLOT_TOP + PLOT_LINE * (double)(titles.lines - 1));
        canvas.margin = 72;
        plot_canvas_tics(&canvas, tics_width(clouds));
        add_classes(&canvas, &entries, classes);
        plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
        (void)fprintf(plot->out, "%sset cbrange [0 : %.6g]\n", settings, log2((double)classes));
        plot_canvas_colorbox(&canvas, "", plot->out);
        for (size_t i = 0; i < clouds->n; i++)
            draw_cloud(plot, &canvas, &clouds->cloud[i], i, titles.text[i]);
        plot_canvas_end(&canvas, plot->out);
    }
    release_titles(&titles);
    return rc;
}

int plot_codes(const struct plot *plot, struct vib_error *err) {
    struct plot_clouds clouds;
    int rc = plot_clouds_read(&clouds, &plot->panels, plot->data, plot->store, err);
    if (rc == 0)
        rc = draw(plot, &clouds, err);
    plot_clouds_release(&clouds);
    return rc;
}
