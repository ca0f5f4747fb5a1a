/* Shards as elements of Slurm's job arrays, whose indices stay below MaxArraySize: an array has an
 * offset, a multiple of that, and element I of it is shard offset + I. */
#ifndef RUNNER_CLUSTER_ARRAY_H
#define RUNNER_CLUSTER_ARRAY_H

#include <stddef.h>

struct array {
    size_t offset;
    size_t n;   /* elements */
    char *text; /* of --array: "1-3,7"; owned */
};

/* The array of the first shards[0..], at most n, that one array can hold; they ascend, n > 0. Its
 * text is NULL when out of memory. */
void array_init(struct array *array, const size_t *shards, size_t n, size_t max_array_size);

void array_release(struct array *array);

#endif
