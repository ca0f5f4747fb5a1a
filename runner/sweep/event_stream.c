#include "runner/sweep/event_stream.h"

#include "runner/sweep/writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int event_stream_init(struct event_stream *stream, int fd, struct vib_error *err) {
    *stream = (struct event_stream){.fd = fd};
    return isatty(fd) ? writer_new(&stream->writer, fd, err) : VIB_OK;
}

static void forget(struct event_stream *stream) {
    free(stream->text);
    stream->text = NULL;
    stream->size = stream->room = 0;
}

void event_stream_release(struct event_stream *stream) {
    forget(stream);
    writer_free(stream->writer);
    *stream = (struct event_stream){.fd = -1};
}

static void fail(struct event_stream *stream, int failure) {
    forget(stream);
    stream->failure = failure;
}

static void keep(struct event_stream *stream, const char *line) {
    const size_t size = strlen(line) + 1;
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
    memcpy(stream->text + stream->size, line, size - 1);
    stream->size += size;
    stream->text[stream->size - 1] = '\n';
}

void event_stream_add(struct event_stream *stream, const char *line) {
    if (stream->writer != NULL)
        writer_print(stream->writer, line);
    else if (stream->failure == 0)
        keep(stream, line);
}

/* Whether so much as a pipe takes in one piece can be written without waiting. */
static bool is_ready(const struct event_stream *stream, bool wait) {
    struct pollfd ready = {.fd = stream->fd, .events = POLLOUT};
    const int n = poll(&ready, 1, wait ? -1 : 0);
    return n > 0 || (n < 0 && errno == EINTR && wait);
}

void event_stream_flush(struct event_stream *stream, bool wait) {
    size_t written = 0;
    if (wait)
        (void)writer_wait(stream->writer, WRITER_FOREVER);
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
