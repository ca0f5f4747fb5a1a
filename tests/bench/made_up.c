#include "tests/bench/made_up.h"

#include "core/random.h"

#include <stdio.h>
#include <stdlib.h>

static int fill_split(struct vib_split *split, const struct made_up *shape, uint32_t id, size_t n) {
    const struct vib_stream words = {1, VIB_STREAM_MIXTURE, id, 0};
    const size_t bytes = n * shape->dim;
    uint32_t *word = malloc(bytes / 4 * sizeof *word);
    split->n = n;
    split->bytes = malloc(bytes);
    split->labels = malloc(n * sizeof *split->labels);
    if (word == NULL || split->bytes == NULL || split->labels == NULL) {
        free(word);
        return VIB_ENOMEM;
    }
    vib_random_bits(&words, 0, bytes / 4, word);
    for (size_t i = 0; i < bytes; i++)
        split->bytes[i] = (uint8_t)(word[i / 4] >> (8 * (i % 4)));
    for (size_t i = 0; i < n; i++)
        split->labels[i] = (uint16_t)(i % shape->classes);
    free(word);
    return VIB_OK;
}

int made_up_data(struct vib_dataset *data, const struct made_up *shape, struct vib_error *err) {
    *data = (struct vib_dataset){.dim = shape->dim, .classes = shape->classes};
    snprintf(data->name, sizeof data->name, "%s", shape->name);
    int rc = fill_split(&data->split[VIB_TRAIN], shape, VIB_TRAIN, shape->n_train);
    if (rc == VIB_OK)
        rc = fill_split(&data->split[VIB_TEST], shape, VIB_TEST, shape->n_test);
    rc = rc == VIB_OK ? vib_dataset_finish(data, err)
                      : vib_error_set(err, rc, "out of memory for the data");
    if (rc != VIB_OK)
        vib_dataset_release(data);
    return rc;
}
