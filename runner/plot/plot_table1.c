/* Figure table1: the test error of each method (Table 1). */
#include "runner/plot/plot_figure.h"
#include "runner/plot/plot_label.h"
#include "runner/plot/plot_text.h"
#include "runner/store/store_query.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BARS = 16 };

/* The rows of Table 1 in its order, with the paper's errors for MNIST and K = 256, in %; then the
 * methods that the paper does not have. */
static const struct {
    const char *method;
    double paper;
    bool bottleneck; /* of the information, so drawn in the other colour */
} rows[] = {
    {"deterministic", 1.38, false},
    {"dropout", 1.34, false},
    {"confidence_penalty", 1.36, false},
    {"label_smoothing", 1.40, false},
    {"vib", 1.13, true},
    {"ceb", (double)NAN, true},
    {"nonlinear_ib", (double)NAN, true},
};
enum { ROWS = sizeof rows / sizeof rows[0] };
_Static_assert((int)ROWS == (int)VIB_METHODS, "a row for each method");

struct bar {
    const struct plot_point *point;
    size_t row;
    char *label;  /* owned */
    size_t lines; /* of the label */
    double paper; /* NaN where the paper has no such job */
};

struct bars {
    size_t n;
    struct bar bar[MOST_BARS];
};

static int no_memory(struct vib_error *err) {
    return vib_error_set(err, VIB_ENOMEM, "plot: out of memory");
}

static bool same_method(const struct plot_point *a, const struct plot_point *b) {
    return strcmp(a->method, b->method) == 0;
}

/* A share, with probabilities averaged over samples of z where the code is stochastic. */
static const struct plot_mean *test_error(const struct bar *bar) {
    return &bar->point->measure[PLOT_TEST][PLOT_ERROR_MC];
}

/* The paper's beta is 1e-3. */
static double paper_error(const struct plot_point *point, size_t row) {
    char number[STORE_NUMBER];
    const bool has = strcmp(store_value(point, "dataset.name", number), "mnist") == 0 &&
                     point->K == 256 &&
                     (isnan(point->trade_off) || fabs(point->trade_off - 1e-3) < 1e-9);
    return has ? rows[row].paper : (double)NAN;
}

static int add_bar(struct bars *bars, size_t row, const struct plot_point *point,
                   struct vib_error *err) {
    if (bars->n == MOST_BARS)
        return vib_error_set(err, VIB_EDATA,
                             "plot: more than %d bars, one for each method and setting; choose "
                             "with --K N, --beta B or --only KEY=VALUE",
                             MOST_BARS);
    bars->bar[bars->n++] =
        (struct bar){.point = point, .row = row, .paper = paper_error(point, row)};
    return 0;
}

/* Makes labels for all of bars[first...]; *apart: whether each has its own. */
static int make_labels(struct bars *bars, size_t first, const bool *shown, const int *digits,
                       bool *apart, struct vib_error *err) {
    *apart = true;
    for (size_t i = first; i < bars->n; i++) {
        struct bar *bar = &bars->bar[i];
        free(bar->label);
        bar->label =
            plot_describe(bar->point, plot_method_name(rows[bar->row].method), shown, digits);
        if (bar->label == NULL)
            return no_memory(err);
        for (size_t j = first; j < i; j++)
            *apart &= strcmp(bar->label, bars->bar[j].label) != 0;
    }
    return 0;
}

/* The digest of the data is shown only where nothing else tells bars apart. */
static int label_bars(struct bars *bars, size_t first, bool *differs, struct vib_error *err) {
    const struct plot_point *points[MOST_BARS];
    const bool digest = differs[n_keys];
    bool apart = true;
    int *digits = calloc(n_keys + 1, sizeof *digits);
    if (digits == NULL)
        return no_memory(err);
    for (size_t i = first; i < bars->n; i++)
        points[i - first] = bars->bar[i].point;
    int rc = plot_digits(points, bars->n - first, digits, err);
    differs[n_keys] = false;
    if (rc == 0)
        rc = make_labels(bars, first, differs, digits, &apart, err);
    differs[n_keys] = digest;
    if (rc == 0 && digest && !apart)
        rc = make_labels(bars, first, differs, digits, &apart, err);
    free(digits);
    return rc;
}

static bool any_two(const struct plot_point *a, const struct plot_point *b) {
    (void)a;
    (void)b;
    return true;
}

/* Adds to `differs` how points of all methods differ in their data. */
static int mark_data(const struct plot_data *data, bool *differs, struct vib_error *err) {
    bool *any = calloc(n_keys + 1, sizeof *any);
    if (any == NULL)
        return no_memory(err);
    plot_differences(data->ordered, data->n, any_two, any);
    for (size_t k = 0; k <= n_keys; k++)
        differs[k] |= any[k] && plot_is_of_data(k);
    free(any);
    return 0;
}

