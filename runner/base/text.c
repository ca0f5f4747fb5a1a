#include "runner/base/text.h"

#include "core/printable.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool continues_character(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t text_cut(const char *text, size_t most) {
    size_t length = strnlen(text, most + 1);
    if (length <= most)
        return length;
    length = most;
    while (length > 0 && continues_character(text[length]))
        length--;
    return length;
}

/* Whether the character that begins with these two bytes takes two columns: those of East Asia,
 * emoji, and for safety's sake all symbols from U+2300 on, some of which do. */
static bool is_wide(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xe1: /* U+1100 to U+115F, Hangul's first consonants */
        return second == 0x84 || second == 0x85;
    case 0xe2:
        return second >= 0x8c;
    case 0xee: /* U+E000 to U+EFFF, for private use */
        return false;
    default:
        return first >= 0xe3;
    }
}

/* The columns that the byte adds to a text: 0 within a character. */
static size_t columns_of(const char *at) {
    if (continues_character(at[0]))
        return 0;
    return is_wide((unsigned char)at[0], (unsigned char)at[1]) ? 2 : 1;
}

size_t text_characters(const char *text) {
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += !continues_character(*text);
    return n;
}

size_t text_width(const char *text, size_t size) {
    size_t width = 0;
    for (size_t i = 0; i < size; i++)
        width += columns_of(text + i);
    return width;
}

size_t text_fit(const char *text, size_t columns) {
    size_t length = 0, width = 0;
    while (text[length] != '\0' && (width += columns_of(text + length)) <= columns)
        length++;
    return length;
}

void text_show(FILE *out, const char *text) {
    char part[256];
    while (*text != '\0') {
        const size_t whole = text_cut(text, sizeof part - 1), n = whole > 0 ? whole : 1;
        memcpy(part, text, n);
        part[n] = '\0';
        vib_make_printable(part);
        (void)fputs(part, out);
        text += n;
    }
}

void text_wrap(FILE *out, const char *text, size_t column, size_t indent) {
    size_t at = column; /* 0 = at the start of a line, before the indent */
    bool begun = false; /* a word has been written */
    while (*text != '\0') {
        const size_t length = strcspn(text, " \n"), width = text_width(text, length);
        if (length > 0) {
            if (begun && at > 0 && at + 1 + width > TEXT_COLUMNS) {
                (void)fputc('\n', out);
                at = 0;
            }
            const size_t gap = at == 0 ? indent : begun ? 1 : 0;
            (void)fprintf(out, "%*s%.*s", (int)gap, "", (int)length, text);
            at += gap + width;
            begun = true;
        }
        text += length;
        if (*text == '\n') {
            (void)fputc('\n', out);
            at = 0;
        }
        text += *text != '\0';
    }
    (void)fputc('\n', out);
}

void text_entry(FILE *out, const char *name, const char *help, size_t column) {
    const size_t width = 2 + text_width(name, strlen(name));
    (void)fprintf(out, "  %s", name);
    if (width + 2 > column) /* a long name has a line of its own */
        (void)fprintf(out, "\n%*s", (int)column, "");
    else
        (void)fprintf(out, "%*s", (int)(column - width), "");
    text_wrap(out, help, column, column);
}

char *text_make(void (*write)(FILE *out, const void *context), const void *context) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    write(out, context);
    const bool written = !ferror(out);
    if (fclose(out) == 0 && written)
        return text;
    free(text);
    return NULL;
}
