#include "runner/base/quote.h"

#include "runner/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *quote(char out[QUOTE_SIZE], const char *text) {
    const size_t room = QUOTE_SIZE - sizeof "''";
    size_t length = strlen(text);
    const bool cut = length > room;
    if (cut)
        length = text_cut(text, room - strlen("..."));
    char *end = out;
    *end++ = '\'';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        *end++ = c < 0x20 || c == 0x7f ? '?' : text[i];
    }
    (void)snprintf(end, QUOTE_SIZE - (size_t)(end - out), "%s", cut ? "...'" : "'");
    return out;
}
