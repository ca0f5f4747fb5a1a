#include "runner/base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t utf8_character(const char *start) {
    const unsigned char *text = (const unsigned char *)start;
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
    while (*text != '\0') {
        const size_t length = utf8_character(text);
        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

char *utf8_escape(const char *text) {
    static const char digits[] = "0123456789abcdef";
    char *escaped = malloc(strlen("\\xNN") * strlen(text) + 1), *end = escaped;
    if (escaped == NULL)
        return NULL;
    while (*text != '\0') {
        const size_t length = utf8_character(text);
        if (length > 0) {
            memcpy(end, text, length);
            end += length;
            text += length;
            continue;
        }
        *end++ = '\\';
        *end++ = 'x';
        *end++ = digits[(unsigned char)*text >> 4];
        *end++ = digits[*text & 15];
        text++;
    }
    *end = '\0';
    return escaped;
}
