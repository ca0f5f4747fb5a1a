/* The points of a sweep: the product of a configuration's axes, less exclusions and duplicates. */
#ifndef RUNNER_CONFIG_GRID_H
#define RUNNER_CONFIG_GRID_H

#include "core/error.h"
#include "runner/config/config.h"

#include <stddef.h>
#include <stdint.h>

struct grid {
    const struct config *config; /* borrowed; must outlive the grid */
    size_t n;                    /* points kept */
    uint32_t *points;            /* [n] positions in the full product, ascending; owned */
    size_t n_duplicates;         /* points dropped because an earlier one has the same values */
    size_t n_excluded;
    size_t n_idle_exclusions; /* entries of `exclude` that match no point */
};

/* Expands. Errors: VIB_ECONFIG when no point is left, with the reason; VIB_ENOMEM. */
int grid_init(struct grid *grid, const struct config *config, struct vib_error *err);
void grid_release(struct grid *grid);

/* The values at kept point i < n. */
void grid_settings(const struct grid *grid, size_t i, struct settings *settings);

#endif
