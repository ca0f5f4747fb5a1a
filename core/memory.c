#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

static const size_t CACHE_LINE = 64, HUGE_PAGE = (size_t)2 << 20;

void *vib_memory_new(size_t size) {
    size_t alignment = size >= 2 * HUGE_PAGE ? HUGE_PAGE : CACHE_LINE;
    if (size > SIZE_MAX - alignment)
        return NULL;
    size = size == 0 ? alignment : (size + alignment - 1) / alignment * alignment;
    void *memory = aligned_alloc(alignment, size);
#ifdef MADV_HUGEPAGE
    /* Advice: memory that does not get huge pages works as well. */
    if (memory != NULL && alignment == HUGE_PAGE)
        (void)madvise(memory, size, MADV_HUGEPAGE);
#endif
    return memory;
}
