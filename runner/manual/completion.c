#include "runner/manual/completion.h"

#include "runner/config/keys.h"
#include "runner/manual/completion_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* --- what a value may be, as words for completion.sh --- */

static bool is_word(const char *text, size_t length, const char *word) {
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

static bool has_suffix(const char *text, size_t length) {
    return memchr(text, '.', length) != NULL;
}

/* One word of those that '|' parts. */
static void write_kind(FILE *out, const char *text, size_t length) {
    static const struct {
        const char *word, *kind;
    } kinds[] = {{"DB", "*.db"},
                 {"INTO", "*.db"},
                 {"FROM", "*.db"},
                 {"CONFIG", "*.y?(a)ml"},
                 {"CONFIG.yaml", "*.y?(a)ml"},
                 {"D", "/"},
                 {"DIR", "/"},
                 {"FOLDER", "/"},
                 {"FILE", "*"},
                 {"NAME", "*"},
                 {"KEY=VALUE", "KEY="},
                 {"COMMAND", "COMMAND"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is_word(text, length, kinds[i].word)) {
            (void)fprintf(out, " %s", kinds[i].kind);
            return;
        }
    if (has_suffix(text, length))
        (void)fprintf(out, " *%.*s", (int)(text + length - strchr(text, '.')), strchr(text, '.'));
}

static void write_argument(FILE *out, const char *argument) {
    for (const char *at = argument;; at++) {
        const size_t length = strcspn(at, "|");
        write_kind(out, at, length);
        at += length;
        if (*at == '\0')
            return;
    }
}

static void write_value(FILE *out, const struct option_row *row) {
    const char *name, *help;
    if (row->choice != NULL)
        for (size_t i = 0; row->choice(i, &name, &help); i++)
            (void)fprintf(out, " =%s", name);
    else if (row->argument != NULL)
        write_argument(out, row->argument);
    (void)fputc('\n', out);
}

/* --- tables --- */

/* Lines "COMMAND OPTION TAKES KIND...", TAKES being 1 where the option has a value. A positional
 * argument is called 1, 2, ..., or * where it may be repeated; the sweep itself is "-". */
static void write_rows(FILE *out, const struct option_table *table) {
    const char *command = *table->command != '\0' ? table->command : "-";
    const struct option_row *row;
    for (size_t i = 0, place = 0; (row = options_row(table, i)) != NULL; i++) {
        const int takes = row->kind != OPTION_FLAG && row->kind != OPTION_END;
        if (row->name == NULL && row->kind == OPTION_LIST)
            (void)fprintf(out, "%s * %d", command, takes);
        else if (row->name == NULL)
            (void)fprintf(out, "%s %zu %d", command, ++place, takes);
        else
            (void)fprintf(out, "%s --%s %d", command, row->name, takes);
        write_value(out, row);
        if (row->letter != '\0') {
            (void)fprintf(out, "%s -%c %d", command, row->letter, takes);
            write_value(out, row);
        }
    }
}

static void write_commands(FILE *out, const struct program *program) {
    (void)fputs("_vib_sweep_rows='\n", out);
    for (size_t i = 0; i < program->n_commands; i++)
        write_rows(out, &program->commands[i]->options);
    (void)fputs("'\n_vib_sweep_commands=(", out);
    for (size_t i = 1; i < program->n_commands; i++)
        (void)fprintf(out, "%s%s", i > 1 ? " " : "", program->commands[i]->options.command);
    (void)fputs(")\n", out);
}

/* Lines "KEY CHOICE..." */
static void write_keys(FILE *out) {
    (void)fputs("_vib_sweep_keys='\n", out);
    for (size_t i = 0; i < n_keys; i++) {
        (void)fputs(keys[i].name, out);
        for (const struct key_choice *c = keys[i].choices; c != NULL && c->name != NULL; c++)
            (void)fprintf(out, " %s", c->name);
        (void)fputc('\n', out);
    }
    (void)fputs("'\n", out);
}

void completion_bash(const struct program *program, FILE *out) {
    (void)fputs("# Completion of vib-sweep for bash, made by `vib-sweep completion bash`.\n", out);
    write_commands(out, program);
    write_keys(out);
    (void)fputs((const char *)completion_sh, out);
}
