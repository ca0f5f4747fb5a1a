/* SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU, with which batch systems announce the end:
 * the first asks for an orderly end; another one, unless it comes within SIGNALS_TOGETHER_MS and so
 * belongs to the first, ends the process at once. SIGHUP and SIGXCPU, which come again by
 * themselves, only ask. What was ignored before stays ignored.
 *
 * Where a batch system sends them, which may send several and counts on the exit code, all but
 * SIGINT only ask (SIGNALS_PATIENT): its last word is SIGKILL anyway.
 *
 * Also the pipe that wakes the coordinating thread, since a signal and a finished job are the two
 * things it waits for. One instance per process. */
#ifndef RUNNER_SWEEP_SIGNALS_H
#define RUNNER_SWEEP_SIGNALS_H

#include "core/error.h"

enum { SIGNALS_TOGETHER_MS = 500 };

enum signals_manner { SIGNALS_PROMPT, SIGNALS_PATIENT };

/* Creates the pipe and installs the handlers; SIGPIPE is ignored from here on, so that a closed
 * terminal never costs results. Errors: VIB_EIO. */
int signals_init(enum signals_manner manner, struct vib_error *err);

/* Restores what was before and closes the pipe; harmless without signals_init. SIGPIPE stays
 * ignored, and so, after SIGNALS_PATIENT, do those that only ask: the process is about to end with
 * an exit code of its own. */
void signals_release(void);

/* Installs a handler, which interrupts no call that can be begun again; also without signals_init.
 * Returns 0, or -1 with errno. */
int signals_set_handler(int signal_number, void (*handler)(int));

/* The first signal that arrived, or 0. */
int signals_received(void);

/* Makes the current or next signals_wait return; callable from any thread. */
void signals_wake(void);

/* Waits until woken, signalled, or the time is over. */
void signals_wait(double seconds);

#endif
