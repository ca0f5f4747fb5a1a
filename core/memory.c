#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

void vib_memory_discard(void *memory, size_t size) {
    memset(memory, 0, size);
#ifdef MADV_DONTNEED
    /* Anonymous memory reads as zero afterwards, which it is already should the advice fail. */
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t skipped = (page - (uintptr_t)memory % page) % page;
    if (size > skipped + page)
        (void)madvise((char *)memory + skipped, (size - skipped) / page * page, MADV_DONTNEED);
#endif
}
