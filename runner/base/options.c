#include "runner/base/options.h"

#include "runner/base/number.h"
#include "runner/base/quote.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, HINT_SIZE = 256 };

struct reader {
    const struct option_table *table;
    char *const *argv; /* the words from here on */
    char *const *end;
    char *values;
    size_t positional; /* row of the next one */
    uint64_t given;    /* bit i: row i was */
    struct vib_error *err;
};

/* "export: <what is wrong>; did you mean <meant>?", or, without meant, how to get help. */
static int refuse(const struct reader *r, const char *meant, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct reader *r, const char *meant, const char *format, ...) {
    const char *command = r->table->command;
    char wrong[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(wrong, sizeof wrong, format, args);
    va_end(args);
    if (meant != NULL)
        return vib_error_set(r->err, VIB_EUSAGE, "%s%s%s; did you mean %s?", command,
                             *command ? ": " : "", wrong, meant);
    return vib_error_set(r->err, VIB_EUSAGE, "%s%s%s; see vib-sweep %s%s--help", command,
                         *command ? ": " : "", wrong, command, *command ? " " : "");
}

/* --- values --- */

static int store_number(const struct reader *r, const struct option_row *row, const char *text) {
    char quoted[QUOTE_SIZE];
    uint64_t value;
    if (number_parse_integer(text, &value) != NUMBER_OK || value < row->min || value > row->max)
        return refuse(r, NULL, "--%s takes a whole number from %zu to %zu, not %s", row->name,
                      row->min, row->max, quote(quoted, text));
    *(size_t *)(void *)(r->values + row->offset) = (size_t)value;
    return 0;
}

static int store_choice(const struct reader *r, const struct option_row *row, const char *text) {
    const char *name, *help;
    char names[256] = "", quoted[QUOTE_SIZE];
    struct nearest nearest = {0};
    for (size_t i = 0, used = 0; row->choice(i, &name, &help); i++) {
        if (strcmp(name, text) == 0) {
            *(size_t *)(void *)(r->values + row->offset) = i;
            return 0;
        }
        (void)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", name);
        used = strlen(names);
        nearest_offer(&nearest, name_of(text), name);
    }
    return refuse(r, nearest.best.text, "--%s is one of %s, not %s", row->name, names,
                  quote(quoted, text));
}

static int store_text(const struct reader *r, const struct option_row *row, const char *text) {
    if (*text == '\0' && row->name != NULL)
        return refuse(r, NULL, "--%s needs a value, %s, that is not empty", row->name,
                      row->argument);
    *(const char **)(void *)(r->values + row->offset) = text;
    return 0;
}

static int store_another(const struct reader *r, const struct option_row *row, const char *text) {
    struct option_list *list = (void *)(r->values + row->offset);
    const char **texts = reallocarray(list->texts, list->n + 1, sizeof *texts);
    if (texts == NULL)
        return vib_error_set(r->err, VIB_ENOMEM, "out of memory");
    texts[list->n++] = text;
    list->texts = texts;
    return 0;
}

void option_list_release(struct option_list *list) {
    free(list->texts);
    *list = (struct option_list){0};
}

/* text is NULL where the row takes no value. */
static int store(struct reader *r, size_t i, const char *text) {
    const struct option_row *row = options_row(r->table, i);
    r->given |= UINT64_C(1) << i;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)(r->values + row->offset) = true;
        return 0;
    case OPTION_TEXT:
        return store_text(r, row, text);
    case OPTION_NUMBER:
        return store_number(r, row, text);
    case OPTION_CHOICE:
        return store_choice(r, row, text);
    case OPTION_LIST:
        return store_another(r, row, text);
    default:
        return row->result;
    }
}

/* --- words --- */

/* The value is the rest of the option's own word or, where that is NULL, the next word. */
static int take_value(struct reader *r, size_t i, const char *rest) {
    const struct option_row *row = options_row(r->table, i);
    if (rest == NULL && r->argv == r->end)
        return refuse(r, NULL, "--%s needs a value, %s", row->name, row->argument);
    return store(r, i, rest != NULL ? rest : *r->argv++);
}

