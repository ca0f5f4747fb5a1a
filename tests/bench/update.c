#include "tests/bench/update.h"

#include "core/adam.h"
#include "core/matrix.h"
#include "core/memory.h"
#include "tests/bench/record.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct updater {
    const struct model *model;
    struct vib_adam adam;
    float *vectors;
    uint64_t t;
};

static void finish(void *state) {
    struct updater *u = state;
    free(u->vectors);
    free(u->adam.w16);
    free(u);
}

/* Tile by tile, in the order of memory. */
static void update_layer(struct updater *u, const struct vib_layer *layer) {
    static const float values[VIB_BLOCK * VIB_BLOCK] = {1e-3f};
    for (size_t block = 0; block < vib_blocks(layer->out); block++)
        for (size_t row = 0; row < layer->in; row += VIB_BLOCK) {
            const size_t left = layer->in - row, columns = vib_block_columns(layer->out, block);
            const struct vib_gradient gradient = {
                .offset = layer->blocks + vib_block_offset(layer->in, block) + row * columns,
                .rows = left < VIB_BLOCK ? left : VIB_BLOCK,
                .columns = columns,
                .in_blocks = true,
                .values = values};
            vib_adam_apply(&u->adam, &gradient);
        }
}

static int run(void *state, double *work, struct vib_error *err) {
    (void)err;
    struct updater *u = state;
    const struct vib_params *params = &u->model->params;
    /* Two, since the average is brought up to date in every second one. */
    for (int i = 0; i < 2; i++) {
        vib_adam_begin(&u->adam, params, params->lr, ++u->t);
        for (size_t l = 0; l < u->model->net.n_layers; l++)
            update_layer(u, &u->model->net.layer[l]);
    }
    *work = 2.0;
    return VIB_OK;
}

static int start(const void *context, const struct worker *worker, void **state,
                 struct vib_error *err) {
    (void)worker;
    const struct model *model = context;
    const size_t n = model->net.n_memory;
    const bool narrow = model->params.precision == VIB_BF16;
    double work;
    struct updater *u = calloc(1, sizeof *u);
    if (u == NULL)
        return vib_error_set(err, VIB_ENOMEM, "out of memory");
    u->model = model;
    u->vectors = vib_memory_new(4 * n * sizeof *u->vectors);
    if (narrow)
        u->adam.w16 = vib_memory_new(n * sizeof *u->adam.w16);
    if (u->vectors == NULL || (narrow && u->adam.w16 == NULL)) {
        finish(u);
        return vib_error_set(err, VIB_ENOMEM, "out of memory for the update");
    }
    memset(u->vectors, 0, 4 * n * sizeof *u->vectors);
    u->adam.w = u->vectors;
    u->adam.m = u->vectors + n;
    u->adam.v = u->vectors + 2 * n;
    u->adam.a = u->vectors + 3 * n;
    *state = u;
    return run(u, &work, err);
}

static void describe(const void *context, FILE *out) {
    const struct model *model = context;
    model_describe(model, out);
    record_number(out, "parameters", (double)model->net.n_params);
    record_number(out, "bytes", update_bytes(model));
}

/* Per parameter, each of 4 bytes: w, m and v are read and written, in every second step a, too. The
 * bfloat16 copy is written, of 2 bytes, for which its lines are read. The gradient comes from the
 * cache. */
double update_bytes(const struct model *model) {
    const double every_step = 3.0 * (4.0 + 4.0), every_second = (4.0 + 4.0) / 2.0;
    const double copy = model->params.precision == VIB_BF16 ? 2.0 + 2.0 : 0.0;
    return (every_step + every_second + copy) * (double)model->net.n_params;
}

struct workload update_workload(const struct model *model) {
    return (struct workload){"update", {"updates_per_s"}, describe, start, run, finish, model};
}
