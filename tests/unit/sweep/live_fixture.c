#include "tests/unit/sweep/live_fixture.h"

#include <stdio.h>

static uint64_t id_of(const void *context, size_t i) {
    return ((const uint64_t *)context)[i];
}

void live_made_up_row(const void *context, size_t i, struct live_row *row) {
    const size_t id = (size_t)id_of(context, i);
    *row = (struct live_row){.epoch = id,
                             .epochs = 200,
                             .step = 10 * id,
                             .steps = 600,
                             .share = 0.01 * (double)id,
                             .objective = 0.5};
    (void)snprintf(row->label, sizeof row->label, "beta=0.00%zu K=256 seed=0", id);
}

const uint64_t live_jobs[LIVE_JOBS] = {1, 2, 3, 4, 5, 6};
const struct live_view live_made_up = {.name = "demo",
                                       .total = 120,
                                       .done = 3,
                                       .failed = 1,
                                       .running = 2,
                                       .helping = 6,
                                       .elsewhere = 4,
                                       .waiting = 5,
                                       .share = 0.5,
                                       .eta_s = 12000.0,
                                       .examples_per_s = 10900.0,
                                       .queue = "4 running, 0 pending",
                                       .n_rows = 3,
                                       .id = id_of,
                                       .row = live_made_up_row,
                                       .context = live_jobs};
