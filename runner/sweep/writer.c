#include "runner/sweep/writer.h"

#include "runner/base/clock.h"
#include "runner/sweep/signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Lines as they are to be written. */
struct pending {
    char *text; /* [size], owned */
    size_t size, room;
    size_t left_out; /* lines for which there was no room behind these */
};

struct writer {
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;   /* guards lines to abandoned */
    pthread_cond_t asked;   /* for the thread: there is something to do, or the end */
    pthread_cond_t written; /* for the owner: there was something less to do */
    struct pending lines;
    struct writer_block next; /* to be drawn */
    bool has_next, busy;      /* busy: the thread writes */
    bool ended, abandoned;    /* abandoned: the thread, busy, is to free the writer */
    /* The thread's alone: */
    struct writer_block shown; /* on the screen */
    bool stands;               /* and where it was written; else nothing is to be overwritten */
    unsigned continued;        /* how often the process had been, when it was drawn */
};

/* --- stops --- */

/* A signal handler can only reach static storage. */
static atomic_uint continued;

static void count_continued(int signal_number) {
    (void)signal_number;
    atomic_fetch_add(&continued, 1);
}

/* One that is not this process's own terminal has no background. */
static bool in_background(int fd) {
    const pid_t group = tcgetpgrp(fd);
    return group > 0 && group != getpgrp();
}

/* --- a frame; the thread's --- */

static void write_all(int fd, const char *text, size_t size) {
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    while (size > 0) {
        const ssize_t n = write(fd, text, size);
        if (n < 0 && errno == EAGAIN) /* somebody who shares the file has made it so */
            (void)poll(&ready, 1, -1);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return;
        text += n;
        size -= (size_t)n;
    }
}

static size_t columns_of(int fd, size_t unknown) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : unknown;
}

/* The lines of the screen that a block takes: a terminal that has become narrower has wrapped those
 * that no longer fit. */
static size_t height(const struct writer_block *block, size_t columns) {
    size_t lines = 0;
    for (size_t i = 0; i < block->n_lines; i++)
        lines += block->width[i] > columns ? (block->width[i] + columns - 1) / columns : 1;
    return lines;
}

static void put_lines(FILE *out, const struct pending *lines) {
    char now[CLOCK_UTC_SIZE];
    if (lines->size > 0)
        (void)fwrite(lines->text, 1, lines->size, out);
    if (lines->left_out == 0)
        return;
    clock_utc_second(now);
    (void)fprintf(out, "%s vib-sweep: %zu line%s left out here, as nothing took what was written\n",
                  now, lines->left_out, lines->left_out == 1 ? " is" : "s are");
}

/* All in one: from the first line of the block that stands there, which stays on the screen as long
 * as nothing is written, lines that scroll by and the block below them. */
static void put_frame(const struct writer *w, FILE *out, const struct pending *lines,
                      const struct writer_block *block) {
    const struct writer_block *old = &w->shown;
    const bool any = lines->size > 0 || lines->left_out > 0, over = w->stands && old->n_lines > 0;
    const size_t columns = columns_of(w->fd, old->columns);
    const size_t before = over ? height(old, columns) : 0;
    const bool erased = over && (any || columns != old->columns || columns != block->columns);
    if (over)
        (void)fprintf(out, "\033[%zuA\r%s", before, erased ? "\033[J" : "");
    if (any)
        put_lines(out, lines);
    if (block->n_lines > 0)
        (void)fputs(block->text, out);
    if (before > block->n_lines && !erased)
        (void)fputs("\033[J", out);
}

static void write_frame(const struct writer *w, const struct pending *lines,
                        const struct writer_block *block) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return;
    put_frame(w, out, lines, block);
    if (fclose(out) == 0)
        write_all(w->fd, text, size);
    free(text);
}

/* block: that to be drawn, or NULL for the one that is on the screen, unless it is of another size:
 * then the next one comes soon. */
static void bring_up_to_date(struct writer *w, const struct pending *lines,
                             struct writer_block *block) {
    static const struct writer_block none = {0};
    const unsigned stops = atomic_load(&continued);
    const bool hidden = in_background(w->fd);
    if (hidden || stops != w->continued)
        w->stands = false;
    w->continued = stops;
    const bool same = columns_of(w->fd, w->shown.columns) == w->shown.columns;
    const bool drawn = !hidden && (block != NULL || same);
    write_frame(w, lines, !drawn ? &none : block != NULL ? block : &w->shown);
    w->stands = drawn;
    if (block != NULL) {
        free(w->shown.text);
        w->shown = *block;
    }
}

/* --- the thread --- */

static void release(struct writer *w) {
    free(w->lines.text);
    free(w->next.text);
    free(w->shown.text);
    (void)pthread_cond_destroy(&w->written);
    (void)pthread_cond_destroy(&w->asked);
    (void)pthread_mutex_destroy(&w->lock); /* which nobody holds, as nobody waits for those */
    free(w);
}

static bool has_work(const struct writer *w) {
    return w->lines.size > 0 || w->lines.left_out > 0 || w->has_next;
}

