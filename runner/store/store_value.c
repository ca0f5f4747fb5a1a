#include "runner/store/store_value.h"

#include "runner/base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool store_row_value(struct store_row *row, int column, struct store_value *value) {
    *value = (struct store_value){.type = STORE_NULL};
    if (column < 0)
        return true;
    value->type = store_row_type(row, column);
    if (value->type == STORE_INTEGER)
        value->integer = store_row_integer(row, column);
    else if (value->type == STORE_REAL)
        value->real = store_row_real(row, column);
    else if (value->type == STORE_TEXT)
        return (value->text = store_row_text(row, column, NULL)) != NULL;
    return true;
}

bool store_value_same(const struct store_value *a, const struct store_value *b) {
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

const char *store_value_text(const struct store_value *value, char number[STORE_NUMBER]) {
    switch (value->type) {
    case STORE_INTEGER:
        (void)snprintf(number, STORE_NUMBER, "%" PRId64, value->integer);
        return number;
    case STORE_REAL:
        (void)number_format_real(value->real, number, STORE_NUMBER);
        return number;
    case STORE_TEXT:
        return value->text;
    case STORE_NULL:
        break;
    }
    return NULL;
}
