#include "runner/plot/plot_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- characters --- */

/* The length of the UTF-8 character at the beginning of text and its number; 1 and 0 for a byte
 * that begins none. */
static size_t read_character(const char *text, uint32_t *number) {
    static const struct {
        uint32_t first, end; /* bytes that begin such a character are in [first, end) */
        uint32_t least;      /* number of one */
    } forms[] = {{0, 0x80, 0}, {0xc0, 0xe0, 0x80}, {0xe0, 0xf0, 0x800}, {0xf0, 0xf8, 0x10000}};
    const uint32_t byte = (unsigned char)*text;
    *number = 0;
    for (size_t extra = 0; extra < 4; extra++) {
        if (byte < forms[extra].first || byte >= forms[extra].end)
            continue;
        uint32_t c = byte - forms[extra].first;
        for (size_t i = 1; i <= extra; i++) {
            const uint32_t more = (unsigned char)text[i];
            if ((more & 0xc0) != 0x80) /* also at the end of text */
                return 1;
            c = c << 6 | (more & 0x3f);
        }
        if (c < forms[extra].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
            return 1;
        *number = c;
        return extra + 1;
    }
    return 1;
}

/* XML has no way to write the others. */
static bool is_of_xml(uint32_t c) {
    return c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff;
}

/* Rounded up from DejaVu Sans, the widest of the usual fonts, at 11 points, which are 14.7 pixels.
 */
static double character_width(uint32_t c) {
    static const char narrow[] = " !\"'()*,-./:;I[\\]_`fijlrt|", wide[] = "#%&+<=>@MW^mw~";
    if (c < 0x80 && strchr(narrow, (int)c) != NULL)
        return 7.4;
    if (c < 0x80 && strchr(wide, (int)c) != NULL)
        return 14.7;
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? 11.6 : 9.4;
    if (c >= 0x300 && c < 0x370) /* accents, over the character before */
        return 0;
    return (c >= 0xe0 && c < 0x180) || (c >= 0x3ac && c < 0x3d0) ? 10 : 16; /* é, β; Ж, 中 */
}

double plot_text_width(const char *text, size_t size) {
    double width = 0;
    uint32_t c;
    for (const char *at = text; at < text + size && *at != '\0';) {
        at += read_character(at, &c);
        width += character_width(c);
    }
    return width;
}

/* --- lines --- */

/* The bytes of text that fill a line, and in *next those that it takes with the blank behind. */
static size_t fill_line(const char *text, double room, size_t *next) {
    size_t end = 0, comma = 0, blank = 0;
    double width = 0;
    uint32_t c;
    while (text[end] != '\0') {
        const size_t length = read_character(text + end, &c);
        width += character_width(c);
        if (c == ' ' && end > 0) { /* it may hang over */
            blank = end;
            comma = text[end - 1] == ',' ? end : comma;
        } else if (width > room && end > 0) {
            const size_t at = comma > 0 ? comma : blank;
            *next = at > 0 ? at + 1 : end;
            return at > 0 ? at : end;
        }
        end += length;
    }
    *next = end;
    return end;
}

char *plot_text_wrap(const char *text, double room, size_t *lines, double *width) {
    char *wrapped = malloc(2 * strlen(text) + 1),
         *to = wrapped; /* a line has a character or more */
    double widest = 0;
    *lines = 0;
    if (wrapped == NULL)
        return NULL;
    do {
        size_t next;
        const size_t size = fill_line(text, room, &next);
        if ((*lines)++ > 0)
            *to++ = '\n';
        memcpy(to, text, size);
        to += size;
        widest = fmax(widest, plot_text_width(text, size));
        text += next;
    } while (*text != '\0');
    *to = '\0';
    if (width != NULL)
        *width = widest;
    return wrapped;
}

/* --- for gnuplot --- */

void plot_string(const char *text, FILE *out) {
    uint32_t c;
    (void)putc('\'', out);
    for (size_t length; *text != '\0'; text += length) {
        length = read_character(text, &c);
        if (c == '\n')
            (void)fputs("'.\"\\n\".'", out);
        else if (c == '\'')
            (void)fputs("''", out);
        else if (is_of_xml(c))
            (void)fwrite(text, 1, length, out);
        else
            (void)putc('?', out);
    }
    (void)putc('\'', out);
}
