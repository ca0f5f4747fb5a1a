/* Replaces the allocator of the whole process, libraries included, by one that counts blocks and
 * bytes and fails when told. For the one source file of a test program; defines CAN_REPLACE_MALLOC
 * unless a sanitizer, or another C library, has an allocator of its own. */
#ifndef TESTS_BASE_FAILING_MALLOC_H
#define TESTS_BASE_FAILING_MALLOC_H

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define CAN_REPLACE_MALLOC 1
#endif
#else
#define CAN_REPLACE_MALLOC 1
#endif
#endif

#ifdef CAN_REPLACE_MALLOC

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static long fail_after = -1; /* allocations until the one that fails; negative: never */
static long n_live;          /* blocks allocated and not freed */
static long live_bytes;      /* that they take */
static long most_bytes;      /* that they took at once, since it was set */

static bool fails(void) {
    if (fail_after < 0 || fail_after-- > 0)
        return false;
    errno = ENOMEM;
    return true;
}

static void add_bytes(void *memory) {
    live_bytes += (long)malloc_usable_size(memory);
    most_bytes = live_bytes > most_bytes ? live_bytes : most_bytes;
}

static void *counted(void *memory) {
    n_live += memory != NULL;
    add_bytes(memory);
    return memory;
}

void *malloc(size_t size) {
    return counted(fails() ? NULL : __libc_malloc(size));
}

void *calloc(size_t n, size_t size) {
    return counted(fails() ? NULL : __libc_calloc(n, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return counted(fails() ? NULL : __libc_memalign(alignment, size));
}

void *realloc(void *old, size_t size) {
    const long before = (long)malloc_usable_size(old);
    void *memory = fails() ? NULL : __libc_realloc(old, size);
    n_live += memory != NULL && old == NULL;
    live_bytes -= memory != NULL ? before : 0;
    add_bytes(memory);
    return memory;
}

void free(void *memory) {
    n_live -= memory != NULL;
    live_bytes -= (long)malloc_usable_size(memory);
    __libc_free(memory);
}

#endif

#endif
