#include "tests/unit/core/guarded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

void guarded_init(struct guarded *memory, size_t size, enum guard_side side) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (size + page - 1) / page * page;
    memory->map_size = inner + page;
    memory->map =
        mmap(NULL, memory->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory->map != MAP_FAILED);
    unsigned char *first = memory->map;
    unsigned char *guard = side == GUARD_AFTER ? first + inner : first;
    assert_int_equal(mprotect(guard, page, PROT_NONE), 0);
    memory->data = side == GUARD_AFTER ? guard - size : first + page;
}

void guarded_release(struct guarded *memory) {
    assert_int_equal(munmap(memory->map, memory->map_size), 0);
}
