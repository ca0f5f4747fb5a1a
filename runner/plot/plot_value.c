#include "runner/plot/plot_value.h"

#include "runner/base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool plot_value_same(const struct store_value *a, const struct store_value *b) {
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case STORE_INTEGER:
        return a->integer == b->integer;
    case STORE_REAL:
        return !(a->real < b->real || a->real > b->real);
    case STORE_TEXT:
        return a->text == b->text || strcmp(a->text, b->text) == 0;
    case STORE_NULL:
        break;
    }
    return true;
}

const char *plot_value_text(const struct store_value *value, char number[PLOT_NUMBER]) {
    switch (value->type) {
    case STORE_INTEGER:
        (void)snprintf(number, PLOT_NUMBER, "%" PRId64, value->integer);
        return number;
    case STORE_REAL:
        (void)number_format_real(value->real, number, PLOT_NUMBER);
        return number;
    case STORE_TEXT:
        return value->text;
    case STORE_NULL:
        break;
    }
    return NULL;
}
