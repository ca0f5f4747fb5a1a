/* The program's commands: one row each in main.c, and a file (runner/cmd_NAME.c), where its
 * options are rows, too. */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#include "runner/base/command.h"

/* What a command may return beside 0, a vib_status and exit codes (1 some jobs failed, 2
 * some diverged, 3 work is left, 128 + a signal), and what main does then. */
enum { COMMAND_HELP = OPTIONS_HELP, COMMAND_VERSION };

extern const struct command command_sweep;
extern const struct command command_plan;
extern const struct command command_export;
extern const struct command command_compare;
extern const struct command command_plot;
extern const struct command command_keys;
extern const struct command command_data;
extern const struct command command_fetch;
extern const struct command command_status;
extern const struct command command_watch;
extern const struct command command_merge;
extern const struct command command_rerun;
extern const struct command command_forget;
extern const struct command command_page;
extern const struct command command_serve;
extern const struct command command_slurm;
extern const struct command command_manual;
extern const struct command command_completion;

#endif
