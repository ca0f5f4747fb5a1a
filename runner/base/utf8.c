#include "runner/base/utf8.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of the character at text, which is not its end; 0 when there is none. */
static size_t character(const unsigned char *text) {
    /* By length: the least code, so that there is one way to write each. */
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = *text;
    if (first < 0x80)
        return 1;
    const size_t length = first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    uint32_t code = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < least[length] || surrogate || code > 0x10ffff ? 0 : length;
}

bool utf8_valid(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const size_t length = character(at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

char *utf8_escape(const char *text) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = (const unsigned char *)text;
    char *escaped = malloc(strlen("\\xNN") * strlen(text) + 1), *end = escaped;
    if (escaped == NULL)
        return NULL;
    while (*at != '\0') {
        const size_t length = character(at);
        if (length > 0) {
            memcpy(end, at, length);
            end += length;
            at += length;
            continue;
        }
        *end++ = '\\';
        *end++ = 'x';
        *end++ = digits[*at >> 4];
        *end++ = digits[*at & 15];
        at++;
    }
    *end = '\0';
    return escaped;
}
