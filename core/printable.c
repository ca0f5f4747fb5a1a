#include "core/printable.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a character of UTF-8 by its first one; 0 of a byte that begins none that may be shown.
 * The second byte is within lowest..highest, which leaves out controls, overlong forms, surrogates
 * and what is above U+10FFFF (Unicode 15, table 3-7); further ones are within 0x80..0xbf. */
static size_t measure(unsigned char first, unsigned char *lowest, unsigned char *highest) {
    *lowest = 0x80;
    *highest = 0xbf;
    if (first < 0x80)
        return first >= 0x20 && first != 0x7f ? 1 : 0;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    switch (first) {
    case 0xc2: /* U+0080 to U+009F are controls */
    case 0xe0:
        *lowest = 0xa0;
        break;
    case 0xed:
        *highest = 0x9f;
        break;
    case 0xf0:
        *lowest = 0x90;
        break;
    case 0xf4:
        *highest = 0x8f;
        break;
    default:
        break;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The length of the character that text begins with, 0 when there is none; *cut tells that the text
 * ends within it. */
static size_t character(const char *text, bool *cut) {
    unsigned char lowest, highest;
    const size_t length = measure((unsigned char)text[0], &lowest, &highest);
    *cut = false;
    for (size_t i = 1; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        *cut = c == '\0';
        if (c < lowest || c > highest)
            return 0;
        lowest = 0x80;
        highest = 0xbf;
    }
    return length;
}

void vib_make_printable(char *text) {
    bool cut;
    while (*text != '\0') {
        const size_t length = character(text, &cut);
        if (cut) {
            *text = '\0';
            return;
        }
        if (length == 0)
            *text = '?';
        text += length > 0 ? length : 1;
    }
}
