#include "runner/base/quote.h"

#include "core/printable.h"
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
    (void)snprintf(out, QUOTE_SIZE, "'%.*s%s'", (int)length, text, cut ? "..." : "");
    vib_make_printable(out);
    return out;
}
