/* vib-sweep manual [COMMAND]: the pages of the manual, for man(1). */
#include "runner/command.h"
#include "runner/base/nearest.h"
#include "runner/base/quote.h"
#include "runner/base/sink.h"
#include "runner/manual/manual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct manual_options {
    const char *command; /* NULL: the program itself */
    const char *folder;  /* NULL: one page, to standard output */
};

static const struct option_row rows[] = {
    {.argument = "COMMAND",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct manual_options, command),
     .help = "the command whose page is written (default: that of the program); keys is the page "
             "of all keys of a configuration"},
    {.name = "all",
     .kind = OPTION_TEXT,
     .argument = "DIR",
     .offset = offsetof(struct manual_options, folder),
     .help = "write every page into the folder DIR, as vib-sweep.1, vib-sweep-export.1 and so on"},
};

static int find_page(const struct program *program, const char *word,
                     const struct command **command, struct vib_error *err) {
    struct nearest nearest = {0};
    char quoted[QUOTE_SIZE];
    for (size_t i = 0; i < program->n_commands; i++) {
        const char *name = program->commands[i]->options.command;
        if (strcmp(word, name) == 0) {
            *command = program->commands[i];
            return 0;
        }
        if (*name != '\0')
            nearest_offer(&nearest, name_of(word), name);
    }
    return vib_error_set(err, VIB_EUSAGE, "manual: there is no page of %s; %s%s%s",
                         quote(quoted, word), nearest.best.text != NULL ? "did you mean " : "see ",
                         nearest.best.text != NULL ? nearest.best.text : "vib-sweep --help",
                         nearest.best.text != NULL ? "?" : "");
}

/* To the file, or to standard output where that is NULL. */
static int write_page(const struct program *program, const struct command *command,
                      const char *file, struct vib_error *err) {
    struct sink sink;
    const int rc = sink_open(&sink, file, "", "manual", err);
    if (rc == 0)
        manual_write(program, command, sink.stream);
    return sink_close(&sink, rc, err);
}

static int write_all(const struct program *program, const char *folder, struct vib_error *err) {
    char name[MANUAL_NAME_SIZE];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < program->n_commands; i++) {
        char *path;
        manual_file(program->commands[i], name);
        if (asprintf(&path, "%s/%s", folder, name) < 0)
            return vib_error_set(err, VIB_ENOMEM, "manual: out of memory");
        rc = write_page(program, program->commands[i], path, err);
        free(path);
    }
    return rc;
}

static int tell(const struct program *program, int argc, char **argv, struct vib_error *err) {
    struct manual_options options = {0};
    const struct command *command = program->commands[0];
    int rc = options_read(&command_manual.options, argc, argv, &options, err);
    if (rc == 0 && options.command != NULL)
        rc = find_page(program, options.command, &command, err);
    if (rc != 0)
        return rc;
    return options.folder != NULL ? write_all(program, options.folder, err)
                                  : write_page(program, command, NULL, err);
}

const struct command command_manual = {
    .summary = "write a page of the manual, for man",
    .options = {.command = "manual",
                .help = "Writes a page of the manual in the language of man(1); shown by "
                        "vib-sweep manual export | man -l - it is what man vib-sweep-export shows "
                        "once the program is installed.",
                .rows = rows,
                .n = sizeof rows / sizeof rows[0]},
    .tell = tell,
};
