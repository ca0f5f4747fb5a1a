/* The program gnuplot, as a child process. */
#ifndef RUNNER_PLOT_GNUPLOT_H
#define RUNNER_PLOT_GNUPLOT_H

#include "core/error.h"

#include <stdio.h>

/* A new file in memory without a name, the caller's to close; NULL with errno set. */
FILE *gnuplot_file(void);

/* Has gnuplot carry out a script, read from its start, and waits for it. *out is what it wrote to
 * standard output, never nothing, as such a file: gnuplot itself does not tell of a full disk.
 * Descriptors 0 to 2 must be taken, if only by /dev/null, as they are once SQLite has opened a
 * file. The user's own settings for gnuplot are not read. gnuplot's words never reach our stderr;
 * on failure the last line of them is in the message, and *out is NULL. Thread rule: for a process
 * of one thread, as the environment is changed (GNUTERM). Errors: VIB_EIO (no gnuplot, or it
 * failed, or the script could not be written). */
int gnuplot_run(FILE *script, FILE **out, struct vib_error *err);

#endif
