/* The program's commands: one row each here, one file each (runner/cmd_NAME.c). */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#include "core/error.h"

#include <stdio.h>

struct command {
    const char *name; /* "export"; "" is the sweep itself */
    const char *usage;
    const char *summary; /* one line for --help */
    /* argv[0] is the command's name. Returns 0, a vib_status with *err filled in, or a positive
     * exit code of its own (1 some jobs failed, 130/143 signals). Prints no errors itself. */
    int (*run)(int argc, char **argv, struct vib_error *err);
};

extern const struct command commands[];
extern const size_t n_commands;

int cmd_sweep(int argc, char **argv, struct vib_error *err);
int cmd_export(int argc, char **argv, struct vib_error *err);
int cmd_plot(int argc, char **argv, struct vib_error *err);
int cmd_keys(int argc, char **argv, struct vib_error *err);

#endif