const char *option_hint_find(const struct option_hint *hints, const char *word) {
    for (; hints != NULL && hints->word != NULL; hints++)
        if (strcmp(hints->word, word) == 0)
            return hints->hint;
    return NULL;
}

const char *option_hint_near(const struct option_hint *hints, const char *word,
                             struct nearest *nearest) {
    const char *hint = NULL;
    for (; hints != NULL && hints->word != NULL; hints++) {
        nearest_offer(nearest, name_of(word), hints->word);
        hint = nearest->best.text == hints->word ? hints->hint : hint;
    }
    return hint;
}

/* What is nearest: an option, "--name", as *meant, or a word of the hints, by its hint; both are
 * NULL when nothing is near. */
static void find_near(const struct reader *r, const char *name, const char **meant,
                      char text[NAME_SIZE], const char **hint) {
    const struct option_row *row;
    struct nearest nearest = {0};
    for (size_t i = 0; (row = options_row(r->table, i)) != NULL; i++)
        if (row->name != NULL)
            nearest_offer(&nearest, name_of(name), row->name);
    *hint = option_hint_near(r->table->hints, name, &nearest);
    *meant = *hint == NULL && nearest.best.text != NULL ? text : NULL;
    if (*meant != NULL)
        (void)snprintf(text, NAME_SIZE, "--%s", nearest.best.text);
}

/* Of an unknown option, what the next word would be. */
static const char *value_of(const struct reader *r, struct name name) {
    if (name.text[name.length] == '=')
        return name.text + name.length + 1;
    return r->argv < r->end && **r->argv != '-' ? *r->argv : NULL;
}

static bool explains(const struct option_table *table, const char *name, const char *value,
                     bool near, char hint[HINT_SIZE]) {
    return table->explain != NULL && table->explain(name, value, near, hint, HINT_SIZE);
}

/* word is as it was given, `known_as` what stands in it for the option's name. */
static int unknown_option(const struct reader *r, const char *word, struct name known_as) {
    const struct option_table *table = r->table;
    char quoted[QUOTE_SIZE], near[NAME_SIZE], name[NAME_SIZE], explained[HINT_SIZE];
    const char *value = value_of(r, known_as), *meant = NULL;
    (void)snprintf(name, sizeof name, "%.*s", (int)known_as.length, known_as.text);
    const char *hint = option_hint_find(table->hints, name);
    quote(quoted, word);
    if (hint == NULL && explains(table, name, value, false, explained))
        hint = explained;
    if (hint == NULL)
        find_near(r, name, &meant, near, &hint);
    if (hint == NULL && meant == NULL && explains(table, name, value, true, explained))
        hint = explained;
    if (hint == NULL)
        return refuse(r, meant, "there is no option %s", quoted);
    return vib_error_set(r->err, VIB_EUSAGE, "%s%sthere is no option %s; %s", table->command,
                         *table->command ? ": " : "", quoted, hint);
}

/* Finds the option whose name is `name`, or alone begins so. */
static int find_long(const struct reader *r, const char *word, struct name name, size_t *found) {
    const struct option_row *row;
    char names[256] = "", quoted[QUOTE_SIZE];
    size_t matches = 0, used = 0;
    for (size_t i = 0; (row = options_row(r->table, i)) != NULL; i++) {
        if (row->name == NULL || strncmp(row->name, name.text, name.length) != 0)
            continue;
        *found = i;
        if (row->name[name.length] == '\0')
            return 0;
        (void)snprintf(names + used, sizeof names - used, "%s--%s", matches > 0 ? ", " : "",
                       row->name);
        used = strlen(names);
        matches++;
    }
    if (matches == 0)
        return unknown_option(r, word, name);
    return matches == 1 ? 0
                        : refuse(r, NULL, "option %s may be one of %s", quote(quoted, word), names);
}

/* "--name" or "--name=value" */
static int take_long(struct reader *r, const char *word) {
    const struct name name = {word + 2, strcspn(word + 2, "=")};
    const char *value = name.text[name.length] == '=' ? name.text + name.length + 1 : NULL;
    size_t i = 0;
    int rc = find_long(r, word, name, &i);
    if (rc != 0)
        return rc;
    const struct option_row *row = options_row(r->table, i);
    if (row->argument != NULL)
        return take_value(r, i, value);
    if (value != NULL)
        return refuse(r, NULL, "--%s takes no value", row->name);
    return store(r, i, NULL);
}

