/* The manual: a page of man(1) for each command, made of the tables of commands, options, exit
 * codes and keys, so that it says what the program does. UTF-8 in the macros of man(7); the same
 * bytes for the same program. */
#ifndef RUNNER_MANUAL_MANUAL_H
#define RUNNER_MANUAL_MANUAL_H

#include "runner/base/command.h"

#include <stdio.h>

enum { MANUAL_NAME_SIZE = 64 };

/* What the file of a command's page is called: "vib-sweep.1" of the sweep itself,
 * "vib-sweep-export.1"; that of the command `keys` is about files, "vib-sweep-keys.5". */
void manual_file(const struct command *command, char name[MANUAL_NAME_SIZE]);

/* Writes the page of a command of the program's. Write errors stay in the stream. */
void manual_write(const struct program *program, const struct command *command, FILE *out);

#endif
