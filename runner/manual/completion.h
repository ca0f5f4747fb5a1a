/* Completion for bash, made of the tables of commands, options and keys. */
#ifndef RUNNER_MANUAL_COMPLETION_H
#define RUNNER_MANUAL_COMPLETION_H

#include "runner/base/command.h"

#include <stdio.h>

/* Writes a script that bash reads, completion.sh behind what it needs of the tables. What a value
 * may be follows from its choices or from what it is called (struct option_row, argument), word by
 * word of those that '|' parts:
 *
 *   DB, INTO, FROM          a file *.db
 *   CONFIG, CONFIG.yaml     a file *.yaml or *.yml
 *   D, DIR, FOLDER          a folder
 *   FILE, NAME              any file; FILE.html, a file *.html
 *   KEY=VALUE               a key and, of one with choices, these
 *   COMMAND                 a command
 *
 * Other words have no completion. Write errors stay in the stream. */
void completion_bash(const struct program *program, FILE *out);

#endif
