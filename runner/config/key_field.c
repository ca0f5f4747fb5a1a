/* Values of keys as struct settings holds them. Declared in keys.h. */
#include "runner/config/keys.h"

#include <assert.h>
#include <string.h>

size_t key_size(const struct key *key) {
    switch (key->type) {
    case KEY_REAL:
        return sizeof(double);
    case KEY_SIZE:
        return sizeof(size_t);
    case KEY_SEED:
        return sizeof(uint64_t);
    case KEY_CHOICE:
        return sizeof(int);
    case KEY_STRING:
        return sizeof(const char *);
    case KEY_WIDTHS:
        return (1 + VIB_MAX_HIDDEN) * sizeof(size_t);
    case KEY_SET:
        return sizeof(unsigned);
    }
    return 0;
}

const void *key_at(const struct settings *settings, const struct key *key) {
    return (const char *)settings + key->field;
}

void key_put(struct settings *settings, const struct key *key, const void *value) {
    memcpy((char *)settings + key->field, value, key_size(key));
}

static const char *string_at(const void *value) {
    const char *text;
    memcpy(&text, value, sizeof text);
    return text;
}

/* Equal values have equal bytes: there is no minus zero, and nothing behind the last width. */
int key_compare(const struct key *key, const void *a, const void *b) {
    if (key->type == KEY_STRING)
        return strcmp(string_at(a), string_at(b));
    return memcmp(a, b, key_size(key));
}

/* FNV-1a, over the end of a string, too. */
uint64_t key_hash(const struct key *key, const void *value, uint64_t hash) {
    const bool string = key->type == KEY_STRING;
    const unsigned char *bytes = string ? (const void *)string_at(value) : value;
    const size_t size = string ? strlen((const char *)bytes) + 1 : key_size(key);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

double key_real(const struct settings *settings, const struct key *key) {
    double value;
    assert(key->type == KEY_REAL);
    memcpy(&value, key_at(settings, key), sizeof value);
    return value;
}

uint64_t key_integer(const struct settings *settings, const struct key *key) {
    uint64_t seed;
    size_t size;
    assert(key->type == KEY_SIZE || key->type == KEY_SEED);
    if (key->type == KEY_SEED) {
        memcpy(&seed, key_at(settings, key), sizeof seed);
        return seed;
    }
    memcpy(&size, key_at(settings, key), sizeof size);
    return size;
}
