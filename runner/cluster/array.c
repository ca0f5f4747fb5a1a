#include "runner/cluster/array.h"

#include <stdio.h>
#include <stdlib.h>

/* As ranges: sbatch takes no text of any length. */
static void write_elements(FILE *out, const size_t *shards, size_t n, size_t offset) {
    for (size_t i = 0; i < n;) {
        size_t last = i;
        while (last + 1 < n && shards[last + 1] == shards[last] + 1)
            last++;
        fprintf(out, "%s%zu", i > 0 ? "," : "", shards[i] - offset);
        if (last > i)
            fprintf(out, "-%zu", shards[last] - offset);
        i = last + 1;
    }
}

void array_init(struct array *array, const size_t *shards, size_t n, size_t max_array_size) {
    size_t size;
    array->offset = shards[0] - shards[0] % max_array_size;
    array->n = 0;
    array->text = NULL;
    while (array->n < n && shards[array->n] - array->offset < max_array_size)
        array->n++;
    FILE *out = open_memstream(&array->text, &size);
    if (out == NULL)
        return;
    write_elements(out, shards, array->n, array->offset);
    if (fclose(out) != 0)
        array_release(array);
}

void array_release(struct array *array) {
    free(array->text);
    array->text = NULL;
}
