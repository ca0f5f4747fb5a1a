#include "runner/base/text.h"

#include <stdbool.h>
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
