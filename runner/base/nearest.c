#include "runner/base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_LENGTH = 48 }; /* longer names are near to nothing */

struct name name_of(const char *text) {
    return (struct name){text, strlen(text)};
}

static bool same_letter(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Optimal string alignment of names of at most MAX_LENGTH. */
static size_t edits(struct name a, struct name b) {
    size_t rows[3][MAX_LENGTH + 1];
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

/* Odd, so that a caller's penalty of 1 decides between equals. */
size_t name_distance(struct name name, struct name candidate) {
    if (name.length == 0 || name.length > MAX_LENGTH || candidate.length > MAX_LENGTH)
        return SIZE_MAX;
    const size_t n = edits(name, candidate);
    return n > name.length / 3 ? SIZE_MAX : 2 * n + 1;
}

void nearest_take(struct nearest *nearest, struct name candidate, size_t distance) {
    if (distance == SIZE_MAX || (nearest->best.text != NULL && distance >= nearest->distance))
        return;
    *nearest = (struct nearest){candidate, distance};
}

void nearest_offer(struct nearest *nearest, struct name name, const char *candidate) {
    const struct name known = name_of(candidate);
    nearest_take(nearest, known, name_distance(name, known));
}
