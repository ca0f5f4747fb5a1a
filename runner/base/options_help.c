/* What people read of a table of options, and the row of the option that shows it. */
#include "runner/base/options.h"

#include "runner/base/text.h"

#include <string.h>

enum { BARE_SIZE = 72, WORD_SIZE = BARE_SIZE + sizeof "[]...", COLUMN_MAX = 28 };

static const struct option_row help_row = {.name = "help",
                                           .letter = 'h',
                                           .kind = OPTION_END,
                                           .help = "show this text",
                                           .result = OPTIONS_HELP};

const struct option_row *options_row(const struct option_table *table, size_t i) {
    return i < table->n ? &table->rows[i] : i == table->n ? &help_row : NULL;
}

/* "-o FILE", "--set KEY=VALUE", "DB" */
static void bare_word(const struct option_row *row, char *word) {
    const char *argument = row->argument != NULL ? row->argument : "";
    if (row->name == NULL)
        (void)snprintf(word, BARE_SIZE, "%s", argument);
    else if (row->letter != '\0')
        (void)snprintf(word, BARE_SIZE, "-%c%s%s", row->letter, *argument ? " " : "", argument);
    else
        (void)snprintf(word, BARE_SIZE, "--%s%s%s", row->name, *argument ? " " : "", argument);
}

/* As it stands in the usage: in brackets where it may be left out. */
static void usage_word(const struct option_row *row, char *word) {
    char bare[BARE_SIZE];
    bare_word(row, bare);
    (void)snprintf(word, WORD_SIZE, "%s%s%s%s", row->required ? "" : "[", bare,
                   row->required ? "" : "]", row->kind == OPTION_LIST ? "..." : "");
}

void options_print_usage(const struct option_table *table, FILE *out) {
    char word[WORD_SIZE];
    const bool is_command = *table->command != '\0';
    const int indent = fprintf(out, "usage: vib-sweep%s%s", is_command ? " " : "", table->command);
    size_t at = indent < 0 ? 0 : (size_t)indent;
    for (size_t i = 0; i < table->n; i++) {
        if (table->rows[i].kind == OPTION_END)
            continue;
        usage_word(&table->rows[i], word);
        const size_t width = 1 + text_width(word, strlen(word));
        if (at + width > TEXT_COLUMNS) {
            (void)fprintf(out, "\n%*s", indent, "");
            at = (size_t)indent;
        }
        (void)fprintf(out, " %s", word);
        at += width;
    }
    (void)fputc('\n', out);
}

void options_brief(const struct option_table *table, char *text, size_t size) {
    char word[WORD_SIZE];
    (void)snprintf(text, size, "vib-sweep%s%s", *table->command != '\0' ? " " : "", table->command);
    for (size_t i = 0; i < table->n; i++)
        if (table->rows[i].required) {
            const size_t used = strlen(text);
            usage_word(&table->rows[i], word);
            (void)snprintf(text + used, size - used, " %s", word);
        }
}

/* "-o, --output FILE", "    --script", "DB" */
static void entry_name(const struct option_row *row, char *name) {
    if (row->name == NULL) {
        bare_word(row, name);
        return;
    }
    const char letter[] = {'-', row->letter, ',', '\0'};
    (void)snprintf(name, WORD_SIZE, "%-3s --%s%s%s", row->letter != '\0' ? letter : "", row->name,
                   row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
}

static size_t entry_column(const struct option_table *table) {
    const struct option_row *row;
    char name[WORD_SIZE];
    size_t column = 0;
    for (size_t i = 0; (row = options_row(table, i)) != NULL; i++) {
        entry_name(row, name);
        const size_t wanted = 2 + text_width(name, strlen(name)) + 2;
        if (wanted > column && wanted <= COLUMN_MAX)
            column = wanted;
    }
    return column;
}

static void print_choices(const struct option_row *row, size_t column, FILE *out) {
    const char *name, *help;
    size_t widest = 0;
    for (size_t i = 0; row->choice(i, &name, &help); i++)
        widest = strlen(name) > widest ? strlen(name) : widest;
    for (size_t i = 0; row->choice(i, &name, &help); i++) {
        (void)fprintf(out, "%*s%-*s  ", (int)column, "", (int)widest, name);
        text_wrap(out, help, column + widest + 2, column + widest + 2);
    }
}

void options_print_help(const struct option_table *table, FILE *out) {
    const struct option_row *row;
    const size_t column = entry_column(table);
    char name[WORD_SIZE];
    options_print_usage(table, out);
    (void)fputc('\n', out);
    text_wrap(out, table->help, 0, 0);
    (void)fputc('\n', out);
    for (size_t i = 0; (row = options_row(table, i)) != NULL; i++) {
        entry_name(row, name);
        text_entry(out, name, row->help, column);
        if (row->kind == OPTION_CHOICE)
            print_choices(row, column + 2, out);
    }
}
