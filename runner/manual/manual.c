#include "runner/manual/manual.h"

#include "runner/base/version.h"
#include "runner/manual/manual_keys.h"
#include "runner/manual/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* --- names --- */

static bool is_of_keys(const struct command *command) {
    return strcmp(command->options.command, "keys") == 0;
}

static int section_of(const struct command *command) {
    return is_of_keys(command) ? 5 : 1;
}

/* "vib-sweep-export", or with a blank as it is typed */
static void page_name(const struct command *command, char between, char name[MANUAL_NAME_SIZE]) {
    const char *word = command->options.command;
    const char joint[] = {*word != '\0' ? between : '\0', '\0'};
    (void)snprintf(name, MANUAL_NAME_SIZE, "vib-sweep%s%s", joint, word);
}

void manual_file(const struct command *command, char name[MANUAL_NAME_SIZE]) {
    page_name(command, '-', name);
    const size_t length = strlen(name);
    (void)snprintf(name + length, MANUAL_NAME_SIZE - length, ".%d", section_of(command));
}

/* --- options --- */

/* "-o" or "--output" in bold, the argument in italics, and a blank between. */
static void write_option(FILE *out, const struct option_row *row, bool is_long, const char *blank) {
    const char letter[] = {'-', row->letter, '\0'};
    if (row->name != NULL) {
        (void)fputs("\\fB", out);
        if (is_long)
            roff_word(out, "--");
        roff_word(out, is_long ? row->name : letter);
        (void)fputs("\\fR", out);
    }
    if (row->argument != NULL) {
        (void)fprintf(out, "%s\\fI", row->name != NULL ? blank : "");
        roff_word(out, row->argument);
        (void)fputs("\\fR", out);
    }
}

static void write_synopsis(FILE *out, const struct command *command) {
    const struct option_table *table = &command->options;
    char name[MANUAL_NAME_SIZE];
    page_name(command, ' ', name);
    roff_section(out, "SYNOPSIS");
    (void)fputs(".SY \"", out);
    roff_word(out, name);
    (void)fputs("\"\n", out);
    for (size_t i = 0; i < table->n; i++) {
        const struct option_row *row = &table->rows[i];
        if (row->kind == OPTION_END)
            continue;
        (void)fputs(row->required ? "" : "[", out);
        write_option(out, row, row->letter == '\0', "\\ ");
        (void)fprintf(out, "%s%s\n", row->required ? "" : "]",
                      row->kind == OPTION_LIST ? "...\\&" : "");
    }
    (void)fputs(".YS\n", out);
}

static void write_row(FILE *out, const struct option_row *row) {
    const char *name, *help;
    (void)fputs(".TP\n", out);
    if (row->name != NULL && row->letter != '\0') {
        const char letter[] = {'-', row->letter, '\0'};
        (void)fputs("\\fB", out);
        roff_word(out, letter);
        (void)fputs("\\fR, ", out);
    }
    write_option(out, row, true, " ");
    (void)fputc('\n', out);
    roff_text(out, row->help);
    if (row->kind != OPTION_CHOICE)
        return;
    (void)fputs(".RS\n", out);
    for (size_t i = 0; row->choice(i, &name, &help); i++)
        roff_entry(out, name, help);
    (void)fputs(".RE\n", out);
}

static void write_options(FILE *out, const struct option_table *table) {
    const struct option_row *row;
    roff_section(out, "OPTIONS");
    for (size_t i = 0; (row = options_row(table, i)) != NULL; i++)
        write_row(out, row);
}

/* --- sections of the program's own page, and the last one --- */

static void write_commands(FILE *out, const struct program *program) {
    char brief[128];
    roff_section(out, "COMMANDS");
    for (size_t i = 0; i < program->n_commands; i++) {
        options_brief(&program->commands[i]->options, brief, sizeof brief);
        roff_entry(out, brief, program->commands[i]->summary);
    }
}

static void write_exit_codes(FILE *out, const struct program *program) {
    roff_section(out, "EXIT STATUS");
    for (size_t i = 0; i < program->n_exit_codes; i++)
        roff_entry(out, program->exit_codes[i].code, program->exit_codes[i].meaning);
}

static void write_see_also(FILE *out, const struct program *program,
                           const struct command *command) {
    char name[MANUAL_NAME_SIZE];
    const char *joint = "";
    roff_section(out, "SEE ALSO");
    for (size_t i = 0; i < program->n_commands; i++) {
        const struct command *other = program->commands[i];
        if (other == command)
            continue;
        page_name(other, '-', name);
        (void)fputs(joint, out);
        (void)fputs("\\fB", out);
        roff_word(out, name);
        (void)fprintf(out, "\\fR(%d)", section_of(other));
        joint = ",\n";
    }
    (void)fputc('\n', out);
}

/* --- pages --- */

static void write_title(FILE *out, const struct command *command) {
    char name[MANUAL_NAME_SIZE], title[MANUAL_NAME_SIZE];
    page_name(command, '-', name);
    for (size_t i = 0; i <= strlen(name); i++)
        title[i] = (char)toupper((unsigned char)name[i]);
    (void)fprintf(out,
                  ".\\\" Made by vib-sweep manual.\n.TH \"%s\" %d \"\" \"vib-sweep %s\"\n.ad l\n",
                  title, section_of(command), version_program());
    roff_section(out, "NAME");
    roff_word(out, name);
    (void)fprintf(out, " \\- ");
    roff_text(out, is_of_keys(command) ? "the keys of a configuration" : command->summary);
}

void manual_write(const struct program *program, const struct command *command, FILE *out) {
    const bool is_program = *command->options.command == '\0';
    write_title(out, command);
    write_synopsis(out, command);
    roff_section(out, "DESCRIPTION");
    roff_text(out, command->options.help);
    if (is_of_keys(command))
        manual_keys(out);
    if (is_program)
        write_commands(out, program);
    write_options(out, &command->options);
    if (command->notes != NULL) {
        roff_section(out, "NOTES");
        roff_text(out, command->notes);
    }
    if (is_program)
        write_exit_codes(out, program);
    write_see_also(out, program, command);
}