/* The bars of these points, all of one method. */
static int add_method(struct bars *bars, size_t row, const struct plot_data *data, size_t start,
                      size_t end, bool *differs, struct vib_error *err) {
    const size_t first = bars->n;
    plot_differences(&data->ordered[start], end - start, same_method, differs);
    for (int m = 0; m < VIB_METHODS; m++) {
        const struct key *trade_off = key_trade_off((enum vib_method)m);
        if (trade_off != NULL)
            differs[trade_off - keys] = true; /* shown even where there is but one */
    }
    int rc = mark_data(data, differs, err);
    for (size_t i = start; i < end && rc == 0; i++)
        rc = add_bar(bars, row, data->ordered[i], err);
    if (rc == 0)
        rc = label_bars(bars, first, differs, err);
    return rc;
}

static int make_bars(struct bars *bars, const struct plot_data *data, struct vib_error *err) {
    bool *differs = calloc(n_keys + 1, sizeof *differs);
    int rc = 0;
    bars->n = 0;
    if (differs == NULL)
        rc = no_memory(err);
    for (size_t row = 0; row < ROWS && rc == 0; row++) {
        size_t start = 0, end;
        while (start < data->n && strcmp(data->ordered[start]->method, rows[row].method) != 0)
            start++;
        for (end = start; end < data->n && same_method(data->ordered[start], data->ordered[end]);)
            end++;
        rc = add_method(bars, row, data, start, end, differs, err);
    }
    free(differs);
    return rc;
}

/* Breaks the labels into lines; *width is what the widest takes. */
static int wrap_labels(struct bars *bars, double *width, struct vib_error *err) {
    static const double room = 420;
    *width = 0;
    for (size_t i = 0; i < bars->n; i++) {
        struct bar *bar = &bars->bar[i];
        double widest;
        char *wrapped = plot_text_wrap(bar->label, room, &bar->lines, &widest);
        if (wrapped == NULL)
            return no_memory(err);
        free(bar->label);
        bar->label = wrapped;
        *width = fmax(*width, widest);
    }
    return 0;
}

static void release(struct bars *bars) {
    for (size_t i = 0; i < bars->n; i++)
        free(bars->bar[i].label);
}

/* --- data --- */

/* Where seeds are written to. */
struct seeds {
    const struct bars *bars;
    FILE *out;
};

/* Rings that would hide each other stand above each other, closer the more they are. */
static double height_of_ring(double rank, double n) {
    return (rank - (n - 1) / 2) * fmin(0.2, 0.36 / fmax(1, n - 1));
}

static int write_seed(void *context, struct store_row *row, struct vib_error *err) {
    const struct seeds *seeds = context;
    const int64_t point = store_row_integer(row, 0);
    (void)err;
    for (size_t i = 0; i < seeds->bars->n; i++)
        if (seeds->bars->bar[i].point->id == point) {
            const double numbers[] = {
                (double)i, 100 * store_row_real(row, 1),
                height_of_ring(store_row_real(row, 2), store_row_real(row, 3))};
            plot_numbers(numbers, 3, seeds->out);
        }
    return 0;
}

/* The greatest error or end of an interval that is shown, a share. */
static double greatest(const struct bars *bars) {
    double most = 0;
    for (size_t i = 0; i < bars->n; i++) {
        const struct plot_mean *error = test_error(&bars->bar[i]);
        most = fmax(most, fmax(error->mean, error->mean + error->half));
    }
    return most;
}

/* Seeds of a bar, each with its rank among those that are nearer to the next than ?1 and their
 * number. */
static const char seeds_sql[] =
    "WITH near AS ("
    "    SELECT point, job, error_mc,"
    "           coalesce(error_mc - lag(error_mc) OVER ascending >= ?1, 1) AS is_apart"
    "    FROM job_point JOIN information_plane USING (job) WHERE split = 'test'"
    "    WINDOW ascending AS (PARTITION BY point ORDER BY error_mc, job)),"
    " heap AS ("
    "    SELECT *, sum(is_apart) OVER (PARTITION BY point ORDER BY error_mc, job) AS heap FROM near)"
    " SELECT point, error_mc, row_number() OVER (members ORDER BY error_mc, job) - 1,"
    "        count(*) OVER members"
    " FROM heap WINDOW members AS (PARTITION BY point, heap) ORDER BY point, error_mc, job";

static int write_data(const struct plot *plot, const struct bars *bars, struct vib_error *err) {
    /* A ring is a fiftieth of the axis wide. */
    const struct store_value ring = {.type = STORE_REAL, .real = greatest(bars) / 50};
    struct seeds seeds = {bars, plot->out};
    const struct store_query query = {
        .sql = seeds_sql, .values = &ring, .n_values = 1, .row = write_seed, .context = &seeds};
    (void)fputs(
        "$bars << EOD\n# place, error % (mean over seeds), half of the 95 % interval, paper's"
        " error %, 1 if VIB or CEB\n",
        plot->out);
    for (size_t i = 0; i < bars->n; i++) {
        const struct bar *bar = &bars->bar[i];
        const double numbers[] = {(double)i, 100 * test_error(bar)->mean,
                                  100 * test_error(bar)->half, bar->paper,
                                  rows[bar->row].bottleneck};
        plot_numbers(numbers, 5, plot->out);
    }
    (void)fputs("EOD\n$seeds << EOD\n# place, error %, height in the bar\n", plot->out);
    const int rc = store_query(plot->store, &query, err);
    (void)fputs("EOD\n", plot->out);
    return rc;
}

