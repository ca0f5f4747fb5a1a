/* The program's commands: one row each in main.c, one file each (runner/cmd_NAME.c), where its
 * options are rows, too. */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#include "core/error.h"
#include "runner/base/options.h"

#include <stddef.h>

/* What main does instead, when a command returns it; neither exit codes nor of vib_status. */
enum { COMMAND_HELP = OPTIONS_HELP, COMMAND_VERSION };

struct command {
    const char *summary;         /* one line of the program's help */
    struct option_table options; /* with the command's name */
    /* Returns 0, a vib_status with *err filled in, a positive exit code of its own (1 some jobs
     * failed, 3 work is left, 128 + a signal), or one of the above. Prints no errors itself. */
    int (*run)(int argc, char **argv, struct vib_error *err); /* argv[0] is not looked at */
};

extern const struct command *const commands[]; /* [n_commands], first the sweep itself */
extern const size_t n_commands;

extern const struct command command_sweep;
extern const struct command command_export;
extern const struct command command_plot;
extern const struct command command_keys;
extern const struct command command_data;
extern const struct command command_fetch;
extern const struct command command_status;
extern const struct command command_merge;
extern const struct command command_slurm;

#endif
