#include "runner/fetch/fetch_progress.h"

#include "core/printable.h"
#include "runner/base/clock.h"
#include "runner/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, LINE = 256, NOTE = 1024, COLUMNS = 80 };

static const double REDRAW_S = 0.1;

const char *fetch_bytes(char text[FETCH_BYTES_SIZE], uint64_t bytes) {
    const bool large = bytes >= 999950; /* "1000.0 kB" from here on */
    (void)snprintf(text, FETCH_BYTES_SIZE, "%.1f %s", (double)bytes / (large ? 1e6 : 1e3),
                   large ? "MB" : "kB");
    return text;
}

void fetch_progress_init(struct fetch_progress *progress) {
    const char *term = getenv("TERM");
    *progress = (struct fetch_progress){.terminal = isatty(STDERR_FILENO) && term != NULL &&
                                                    strcmp(term, "dumb") != 0};
}

void fetch_progress_begin(struct fetch_progress *progress, const char *name, uint64_t bytes) {
    progress->name = name;
    progress->begun_s = clock_s();
    progress->begun_at = bytes;
}

void fetch_progress_clear(struct fetch_progress *progress) {
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
    fflush(stderr);
}

void fetch_progress_note(struct fetch_progress *progress, const char *format, ...) {
    va_list args;
    char note[NOTE];
    va_start(args, format);
    if (vsnprintf(note, sizeof note, format, args) < 0)
        note[0] = '\0';
    va_end(args);
    vib_make_printable(note);
    fetch_progress_clear(progress);
    fprintf(stderr, "vib-sweep: %s\n", note);
    fflush(stderr);
}

/* "[####....] " of the share done; nothing where the whole is not known. */
static void make_bar(uint64_t bytes, uint64_t total, char text[BAR_WIDTH + 4]) {
    text[0] = '\0';
    if (total == 0)
        return;
    const double share = bytes < total ? (double)bytes / (double)total : 1.0;
    const size_t filled = (size_t)(share * BAR_WIDTH);
    text[0] = '[';
    memset(text + 1, '#', filled);
    memset(text + 1 + filled, '.', BAR_WIDTH - filled);
    memcpy(text + 1 + BAR_WIDTH, "] ", sizeof "] ");
}

static size_t columns(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

void fetch_progress_draw(struct fetch_progress *progress, uint64_t bytes, uint64_t total) {
    const double now = clock_s(), elapsed = now - progress->begun_s;
    char bar[BAR_WIDTH + 4], there[FETCH_BYTES_SIZE], whole[FETCH_BYTES_SIZE];
    char rate[FETCH_BYTES_SIZE] = "", line[LINE];
    if (!progress->terminal || (progress->drawn && now - progress->drawn_s < REDRAW_S))
        return;
    make_bar(bytes, total, bar);
    if (elapsed > 0.0 && bytes > progress->begun_at)
        (void)fetch_bytes(rate, (uint64_t)((double)(bytes - progress->begun_at) / elapsed));
    (void)snprintf(line, sizeof line, "%s %s%s%s%s%s%s%s", progress->name, bar,
                   fetch_bytes(there, bytes), total > 0 ? " of " : "",
                   total > 0 ? fetch_bytes(whole, total) : "", *rate ? ", " : "", rate,
                   *rate ? "/s" : "");
    /* Cut so that the terminal never wraps it: a wrapped line would break the redraw. */
    fprintf(stderr, "\r%.*s\033[K", (int)text_fit(line, columns() - 1), line);
    fflush(stderr);
    progress->drawn = true;
    progress->drawn_s = now;
}
