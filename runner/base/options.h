/* Command lines by tables: a command is a table of rows, one for each of its options and positional
 * arguments. The reader, the help, the usage, the errors and what they suggest come from the rows.
 *
 * Options are read as getopt_long reads them: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags
 * in one word (-qv), any order of options and positional arguments, `--` before words that are no
 * options. A long name may be cut short while one option alone begins so (--fig for --figure;
 * adding an option may therefore end what was short for another). Of an option given twice the last
 * counts, unless its row is an OPTION_LIST. Every table has a last row of its own, -h or --help,
 * which need not be written down. */
#ifndef RUNNER_BASE_OPTIONS_H
#define RUNNER_BASE_OPTIONS_H

#include "core/error.h"
#include "runner/base/nearest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a row stores, into the command's struct at its offset. Texts are borrowed from argv. */
enum option_kind {
    OPTION_FLAG,   /* bool; takes no value */
    OPTION_TEXT,   /* const char * */
    OPTION_NUMBER, /* size_t, from min to max */
    OPTION_CHOICE, /* size_t, the number of one of the choices */
    OPTION_LIST,   /* struct option_list: another text each time */
    OPTION_END     /* nothing: takes no value and ends the reading, see options_read */
};

struct option_list {
    const char **texts; /* [n], owned */
    size_t n;
};

struct option_row {
    const char *name; /* "output", of --output; NULL: a positional argument */
    char letter;      /* 'o', of -o; 0: it has none */
    enum option_kind kind;
    /* What its value, or the positional argument, is called: "FILE"; completion offers what such
     * words name (runner/manual/completion.h). */
    const char *argument;
    const char *help; /* of a positional argument, what it is: "the database" */
    size_t offset;    /* into the command's struct */
    bool required;
    size_t min, max; /* OPTION_NUMBER */
    /* The i-th choice and its help; false when there are no more. OPTION_CHOICE takes no others; an
     * OPTION_TEXT, where it is not NULL, does, and completion alone offers these. */
    bool (*choice)(size_t i, const char **name, const char **help);
    int result; /* OPTION_END: what options_read returns */
};

/* A word that people try, and a clause that says what does what they mean. */
struct option_hint {
    const char *word; /* an option's without its dashes */
    const char *hint; /* "-j N sets how many jobs run at a time" */
};

/* The hint of that very word in rows that end with one without a word, or NULL. */
const char *option_hint_find(const struct option_hint *hints, const char *word);

/* Offers the words of such rows to *nearest (runner/base/nearest.h); returns the hint of the one
 * that became the nearest, or NULL. */
const char *option_hint_near(const struct option_hint *hints, const char *word,
                             struct nearest *nearest);

struct option_table {
    const char *command;           /* "export"; "" is the program itself */
    const char *help;              /* what it does; '\n' begins a new line */
    const struct option_row *rows; /* [n], at most OPTIONS_MAX_ROWS; positionals in their order */
    size_t n;
    /* For options that there are not, and what is nearer to these than to one that there is. Rows
     * that end with one without a word; NULL: none. */
    const struct option_hint *hints;
    /* Writes such a clause about a name that is no option's, with its value (NULL: none), or
     * returns false. Asked first with near = false, for what bears the name, and where no option
     * and no hint is near it once more with true, for what is called nearly so. NULL: there is
     * nothing to say. */
    bool (*explain)(const char *name, const char *value, bool near, char *hint, size_t size);
};

enum {
    OPTIONS_MAX_ROWS = 60,
    OPTIONS_HELP = 256 /* what options_read returns for --help: no exit code, no vib_status */
};

/* The i-th row, --help after all others; NULL when there are no more. */
const struct option_row *options_row(const struct option_table *table, size_t i);

/* Reads the words argv[1] to argv[argc - 1] into *values, the struct whose offsets are in the rows;
 * what is not given keeps the value it had. Returns 0, the result of an OPTION_END (then words
 * after it are not looked at, and nothing need be complete), or an error: VIB_EUSAGE, a sentence
 * that names the command and what to do; VIB_ENOMEM. Whatever it returns, lists are the caller's to
 * release. argv is left as it is. */
int options_read(const struct option_table *table, int argc, char *const argv[], void *values,
                 struct vib_error *err);

void option_list_release(struct option_list *list); /* harmless on an empty one */

/* --- for people; write errors stay in the stream --- */

/* "usage: vib-sweep export DB [-o FILE]", in as many lines as it takes. */
void options_print_usage(const struct option_table *table, FILE *out);

/* The usage, what the command does, and its rows with their help and choices. */
void options_print_help(const struct option_table *table, FILE *out);

/* Writes the shortest command line, what is required alone ("vib-sweep export DB"); cut to size. */
void options_brief(const struct option_table *table, char *text, size_t size);

#endif
