#include "runner/sweep/live_text.h"

#include "runner/base/text.h"
#include "runner/config/label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t width_of(const char *text) {
    return text_width(text, strlen(text));
}

static size_t max(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t min(size_t a, size_t b) {
    return a < b ? a : b;
}

static int digits(size_t n) {
    return snprintf(NULL, 0, "%zu", n);
}

void live_shorten(char *text, size_t columns) {
    static const char dots[] = "...";
    const size_t length = strlen(text), tail = sizeof dots - 1;
    if (text_width(text, length) <= columns)
        return;
    if (columns <= tail) {
        text[text_fit(text, columns)] = '\0';
        return;
    }
    /* At least as many bytes are left out as there are dots, since these are of one column each. */
    const size_t fits = text_fit(text, columns - tail);
    memcpy(text + fits, dots, sizeof dots);
}

/* --- the sweep --- */

enum { BAR_MIN = 6, BAR_MAX = 24, ETA_WIDTH = 11, FIELD = 300 };

/* In the order of the line. */
enum summary_field {
    NAME,
    BAR,
    DONE,
    FAILED,
    ETA,
    RATE,
    RUNNING,
    HELPING,
    ELSEWHERE,
    WAITING,
    QUEUE
};
enum { SUMMARY_FIELDS = QUEUE + 1 };

/* The most important first. */
static const enum summary_field summary_order[SUMMARY_FIELDS] = {
    DONE, ETA, FAILED, NAME, BAR, RUNNING, WAITING, RATE, HELPING, ELSEWHERE, QUEUE};

static void summary_fields(const struct live_view *view, char field[SUMMARY_FIELDS][FIELD]) {
    char left[32] = "--";
    if (isfinite(view->eta_s))
        label_duration(view->eta_s, left, sizeof left);
    memset(field, 0, SUMMARY_FIELDS * sizeof field[0]);
    (void)snprintf(field[NAME], FIELD, "%s  ", view->name);
    (void)snprintf(field[DONE], FIELD, "%*zu/%zu done", digits(view->total), view->done,
                   view->total);
    (void)snprintf(field[ETA], FIELD, "  ETA %-*s", ETA_WIDTH, left);
    (void)snprintf(field[RUNNING], FIELD, "  %*zu running", digits(view->running), view->running);
    if (view->failed > 0)
        (void)snprintf(field[FAILED], FIELD, ", %zu failed", view->failed);
    if (view->examples_per_s == 0.0) /* its place is kept for it */
        (void)snprintf(field[RATE], FIELD, "  %6s examples/s", "-");
    else if (!isnan(view->examples_per_s))
        (void)snprintf(field[RATE], FIELD, "  %6.0f examples/s", view->examples_per_s);
    if (view->helping > 0)
        (void)snprintf(field[HELPING], FIELD, " + %zu helping", view->helping);
    if (view->elsewhere > 0)
        (void)snprintf(field[ELSEWHERE], FIELD, ", %zu elsewhere", view->elsewhere);
    if (view->waiting > 0)
        (void)snprintf(field[WAITING], FIELD, ", %zu waiting", view->waiting);
    if (view->queue != NULL && view->queue[0] != '\0')
        (void)snprintf(field[QUEUE], FIELD, "  queue: %s", view->queue);
}

/* "[####....]  " of the share that is done. */
static void make_bar(double share, size_t width, char text[FIELD]) {
    const size_t filled = share < 1.0 ? (size_t)(fmax(share, 0.0) * (double)width) : width;
    text[0] = '[';
    memset(text + 1, '#', filled);
    memset(text + 1 + filled, '.', width - filled);
    memcpy(text + 1 + width, "]  ", sizeof "]  ");
}

void live_summary(const struct live_view *view, size_t columns, char line[LIVE_LINE],
                  struct live_span *failed) {
    char field[SUMMARY_FIELDS][FIELD];
    bool shown[SUMMARY_FIELDS] = {false};
    size_t used = 0, length = 0;
    summary_fields(view, field);
    make_bar(0.0, BAR_MIN, field[BAR]);
    for (size_t i = 0; i < SUMMARY_FIELDS; i++) {
        const enum summary_field f = summary_order[i];
        const size_t width = width_of(field[f]);
        /* Those that go on in the sentence of another stand behind it, or not at all. */
        const bool follows = (f != WAITING && f != HELPING && f != ELSEWHERE) || shown[RUNNING];
        shown[f] = follows && used + width <= columns;
        used += shown[f] ? width : 0;
    }
    if (shown[BAR])
        make_bar(view->share, min(BAR_MAX, BAR_MIN + columns - used), field[BAR]);
    *failed = (struct live_span){0, 0};
    line[0] = '\0';
    for (size_t f = 0; f < SUMMARY_FIELDS; f++) {
        if (!shown[f])
            continue;
        if (f == FAILED)
            *failed = (struct live_span){length, strlen(field[f])};
        length += (size_t)snprintf(line + length, LIVE_LINE - length, "%s", field[f]);
        length = min(length, LIVE_LINE - 1);
    }
}

/* --- its jobs --- */

enum { SHARE_WIDTH = 5, OBJECTIVE_WIDTH = 8, GAP = 2, LABEL_LEAST = 24 };

/* In the order of the line; the name of the job is behind them. */
enum row_field { EPOCH, STEP, OBJECTIVE, SHARE, SEEN, HOST };
enum { ROW_FIELDS = HOST + 1 };

static const char *const headers[ROW_FIELDS] = {"epoch", "step", "J bits", "done", "seen", "host"};

/* The most important first. */
static const enum row_field row_order[ROW_FIELDS] = {SHARE, EPOCH, OBJECTIVE, STEP, SEEN, HOST};

void live_widths_learn(struct live_widths *widths, const struct live_row *row) {
    widths->epoch = max(widths->epoch, max(5, 2 * (size_t)digits(row->epochs) + 1));
    if (row->steps > 0)
        widths->step = max(widths->step, max(5, 2 * (size_t)digits(row->steps) + 1));
    if (row->host != NULL) {
        widths->seen = 8;
        widths->host = max(widths->host, max(4, width_of(row->host)));
    }
    widths->label = max(widths->label, width_of(row->label));
}

/* The width of each field, 0 of those that are left out: a job's name comes before all but its
 * share, unless it is much longer than the rest of the line. Returns what is left for the name. */
static size_t lay_out(const struct live_widths *widths, size_t columns, size_t width[ROW_FIELDS]) {
    const size_t wanted[ROW_FIELDS] = {widths->epoch, widths->step, OBJECTIVE_WIDTH,
                                       SHARE_WIDTH,   widths->seen, widths->host};
    const size_t label = min(widths->label, max(LABEL_LEAST, columns * 3 / 5));
    size_t left = columns;
    for (size_t i = 0; i < ROW_FIELDS; i++) {
        const enum row_field f = row_order[i];
        const bool fits = wanted[f] > 0 && left >= wanted[f] + GAP + (i == 0 ? 1 : label);
        width[f] = fits ? wanted[f] : 0;
        left -= fits ? wanted[f] + GAP : 0;
    }
    return left;
}

/* Joins the fields, each at the right of its width, and the name. */
static void join(const struct live_widths *widths, size_t columns, char field[ROW_FIELDS][FIELD],
                 const char *label, char line[LIVE_LINE]) {
    size_t width[ROW_FIELDS], length = 0;
    char name[LIVE_LABEL];
    const size_t room = lay_out(widths, columns, width);
    for (size_t f = 0; f < ROW_FIELDS; f++) {
        if (width[f] == 0)
            continue;
        const size_t taken = width_of(field[f]);
        const int pad = (int)(width[f] > taken ? width[f] - taken : 0);
        length += (size_t)snprintf(line + length, LIVE_LINE - length, "%*s%s%*s", pad, "", field[f],
                                   GAP, "");
        length = min(length, LIVE_LINE - 1);
    }
    (void)snprintf(name, sizeof name, "%s", label);
    live_shorten(name, room);
    (void)snprintf(line + length, LIVE_LINE - length, "%s", name);
    line[text_fit(line, columns)] = '\0';
}

void live_header(const struct live_widths *widths, size_t columns, char line[LIVE_LINE]) {
    char field[ROW_FIELDS][FIELD];
    for (size_t f = 0; f < ROW_FIELDS; f++)
        (void)snprintf(field[f], FIELD, "%s", headers[f]);
    join(widths, columns, field, "job", line);
}

/* In OBJECTIVE_WIDTH columns, however large it is. */
static void format_objective(double bits, char text[FIELD]) {
    if (!isfinite(bits))
        (void)snprintf(text, FIELD, "-");
    else
        (void)snprintf(text, FIELD,
                       fabs(bits) < 1e3   ? "%.4f"
                       : fabs(bits) < 1e6 ? "%.1f"
                                          : "%.2g",
                       bits);
}

void live_row(const struct live_row *row, const struct live_widths *widths, size_t columns,
              char line[LIVE_LINE]) {
    char field[ROW_FIELDS][FIELD] = {{0}};
    const bool told = !isnan(row->share);
    if (told)
        (void)snprintf(field[EPOCH], FIELD, "%zu/%zu", row->epoch, row->epochs);
    else
        (void)snprintf(field[EPOCH], FIELD, "-/%zu", row->epochs);
    if (told && row->epoch == row->epochs) /* training is over, what is measured is not */
        (void)snprintf(field[STEP], FIELD, "eval");
    else if (told && row->steps > 0)
        (void)snprintf(field[STEP], FIELD, "%zu/%zu", row->step, row->steps);
    format_objective(row->objective, field[OBJECTIVE]);
    (void)snprintf(field[SHARE], FIELD, "-");
    if (told)
        (void)snprintf(field[SHARE], FIELD, "%.0f %%", floor(100.0 * row->share));
    if (row->host != NULL) {
        if (row->age_s >= 0.0)
            label_duration(row->age_s, field[SEEN], FIELD);
        else
            (void)snprintf(field[SEEN], FIELD, "?");
        (void)snprintf(field[HOST], FIELD, "%s", row->host);
    }
    join(widths, columns, field, row->label, line);
}
