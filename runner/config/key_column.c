/* How a database keeps the values of a key. Declared in keys.h. */
#include "runner/config/keys.h"

#include <assert.h>
#include <string.h>

bool key_has_column(const struct key *key) {
    return (key->flags & KEY_SWEEP) == 0;
}

void key_column(const struct key *key, char out[KEY_COLUMN_SIZE]) {
    const size_t length = strlen(key->name);
    assert(length < KEY_COLUMN_SIZE);
    for (size_t i = 0; i <= length; i++)
        out[i] = key->name[i] == '.' ? '_' : key->name[i];
}

enum key_storage key_storage(const struct key *key) {
    switch (key->type) {
    case KEY_REAL:
        return KEY_STORE_REAL;
    case KEY_SIZE:
    case KEY_SEED:
        return KEY_STORE_INTEGER;
    case KEY_CHOICE:
    case KEY_STRING:
    case KEY_WIDTHS:
    case KEY_SET:
        break;
    }
    return KEY_STORE_TEXT;
}
