#include "runner/manual/roff.h"

#include <string.h>

enum { LINE = 70 /* characters of a line of the source, longer words and escapes aside */ };

static void put(FILE *out, char c) {
    static const struct {
        char c;
        const char *escaped;
    } marks[] = {{'\\', "\\(rs"}, {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
                 {'^', "\\(ha"},  {'~', "\\(ti"}, {'"', "\\(dq"}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (marks[i].c == c) {
            (void)fputs(marks[i].escaped, out);
            return;
        }
    (void)fputc(c, out);
}

void roff_word(FILE *out, const char *text) {
    for (; *text != '\0'; text++)
        put(out, *text);
}

/* A word at the start of a line that begins with a dot would be a request. */
static void put_word(FILE *out, const char *word, size_t length, size_t at) {
    if (at > 0)
        (void)fputc(' ', out);
    else if (*word == '.')
        (void)fputs("\\&", out);
    for (size_t i = 0; i < length; i++)
        put(out, word[i]);
}

/* Returns what follows the line's end. */
static const char *put_break(FILE *out, const char *text, size_t at) {
    const size_t n = strspn(text, "\n");
    if (at > 0)
        (void)fputc('\n', out);
    if (text[n] != '\0')
        (void)fputs(n > 1 ? ".sp\n" : ".br\n", out);
    return text + n;
}

void roff_text(FILE *out, const char *text) {
    size_t at = 0; /* characters of the line that is being written */
    while (*text != '\0') {
        const size_t length = strcspn(text, " \n");
        if (at > 0 && at + 1 + length > LINE) {
            (void)fputc('\n', out);
            at = 0;
        }
        if (length > 0) {
            put_word(out, text, length, at);
            at += length + (at > 0);
        }
        text += length;
        if (*text == '\n') {
            text = put_break(out, text, at);
            at = 0;
        }
        text += *text == ' ';
    }
    if (at > 0)
        (void)fputc('\n', out);
}

void roff_section(FILE *out, const char *name) {
    (void)fprintf(out, ".SH %s\n", name);
}

void roff_entry(FILE *out, const char *name, const char *text) {
    (void)fputs(".TP\n\\fB", out);
    roff_word(out, name);
    (void)fputs("\\fR\n", out);
    roff_text(out, text);
}
