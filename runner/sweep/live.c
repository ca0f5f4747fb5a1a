#include "runner/sweep/live.h"

#include "runner/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool live_possible(int fd) {
    const char *term = getenv("TERM");
    return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

int live_init(struct live *live, int fd, struct vib_error *err) {
    const char *no_color = getenv("NO_COLOR");
    memset(live, 0, sizeof *live);
    live->fd = fd;
    live->colour = no_color == NULL || no_color[0] == '\0';
    return writer_new(&live->writer, fd, err);
}

void live_release(struct live *live) {
    writer_free(live->writer);
    live->writer = NULL;
}

bool live_wait(struct live *live, unsigned seconds) {
    return writer_wait(live->writer, seconds);
}

/* Another size is laid out anew. */
static void forget_layout(struct live *live) {
    live->widths = (struct live_widths){0};
    live->n_slots = live->n_wanted = 0;
}

static void measure(struct live *live) {
    struct winsize size;
    const bool known = ioctl(live->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    const size_t rows = known ? size.ws_row : 24, columns = known ? size.ws_col : TEXT_COLUMNS;
    if (rows != live->rows || columns != live->columns)
        forget_layout(live);
    live->rows = rows;
    live->columns = columns;
}

void live_clear(struct live *live) {
    const struct writer_block none = {.columns = live->columns};
    if (live->n_lines == 0)
        return;
    writer_show(live->writer, &none);
    live->n_lines = 0;
    forget_layout(live);
}

void live_print(struct live *live, const char *line) {
    writer_print(live->writer, line);
}

/* --- the block --- */

static bool is_shown(const struct live *live, uint64_t id) {
    for (size_t i = 0; i < live->n_slots; i++)
        if (live->slots[i] == id)
            return true;
    return false;
}

/* Jobs that have ended leave their lines to others; those that run keep theirs. place[i] is the job
 * of line i, n_rows where there is none. */
static void assign_slots(struct live *live, const struct live_view *view, size_t n,
                         size_t place[LIVE_MAX_LINES]) {
    size_t next = 0;
    for (size_t i = 0; i < n; i++)
        place[i] = view->n_rows;
    for (size_t job = 0; job < view->n_rows; job++)
        for (size_t i = 0; i < n; i++)
            if (i < live->n_slots && live->slots[i] == view->id(view->context, job))
                place[i] = job;
    for (size_t job = 0; job < view->n_rows; job++) {
        if (is_shown(live, view->id(view->context, job)))
            continue;
        while (next < n && place[next] != view->n_rows)
            next++;
        if (next < n)
            place[next++] = job;
    }
    live->n_slots = n;
    for (size_t i = 0; i < n; i++)
        live->slots[i] = place[i] < view->n_rows ? view->id(view->context, place[i]) : 0;
}

static void put_line(struct live *live, FILE *out, const char *text) {
    live->width[live->n_lines++] = text_width(text, strlen(text));
    (void)fprintf(out, "%s\033[K\n", text);
}

static void put_summary(struct live *live, FILE *out, const struct live_view *view,
                        size_t columns) {
    char line[LIVE_LINE];
    struct live_span failed;
    live_summary(view, columns, line, &failed);
    if (!live->colour || failed.size == 0) {
        put_line(live, out, line);
        return;
    }
    live->width[live->n_lines++] = text_width(line, strlen(line));
    (void)fprintf(out, "%.*s\033[31m%.*s\033[0m%s\033[K\n", (int)failed.at, line, (int)failed.size,
                  line + failed.at, line + failed.at + failed.size);
}

static void put_header(struct live *live, FILE *out, size_t columns) {
    char line[LIVE_LINE];
    live_header(&live->widths, columns, line);
    (void)fputs(live->colour ? "\033[2m" : "", out);
    live->width[live->n_lines++] = text_width(line, strlen(line));
    (void)fprintf(out, "%s%s\033[K\n", line, live->colour ? "\033[0m" : "");
}

static void put_rows(struct live *live, FILE *out, const struct live_view *view, size_t n,
                     size_t columns) {
    size_t place[LIVE_MAX_LINES];
    struct live_row row;
    char line[LIVE_LINE];
    assign_slots(live, view, n, place);
    for (size_t i = 0; i < n; i++)
        if (place[i] < view->n_rows) {
            view->row(view->context, place[i], &row);
            live_widths_learn(&live->widths, &row);
        }
    put_header(live, out, columns);
    for (size_t i = 0; i < n; i++) {
        line[0] = '\0';
        if (place[i] < view->n_rows) {
            view->row(view->context, place[i], &row);
            live_row(&row, &live->widths, columns, line);
        }
        put_line(live, out, line);
    }
}

/* The block in the room that the terminal has: without its jobs, if need be. */
static void put_block(struct live *live, FILE *out, const struct live_view *view) {
    const size_t columns = live->columns > 0 ? live->columns - 1 : 0; /* the last one may wrap */
    const size_t most = live->rows > 2 ? live->rows - 2 : 1;
    const size_t limit = most < LIVE_MAX_LINES ? most : LIVE_MAX_LINES;
    enum { OTHERS = 2 /* summary and header */ };
    size_t n = 0;
    live->n_lines = 0;
    const size_t jobs = view->n_rows > view->running ? view->n_rows : view->running;
    live->n_wanted = jobs > live->n_wanted ? jobs : live->n_wanted;
    put_summary(live, out, view, columns);
    if (limit > OTHERS)
        n = live->n_wanted + OTHERS <= limit ? live->n_wanted : limit - OTHERS - 1;
    if (n > 0)
        put_rows(live, out, view, n, columns);
    if (n < live->n_wanted && live->n_lines < limit) {
        char line[LIVE_LINE] = "";
        if (view->n_rows > n)
            (void)snprintf(line, sizeof line, "+%zu more", view->n_rows - n);
        line[text_fit(line, columns)] = '\0';
        put_line(live, out, line);
    }
}

void live_draw(struct live *live, const struct live_view *view) {
    struct writer_block block = {0};
    size_t size = 0;
    measure(live);
    FILE *lines = open_memstream(&block.text, &size);
    if (lines == NULL) /* nothing is drawn this time */
        return;
    put_block(live, lines, view);
    if (fclose(lines) != 0) {
        free(block.text);
        return;
    }
    block.columns = live->columns;
    block.n_lines = live->n_lines;
    memcpy(block.width, live->width, live->n_lines * sizeof *live->width);
    writer_show(live->writer, &block);
}
