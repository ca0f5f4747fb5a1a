/* A thread that writes what people read, so that nobody else waits for them: a terminal that is
 * stopped (Ctrl-S), or a pipe that nobody reads, holds up that thread and nothing more.
 *
 * Lines scroll by in order. Those not written yet stay in memory, up to WRITER_MOST; of what comes
 * then a line tells, in their place, how many are left out. Below the lines a block may stand, on a
 * terminal: the last one given is drawn over the one that stands there, and those that were never
 * drawn cost nothing. After a stop (Ctrl-Z) the shell has written below it, so a new one begins,
 * and in the background, where others write too, none is drawn. What cannot be written is dropped.
 *
 * Thread rule: one thread calls these. */
#ifndef RUNNER_SWEEP_WRITER_H
#define RUNNER_SWEEP_WRITER_H

#include "core/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { WRITER_MOST = 1 << 20 /* bytes: some 8,000 lines */, WRITER_BLOCK_LINES = 48 };
#define WRITER_FOREVER UINT_MAX

struct writer;

struct writer_block {
    size_t columns;                   /* of the terminal that it was made for */
    size_t n_lines;                   /* 0: no block */
    size_t width[WRITER_BLOCK_LINES]; /* [n_lines] columns that they take */
    char *text; /* n_lines lines, '\n' included, each erasing what is left of one before; NULL: no
                   block */
};

/* Signals stay with other threads, but for those that a write itself causes. Where fd is a terminal
 * SIGCONT gets a handler. Errors: VIB_ENOMEM, VIB_ETHREAD. */
int writer_new(struct writer **writer, int fd, struct vib_error *err);

/* Never waits: what is not written yet is lost, and a write that nobody takes is left to itself. */
void writer_free(struct writer *writer); /* harmless where it is NULL */

/* A line, without its '\n', above the block. */
void writer_print(struct writer *writer, const char *line);

/* The block from now on, whose text becomes the writer's. */
void writer_show(struct writer *writer, const struct writer_block *block);

/* Waits until all is written, so many seconds at most. Returns whether it is; true where writer is
 * NULL. */
bool writer_wait(struct writer *writer, unsigned seconds);

#endif