static bool find_letter(const struct reader *r, char letter, size_t *found) {
    const struct option_row *row;
    for (size_t i = 0; (row = options_row(r->table, i)) != NULL; i++)
        if (row->letter == letter) {
            *found = i;
            return true;
        }
    return false;
}

/* Of a cluster, -vq, it tells the letter alone, unless that is but a byte of a character. */
static int unknown_letter(const struct reader *r, const char *word, char letter) {
    const char option[] = {'-', letter, '\0'};
    const bool alone = (unsigned char)letter < 0x80;
    return unknown_option(r, alone ? option : word, name_of(word + 1));
}

/* "-q", "-qv", "-j4": letters of flags, the last maybe of an option with its value. */
static int take_letters(struct reader *r, const char *word) {
    int rc = 0;
    for (const char *at = word + 1; rc == 0 && *at != '\0'; at++) {
        size_t i;
        if (!find_letter(r, *at, &i))
            return unknown_letter(r, word, *at);
        if (options_row(r->table, i)->argument != NULL)
            return take_value(r, i, at[1] != '\0' ? at + 1 : NULL);
        rc = store(r, i, NULL);
    }
    return rc;
}

/* "beta=0.1", where "--set beta=0.1" can be. */
static bool lacks_set(const struct reader *r, const char *word) {
    for (size_t i = 0; i < r->table->n; i++)
        if (r->table->rows[i].name != NULL && strcmp(r->table->rows[i].name, "set") == 0)
            return strchr(word, '=') != NULL;
    return false;
}

static int take_positional(struct reader *r, const char *word) {
    char quoted[QUOTE_SIZE], meant[QUOTE_SIZE + sizeof "--set "];
    while (r->positional < r->table->n && r->table->rows[r->positional].name != NULL)
        r->positional++;
    if (r->positional == r->table->n) {
        (void)snprintf(meant, sizeof meant, "--set %s", quote(quoted, word));
        return refuse(r, lacks_set(r, word) ? meant : NULL, "%s is one argument too many", quoted);
    }
    const size_t i = r->positional;
    r->positional += r->table->rows[i].kind != OPTION_LIST; /* which takes all the others */
    return store(r, i, word);
}

static int check_required(const struct reader *r) {
    char brief[128];
    for (size_t i = 0; i < r->table->n; i++) {
        const struct option_row *row = &r->table->rows[i];
        if (!row->required || (r->given >> i & 1) != 0)
            continue;
        if (row->name != NULL)
            return refuse(r, NULL, "--%s %s is missing", row->name, row->argument);
        options_brief(r->table, brief, sizeof brief);
        return refuse(r, NULL, "name %s, as in %s", row->help, brief);
    }
    return 0;
}

/* What would be a mistake of the command's author. */
static void check_table(const struct option_table *table) {
    assert(table->n <= OPTIONS_MAX_ROWS);
    for (size_t i = 0; i < table->n; i++) {
        const struct option_row *row = &table->rows[i];
        const bool takes_value = row->kind != OPTION_FLAG && row->kind != OPTION_END;
        assert(takes_value == (row->argument != NULL));
        assert(row->name != NULL || (takes_value && row->letter == '\0'));
        assert(row->kind != OPTION_CHOICE || row->choice != NULL);
        (void)takes_value; /* without asserts */
    }
}

int options_read(const struct option_table *table, int argc, char *const argv[], void *values,
                 struct vib_error *err) {
    struct reader r = {
        .table = table, .argv = argv + 1, .end = argv + argc, .values = values, .err = err};
    bool options = true; /* until "--" */
    int rc = 0;
    check_table(table);
    while (rc == 0 && r.argv < r.end) {
        const char *word = *r.argv++;
        if (!options || word[0] != '-' || word[1] == '\0')
            rc = take_positional(&r, word);
        else if (word[1] != '-')
            rc = take_letters(&r, word);
        else if (word[2] != '\0')
            rc = take_long(&r, word);
        else
            options = false;
    }
    return rc != 0 ? rc : check_required(&r);
}
