/* What a command of the program is, for main, which runs it, and for the manual, which tells of
 * all.
 */
#ifndef RUNNER_BASE_COMMAND_H
#define RUNNER_BASE_COMMAND_H

#include "core/error.h"
#include "runner/base/options.h"

#include <stddef.h>

struct program;

struct command {
    const char *summary;         /* one line of the program's help */
    struct option_table options; /* with the command's name */
    const char *notes;           /* what its help says after the options; NULL: nothing */
    /* Returns 0, a vib_status with *err filled in, or a positive number of its own (an exit code,
     * or see runner/command.h). Prints no errors itself. */
    int (*run)(int argc, char **argv, struct vib_error *err); /* argv[0] is not looked at */
    /* The same of a command that tells of the whole program; then run is NULL. */
    int (*tell)(const struct program *program, int argc, char **argv, struct vib_error *err);
};

/* What the program may end with. */
struct exit_code {
    const char *code; /* "64", "128 + N" */
    const char *meaning;
};

/* All that is told of the program; borrowed. */
struct program {
    const struct command *const *commands; /* [n_commands], first the sweep itself */
    size_t n_commands;
    const struct exit_code *exit_codes; /* [n_exit_codes] */
    size_t n_exit_codes;
};

#endif
