/* What a live block says, as lines that fit a terminal.
 *
 * A line has fields. Where a terminal is too narrow for all of them some are left out as a whole,
 * the least important ones first; only the name of a job may be shortened. No field changes its
 * width while its number counts, so that nothing behind it moves. Thread rule: pure functions. */
#ifndef RUNNER_SWEEP_LIVE_TEXT_H
#define RUNNER_SWEEP_LIVE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_LINE = 512, LIVE_LABEL = 256 /* bytes */ };

/* A job that runs. */
struct live_row {
    char label[LIVE_LABEL]; /* printable */
    size_t epoch, epochs;   /* completed, of so many */
    size_t step, steps;     /* done in the epoch under way, of so many; steps 0: not told */
    double share;           /* of its work that is done, 0..1; NaN: not told */
    double objective;       /* J, bits; NaN: none yet */
    const char *host;       /* where it runs, printable, borrowed; NULL: here */
    double age_s;           /* of what is told, where host is given; negative or NaN: unknown */
};

/* A sweep. */
struct live_view {
    const char *name; /* printable, borrowed */
    size_t total, done, failed, running, waiting;
    size_t helping;        /* threads that help with the running jobs */
    size_t elsewhere;      /* jobs that run in other processes */
    double share;          /* of all its jobs that is done, 0..1 */
    double eta_s;          /* seconds left; NaN: unknown */
    double examples_per_s; /* 0: not measured yet; NaN: nobody knows */
    const char *queue;     /* what a batch system says; NULL or "": nothing */
    /* Its running jobs: what tells the i-th from all others, never 0, and what is shown of it. */
    size_t n_rows;
    uint64_t (*id)(const void *context, size_t i);
    void (*row)(const void *context, size_t i, struct live_row *row);
    const void *context;
};

/* How wide the fields of the rows are; they only grow, so that columns stand still while jobs come
 * and go. All 0 at first. */
struct live_widths {
    size_t epoch, step, seen, host, label; /* 0: no row has it */
};
void live_widths_learn(struct live_widths *widths, const struct live_row *row);

/* A part of a line that deserves a colour, in bytes. */
struct live_span {
    size_t at, size;
};

/* The line about the sweep: at most so many columns. *failed is what it says of failed jobs. */
void live_summary(const struct live_view *view, size_t columns, char line[LIVE_LINE],
                  struct live_span *failed);

/* The line above the rows, and one for a row. */
void live_header(const struct live_widths *widths, size_t columns, char line[LIVE_LINE]);
void live_row(const struct live_row *row, const struct live_widths *widths, size_t columns,
              char line[LIVE_LINE]);

/* Shortens a text in place to so many columns, with "..." at its end where there is room. */
void live_shorten(char *text, size_t columns);

#endif
