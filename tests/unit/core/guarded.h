/* Memory beside a page that may not be touched: an access beyond it is SIGSEGV also in code that
 * sanitizers do not see, which is generated at run time or belongs to a library. */
#ifndef TESTS_CORE_GUARDED_H
#define TESTS_CORE_GUARDED_H

#include <stddef.h>

enum guard_side { GUARD_AFTER, GUARD_BEFORE, GUARD_SIDES };

struct guarded {
    void *data; /* [size], zeros at first; a multiple of 4 if size is */
    void *map;
    size_t map_size;
};

void guarded_init(struct guarded *memory, size_t size, enum guard_side side);
void guarded_release(struct guarded *memory);

#endif
