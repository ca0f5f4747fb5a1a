#include "core/data/summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static float input_at(const struct vib_split *split, size_t i) {
    return split->bytes != NULL ? (float)split->bytes[i] : split->values[i];
}

static void measure_range(const struct vib_split *split, size_t dim, double *least, double *most) {
    float low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < split->n * dim; i++) {
        const float x = input_at(split, i);
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    *least = split->n > 0 ? (double)low : (double)NAN;
    *most = split->n > 0 ? (double)high : (double)NAN;
}

/* Row by row, as memory has them; varies [dim] is zero at first. */
static size_t count_constant(const struct vib_split *split, size_t dim, bool *varies) {
    size_t n = dim;
    for (size_t i = 1; i < split->n && n > 0; i++)
        for (size_t k = 0; k < dim; k++)
            if (!varies[k] && (input_at(split, i * dim + k) < input_at(split, k) ||
                               input_at(split, i * dim + k) > input_at(split, k))) {
                varies[k] = true;
                n--;
            }
    return n;
}

void vib_data_summary_release(struct vib_data_summary *summary) {
    for (size_t s = 0; s < VIB_SPLITS; s++)
        free(summary->counts[s]);
    *summary = (struct vib_data_summary){0};
}

int vib_data_summary_init(struct vib_data_summary *summary, const struct vib_dataset *data,
                          struct vib_error *err) {
    bool *varies = calloc(data->dim, sizeof *varies), failed = varies == NULL;
    *summary = (struct vib_data_summary){0};
    for (size_t s = 0; s < VIB_SPLITS && !failed; s++) {
        const struct vib_split *split = &data->split[s];
        measure_range(split, data->dim, &summary->least[s], &summary->most[s]);
        summary->counts[s] = calloc(data->classes, sizeof *summary->counts[s]);
        failed = summary->counts[s] == NULL;
        for (size_t i = 0; i < split->n && !failed; i++)
            summary->counts[s][split->labels[i]]++;
    }
    if (!failed)
        summary->n_constant = count_constant(&data->split[VIB_TRAIN], data->dim, varies);
    free(varies);
    if (!failed)
        return 0;
    vib_data_summary_release(summary);
    return vib_error_set(err, VIB_ENOMEM, "%s: out of memory", data->name);
}

double vib_data_bytes(const struct vib_dataset *data) {
    double bytes = 0;
    for (size_t s = 0; s < VIB_SPLITS; s++) {
        const struct vib_split *split = &data->split[s];
        const size_t input = split->bytes != NULL ? sizeof *split->bytes : sizeof *split->values;
        bytes += (double)split->n * ((double)data->dim * (double)input + sizeof *split->labels);
    }
    return bytes;
}
