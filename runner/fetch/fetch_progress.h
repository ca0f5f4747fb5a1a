/* What the user sees of a fetch under way, on stderr: a bar redrawn in place on a terminal (not
 * where TERM is dumb), lines everywhere. No colours. Thread rule: one thread. */
#ifndef RUNNER_FETCH_FETCH_PROGRESS_H
#define RUNNER_FETCH_FETCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetch_progress {
    bool terminal, drawn;
    double drawn_s;    /* clock_s of the last redraw */
    double begun_s;    /* of fetch_progress_begin, */
    uint64_t begun_at; /* and the bytes that were there */
    const char *name;  /* borrowed */
};

enum { FETCH_BYTES_SIZE = 24 };

/* "9.9 MB", "4.5 kB". Returns text. */
const char *fetch_bytes(char text[FETCH_BYTES_SIZE], uint64_t bytes);

void fetch_progress_init(struct fetch_progress *progress);

/* A file of that name (borrowed) of which so many bytes are there. */
void fetch_progress_begin(struct fetch_progress *progress, const char *name, uint64_t bytes);

/* bytes of total are there now, total being 0 where it is not known. Redraws now and then. */
void fetch_progress_draw(struct fetch_progress *progress, uint64_t bytes, uint64_t total);

/* A line for the user in the bar's place; made printable. */
void fetch_progress_note(struct fetch_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes the bar off the screen. */
void fetch_progress_clear(struct fetch_progress *progress);

#endif