/* All that there is; the writer is locked, but not while it is written. */
static void write_pending(struct writer *w) {
    struct pending lines = w->lines;
    struct writer_block block = w->next;
    const bool has_block = w->has_next;
    w->lines = (struct pending){0};
    w->next = (struct writer_block){0};
    w->has_next = false;
    w->busy = true;
    (void)pthread_mutex_unlock(&w->lock);
    bring_up_to_date(w, &lines, has_block ? &block : NULL);
    free(lines.text);
    (void)pthread_mutex_lock(&w->lock);
    w->busy = false;
    (void)pthread_cond_signal(&w->written);
}

static void *run(void *context) {
    struct writer *w = context;
    (void)pthread_mutex_lock(&w->lock); /* fails for wrong use alone, as does unlock */
    while (!w->ended) {
        if (has_work(w))
            write_pending(w);
        else
            (void)pthread_cond_wait(&w->asked, &w->lock);
    }
    const bool abandoned = w->abandoned;
    (void)pthread_mutex_unlock(&w->lock);
    if (abandoned)
        release(w);
    return NULL;
}

/* A job in the background that the terminal forbids to write (stty tostop) is still stopped, and a
 * pipe that is closed still ends a program that has not said otherwise. */
static int start(struct writer *w) {
    sigset_t most, old;
    sigfillset(&most);
    sigdelset(&most, SIGTTOU);
    sigdelset(&most, SIGPIPE);
    int rc = pthread_sigmask(SIG_SETMASK, &most, &old);
    if (rc != 0)
        return rc;
    rc = pthread_create(&w->thread, NULL, run, w);
    const int restored = pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc != 0 ? rc : restored;
}

/* --- the owner --- */

static int init_conditions(struct writer *w) {
    pthread_condattr_t steady;
    int rc = pthread_condattr_init(&steady);
    if (rc != 0)
        return rc;
    rc = pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(&w->written, &steady);
    if (rc == 0 && (rc = pthread_cond_init(&w->asked, NULL)) != 0)
        (void)pthread_cond_destroy(&w->written);
    (void)pthread_condattr_destroy(&steady);
    return rc;
}

int writer_new(struct writer **out, int fd, struct vib_error *err) {
    *out = NULL;
    struct writer *w = calloc(1, sizeof *w);
    if (w == NULL || pthread_mutex_init(&w->lock, NULL) != 0) {
        free(w);
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    }
    w->fd = fd;
    int rc = init_conditions(w);
    if (rc != 0) {
        (void)pthread_mutex_destroy(&w->lock);
        free(w);
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    }
    if (isatty(fd) && signals_set_handler(SIGCONT, count_continued) != 0)
        rc = errno;
    if (rc == 0)
        rc = start(w);
    if (rc != 0) {
        release(w);
        return vib_error_set(err, VIB_ETHREAD, "cannot start the thread that tells how it goes: %s",
                             strerror(rc));
    }
    *out = w;
    return VIB_OK;
}

void writer_free(struct writer *w) {
    if (w == NULL)
        return;
    const pthread_t thread = w->thread; /* the writer may be gone before it is needed */
    (void)pthread_mutex_lock(&w->lock);
    const bool busy = w->busy;
    w->ended = true;
    w->abandoned = busy;
    (void)pthread_cond_signal(&w->asked);
    (void)pthread_mutex_unlock(&w->lock);
    if (busy) {
        (void)pthread_detach(thread);
        return;
    }
    (void)pthread_join(thread, NULL);
    release(w);
}

/* Whether there is room for so much more. */
static bool make_room(struct pending *lines, size_t size) {
    if (lines->left_out > 0 || size > WRITER_MOST - lines->size)
        return false;
    if (lines->room - lines->size >= size)
        return true;
    const size_t room = 2 * (lines->size + size);
    char *text = realloc(lines->text, room);
    if (text == NULL)
        return false;
    lines->text = text;
    lines->room = room;
    return true;
}

void writer_print(struct writer *w, const char *line) {
    const size_t size = strlen(line);
    (void)pthread_mutex_lock(&w->lock);
    if (make_room(&w->lines, size + 1)) {
        memcpy(w->lines.text + w->lines.size, line, size);
        w->lines.text[w->lines.size + size] = '\n';
        w->lines.size += size + 1;
    } else {
        w->lines.left_out++;
    }
    (void)pthread_cond_signal(&w->asked);
    (void)pthread_mutex_unlock(&w->lock);
}

void writer_show(struct writer *w, const struct writer_block *block) {
    (void)pthread_mutex_lock(&w->lock);
    free(w->next.text);
    w->next = *block;
    w->has_next = true;
    (void)pthread_cond_signal(&w->asked);
    (void)pthread_mutex_unlock(&w->lock);
}

bool writer_wait(struct writer *w, unsigned seconds) {
    struct timespec until;
    bool all;
    int rc = 0;
    if (w == NULL)
        return true;
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* this clock is always there */
    until.tv_sec += (time_t)seconds;
    (void)pthread_mutex_lock(&w->lock);
    while (!(all = !w->busy && !has_work(w)) && rc == 0)
        rc = seconds < WRITER_FOREVER ? pthread_cond_timedwait(&w->written, &w->lock, &until)
                                      : pthread_cond_wait(&w->written, &w->lock);
    (void)pthread_mutex_unlock(&w->lock);
    return all;
}
