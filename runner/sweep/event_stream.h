/* Lines for a program that reads along, which is never waited for: what it does not take at once
 * stays in memory until it does, up to EVENT_STREAM_MOST. One that is gone, or that far behind,
 * costs nothing but the rest of the lines. SIGPIPE must be ignored. Thread rule: one thread.
 *
 * On a terminal they are for people, beside what else is written there, so a writer has them, with
 * its rules (runner/sweep/writer.h): a terminal may have room for less than a line, and nothing may
 * come in the middle of one. */
#ifndef RUNNER_SWEEP_EVENT_STREAM_H
#define RUNNER_SWEEP_EVENT_STREAM_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

struct writer;

enum { EVENT_STREAM_MOST = 64 << 20 /* bytes: those of some 30,000 epochs */ };

struct event_stream {
    int fd;
    struct writer *writer; /* of a terminal, which has all lines; else NULL */
    char *text;            /* [size] not written yet, owned */
    size_t size, room;
    int failure; /* an errno, ENOBUFS of one too far behind: nothing more is written; 0: none */
};

/* Errors: of writer_new; event_stream_release is then still to be called. */
int event_stream_init(struct event_stream *stream, int fd, struct vib_error *err);
void event_stream_release(struct event_stream *stream); /* harmless where all is 0 */

/* Adds a line, without its '\n'. */
void event_stream_add(struct event_stream *stream, const char *line);

/* Writes what is taken at once, or, to wait for the reader, all. */
void event_stream_flush(struct event_stream *stream, bool wait);

#endif
