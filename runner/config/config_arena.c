#include "runner/config/config_arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024 };

struct block {
    struct block *next;
    size_t used, size;
    max_align_t data[];
};

struct config_arena {
    struct block *blocks; /* the first is the one being filled */
};

struct config_arena *config_arena_new(void) {
    return calloc(1, sizeof(struct config_arena));
}

void config_arena_free(struct config_arena *arena) {
    if (!arena)
        return;
    while (arena->blocks) {
        struct block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    free(arena);
}

static struct block *add_block(struct config_arena *arena, size_t need) {
    size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
    struct block *block = calloc(1, sizeof *block + size);
    if (!block)
        return NULL;
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

static void *take(struct config_arena *arena, size_t bytes, size_t alignment) {
    struct block *block = arena->blocks;
    size_t start = block ? (block->used + alignment - 1) / alignment * alignment : 0;
    if (!block || start > block->size || bytes > block->size - start) {
        block = add_block(arena, bytes);
        if (!block)
            return NULL;
        start = 0;
    }
    block->used = start + bytes;
    return (char *)block->data + start;
}

void *config_arena_alloc(struct config_arena *arena, size_t n, size_t size) {
    if (size != 0 && n > SIZE_MAX / 4 / size)
        return NULL;
    return take(arena, n * size, _Alignof(max_align_t));
}

char *config_arena_copy(struct config_arena *arena, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = take(arena, size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}
