/* Memory that lives exactly as long as a configuration: taken piece by piece, freed at once. */
#ifndef RUNNER_CONFIG_CONFIG_ARENA_H
#define RUNNER_CONFIG_CONFIG_ARENA_H

#include <stddef.h>

struct config_arena;

/* NULL when out of memory. */
struct config_arena *config_arena_new(void);
void config_arena_free(struct config_arena *arena);

/* Zeroed memory for n objects of the size, aligned for any of them; NULL when out of memory. n may
 * be 0. */
void *config_arena_alloc(struct config_arena *arena, size_t n, size_t size);

/* A copy of the string; NULL when out of memory. */
char *config_arena_copy(struct config_arena *arena, const char *text);

#endif
