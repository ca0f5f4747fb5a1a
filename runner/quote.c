#include "runner/quote.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool continues_character(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

const char *quote(char out[QUOTE_SIZE], const char *text) {
    const size_t room = QUOTE_SIZE - sizeof "''";
    size_t length = strlen(text);
    bool cut = length > room;
    if (cut) {
        length = room - strlen("...");
        while (length > 0 && continues_character(text[length]))
            length--;
    }
    char *end = out;
    *end++ = '\'';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        *end++ = c < 0x20 || c == 0x7f ? '?' : text[i];
    }
    (void)snprintf(end, QUOTE_SIZE - (size_t)(end - out), "%s", cut ? "...'" : "'");
    return out;
}
