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
    const char *notes;           /* what its help says after the options; NULL: nothing */
    /* Returns 0, a vib_status with *err filled in, a positive exit code of its own (1 some jobs
     * failed, 3 work is left, 128 + a signal), or one of the above. Prints no errors itself. */
    int (*run)(int argc, char **argv, struct vib_error *err); /* argv[0] is not looked at */
};

extern const struct command *const commands[]; /* [n_commands], first the sweep itself */
extern const size_t n_commands;

/* What the program may end with, for the help: in main.c, which chooses. */
struct exit_code {
    const char *code; /* "64", "128 + N" */
    const char *meaning;
};
extern const struct exit_code exit_codes[]; /* [n_exit_codes] */
extern const size_t n_exit_codes;

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
