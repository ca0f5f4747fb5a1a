#include "runner/base/text.h"

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

size_t text_width(const char *text, size_t size) {
    size_t width = 0;
    for (size_t i = 0; i < size; i++)
        width += !continues_character(text[i]);
    return width;
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
