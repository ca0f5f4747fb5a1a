/* The known name that a mistyped one may mean, by edit distance. */
#ifndef RUNNER_BASE_NEAREST_H
#define RUNNER_BASE_NEAREST_H

#include <stddef.h>

/* Names of `length` bytes; they need not end in 0. */
struct name {
    const char *text;
    size_t length;
};

struct name name_of(const char *text);

/* How far candidate is from name, ignoring case: odd, 1 for equals, 2 more for each letter that is
 * inserted, left out, replaced or swapped with its neighbour (optimal string alignment). SIZE_MAX
 * where that is more than a third of name's letters, or a name is very long: not near. */
size_t name_distance(struct name name, struct name candidate);

/* The best of some candidates; best.text is NULL, as at first, while none is near. */
struct nearest {
    struct name best;
    size_t distance; /* of best, where there is one */
};

/* Takes candidate, whose distance is given, if it is nearer than those before it. */
void nearest_take(struct nearest *nearest, struct name candidate, size_t distance);

/* The same with the distance from name. candidate is borrowed: best.text points into it. */
void nearest_offer(struct nearest *nearest, struct name name, const char *candidate);

#endif
