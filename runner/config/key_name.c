#include "runner/config/key_name.h"

#include "runner/config/keys.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { MAX_NAME = 48 }; /* longer names are near to nothing */

struct span {
    const char *text;
    size_t length;
};

static struct span span_of(const char *text) {
    return (struct span){text, strlen(text)};
}

static struct span last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return span_of(dot ? dot + 1 : name);
}

static struct span section_of(const char *name) {
    const char *dot = strrchr(name, '.');
    return (struct span){name, dot ? (size_t)(dot - name) : 0};
}

static bool same_letter(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Insertions, deletions, substitutions and swaps of neighbours that turn a into b, ignoring case
 * (optimal string alignment). Both are at most MAX_NAME long. */
static size_t edit_distance(struct span a, struct span b) {
    size_t rows[3][MAX_NAME + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t cost = !same_letter(a.text[i - 1], b.text[j - 1]);
            now[j] = least(last[j - 1] + cost, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a.text[i - 1], b.text[j - 2]) &&
                same_letter(a.text[i - 2], b.text[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.length];
}

/* 2 * distance + 1, so that a penalty of 1 decides between equals; SIZE_MAX when not near. */
static size_t score(struct span name, struct span candidate) {
    if (name.length == 0 || name.length > MAX_NAME || candidate.length > MAX_NAME)
        return SIZE_MAX;
    size_t distance = edit_distance(name, candidate);
    return distance > name.length / 3 ? SIZE_MAX : 2 * distance + 1;
}

/* Compares whole names, and last parts where the section is missing or wrong. */
static size_t key_score(const char *name, const char *candidate) {
    size_t whole = score(span_of(name), span_of(candidate));
    size_t part = score(last_part(name), last_part(candidate));
    return part == SIZE_MAX ? whole : least(whole, part + 1);
}

const struct key *key_find(const char *name) {
    for (size_t i = 0; i < n_keys; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

const char *key_nearest(const char *name) {
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < n_keys; i++) {
        size_t candidate = key_score(name, keys[i].name);
        if (candidate < best) {
            best = candidate;
            nearest = keys[i].name;
        }
    }
    return nearest;
}

bool key_is_section(const char *name) {
    size_t length = strlen(name);
    if (length == 0)
        return false;
    for (size_t i = 0; i < n_keys; i++) {
        if (strncmp(keys[i].name, name, length) == 0 && keys[i].name[length] == '.')
            return true;
    }
    return false;
}

const char *key_nearest_section(const char *name, const char *const *words, size_t *length) {
    struct span nearest = {NULL, 0};
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < n_keys; i++) {
        struct span section = section_of(keys[i].name);
        if (section.length > 0 && score(span_of(name), section) < best) {
            best = score(span_of(name), section);
            nearest = section;
        }
    }
    for (; words && *words; words++) {
        if (score(span_of(name), span_of(*words)) < best) {
            best = score(span_of(name), span_of(*words));
            nearest = span_of(*words);
        }
    }
    *length = nearest.length;
    return nearest.text;
}
