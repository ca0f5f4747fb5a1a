/* A block at the bottom of a terminal that is redrawn in place, lines scrolling above it.
 *
 * It stands still: as many lines as it has had once, every job in the line where it was first,
 * every frame one write that overwrites the last one. It is at most as high as the terminal, whose
 * size is asked each time. Nothing here waits for the terminal (runner/sweep/writer.h), and what
 * cannot be written is dropped, since the sweep matters more. Thread rule: one thread. */
#ifndef RUNNER_SWEEP_LIVE_H
#define RUNNER_SWEEP_LIVE_H

#include "core/error.h"
#include "runner/sweep/live_text.h"
#include "runner/sweep/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_MAX_LINES = WRITER_BLOCK_LINES };

/* Private but for its size. */
struct live {
    int fd;
    struct writer *writer;
    bool colour;
    size_t rows, columns;           /* of the terminal, when it was last asked */
    size_t n_lines;                 /* of the block */
    size_t width[LIVE_MAX_LINES];   /* [n_lines] columns that they take */
    uint64_t slots[LIVE_MAX_LINES]; /* [n_slots] ids of the jobs that have a line, 0: none */
    size_t n_slots, n_wanted;       /* n_wanted: the most jobs that there were to be shown */
    struct live_widths widths;
};

/* Whether a file is a terminal that can be redrawn: TERM is set, and not to "dumb". */
bool live_possible(int fd);

/* Colours, unless NO_COLOR is set. Errors: of writer_new; live_release is then still to be called.
 */
int live_init(struct live *live, int fd, struct vib_error *err);

/* Leaves the screen as it is; what is not written yet is lost. Harmless where all is 0. */
void live_release(struct live *live);

/* Draws the block, over the last one. */
void live_draw(struct live *live, const struct live_view *view);

/* A line above the block, as long as it is: the terminal wraps it. Not made printable here. */
void live_print(struct live *live, const char *line);

/* Takes the block off the screen. */
void live_clear(struct live *live);

/* Waits as writer_wait does: before others write to the same place, and before the end. */
bool live_wait(struct live *live, unsigned seconds);

#endif
