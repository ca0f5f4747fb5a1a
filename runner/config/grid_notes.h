/* What a configuration asks for that comes to nothing, without being wrong. */
#ifndef RUNNER_CONFIG_GRID_NOTES_H
#define RUNNER_CONFIG_GRID_NOTES_H

#include "runner/config/grid.h"

#include <stddef.h>

enum { GRID_NOTES = 5, GRID_NOTE_SIZE = 400 };

/* Writes a sentence about each thing, without a full stop, and returns how many there are: keys
 * that are given other values than their default, or swept, though they matter to no job of the
 * grid; jobs that end before their beta has risen to its value, or before bounds along the way;
 * jobs whose evaluate.bounds leaves nothing to make along the way, or no bound on I(Z;X). Time:
 * grid_settings of every point. */
size_t grid_notes(const struct grid *grid, char notes[GRID_NOTES][GRID_NOTE_SIZE]);

#endif