/* The error in words; returns the width of the text. */
static double write_error(const struct bar *bar, char *text, size_t size) {
    const struct plot_mean *error = test_error(bar);
    const size_t n_seeds = bar->point->n_seeds;
    char half[32] = "";
    if (isfinite(error->half))
        (void)snprintf(half, sizeof half, " ± %.2f", 100 * error->half);
    (void)snprintf(text, size, "%.2f%s  (%zu seed%s)", 100 * error->mean, half, n_seeds,
                   n_seeds == 1 ? "" : "s");
    return plot_text_width(text, strlen(text));
}

/* Names to the left, numbers to the right. */
static void write_labels(const struct bars *bars, FILE *out) {
    char text[96];
    (void)fputs("set ytics noenhanced scale 0 (", out);
    for (size_t i = 0; i < bars->n; i++) {
        plot_string(bars->bar[i].label, out);
        (void)fprintf(out, " %zu%s", i, i + 1 < bars->n ? ", " : ")\n");
    }
    for (size_t i = 0; i < bars->n; i++) {
        (void)write_error(&bars->bar[i], text, sizeof text);
        (void)fprintf(out, "set label '%s' at graph 1.02, first %zu left\n", text, i);
    }
}

/* --- figure --- */

static bool any_interval(const struct bars *bars) {
    for (size_t i = 0; i < bars->n; i++)
        if (test_error(&bars->bar[i])->half > 0)
            return true;
    return false;
}

static bool any_paper(const struct bars *bars) {
    for (size_t i = 0; i < bars->n; i++)
        if (!isnan(bars->bar[i].paper))
            return true;
    return false;
}

#define BAR "with boxxyerror fillstyle solid 0.5 noborder linecolor rgb variable"
#define SEED "with points pointtype 6 pointsize 0.8 * dot linewidth 1.2 linecolor rgb 0x202020"
#define INTERVAL "with vectors nohead linewidth 2.5 linecolor rgb 0x202020"
#define PAPER "with points pointtype 13 pointsize 1.3 * dot linecolor rgb 0x000000"

static struct plot_canvas make_canvas(const struct bars *bars, double labels_width) {
    enum { BAR_HEIGHT = 36, GAP = 14 };
    struct plot_canvas canvas = plot_canvas_default(1);
    size_t lines = 1;
    double errors_width = 0;
    for (size_t i = 0; i < bars->n; i++) {
        char text[96];
        lines = bars->bar[i].lines > lines ? bars->bar[i].lines : lines;
        errors_width = fmax(errors_width, write_error(&bars->bar[i], text, sizeof text));
    }
    canvas.left = 24 + labels_width;
    canvas.right = 20 + errors_width;
    canvas.height = fmax(BAR_HEIGHT, GAP + PLOT_LINE * (double)lines) * (double)bars->n;
    canvas.top = 16;
    plot_canvas_entry(&canvas, SEED, "one seed");
    if (any_interval(bars))
        plot_canvas_entry(&canvas, INTERVAL, "95 % interval");
    if (any_paper(bars))
        plot_canvas_entry(&canvas, PAPER, "paper, Table 1");
    return canvas;
}

static int draw(const struct plot *plot, const struct bars *bars, double labels_width,
                struct vib_error *err) {
    static const char settings[] =
        "set border 1\nset grid noytics\n"
        "set xlabel 'test error (%), probabilities averaged over samples of z'\n";
    static const char command[] =
        "plot $bars using 2:1:(0):2:($1 - 0.34):($1 + 0.34):($5 == 1 ? test : train) " BAR
        ", \\\n"
        "    $bars using ($2 - $3):($1 - 0.12):(2 * $3):(0) " INTERVAL
        ", \\\n"
        "    $seeds using 2:($1 + 0.22 + $3) " SEED
        ", \\\n"
        "    $bars using 4:($1 - 0.12) " PAPER "\n";
    const struct plot_canvas canvas = make_canvas(bars, labels_width);
    plot_canvas_begin(&canvas, plot->format, plot->output, plot->out);
    const int rc = write_data(plot, bars, err);
    write_labels(bars, plot->out);
    (void)fprintf(plot->out, "%sset xrange [0 : %s]\nset yrange [%zu - 0.5 : -0.5]\n", settings,
                  greatest(bars) > 0 ? "*" : "1", bars->n);
    plot_canvas_panel(&canvas, 0, "", "", plot->out);
    (void)fputs(command, plot->out);
    plot_canvas_end(&canvas, plot->out);
    return rc;
}

int plot_table1(const struct plot *plot, struct vib_error *err) {
    struct bars bars;
    double labels_width;
    int rc = make_bars(&bars, plot->data, err);
    if (rc == 0)
        rc = wrap_labels(&bars, &labels_width, err);
    if (rc == 0)
        rc = draw(plot, &bars, labels_width, err);
    release(&bars);
    return rc;
}
