#include "runner/sweep/event_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* On a terminal there may be room for less than a piece. That it is not to be waited for is said of
 * a file of our own, since fd is also the shell's. */
void event_stream_init(struct event_stream *stream, int fd) {
    const char *terminal = isatty(fd) ? ttyname(fd) : NULL;
    const int own =
        terminal == NULL ? -1 : open(terminal, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    *stream = (struct event_stream){.fd = own >= 0 ? own : fd, .own = own >= 0};
}

static void forget(struct event_stream *stream) {
    free(stream->text);
    stream->text = NULL;
    stream->size = stream->room = 0;
}

void event_stream_release(struct event_stream *stream) {
    forget(stream);
    if (stream->own)
        (void)close(stream->fd);
    *stream = (struct event_stream){.fd = -1};
}

static void fail(struct event_stream *stream, int failure) {
    forget(stream);
    stream->failure = failure;
}

void event_stream_add(struct event_stream *stream, const char *line, size_t size) {
    if (stream->failure != 0)
        return;
    if (size > EVENT_STREAM_MOST - stream->size) {
        fail(stream, ENOBUFS);
        return;
    }
    if (stream->room - stream->size < size) {
        const size_t room = 2 * (stream->size + size);
        char *text = realloc(stream->text, room);
        if (text == NULL) {
            fail(stream, ENOMEM);
            return;
        }
        stream->text = text;
        stream->room = room;
    }
    memcpy(stream->text + stream->size, line, size);
    stream->size += size;
}

/* Whether so much as a pipe takes in one piece, or some on a terminal, can be written without
 * waiting. */
static bool is_ready(const struct event_stream *stream, bool wait) {
    struct pollfd ready = {.fd = stream->fd, .events = POLLOUT};
    const int n = poll(&ready, 1, wait ? -1 : 0);
    return n > 0 || (n < 0 && errno == EINTR && wait);
}

void event_stream_flush(struct event_stream *stream, bool wait) {
    size_t written = 0;
    while (written < stream->size && is_ready(stream, wait)) {
        const size_t left = stream->size - written;
        const ssize_t n =
            write(stream->fd, stream->text + written, left < PIPE_BUF ? left : PIPE_BUF);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0) {
            fail(stream, errno);
            return;
        }
        written += (size_t)n;
    }
    if (written > 0)
        memmove(stream->text, stream->text + written, stream->size - written);
    stream->size -= written;
}
