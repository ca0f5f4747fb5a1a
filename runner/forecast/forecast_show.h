/* A forecast for people and for programs. Write errors stay in the stream; names are made
 * printable.
 */
#ifndef RUNNER_FORECAST_FORECAST_SHOW_H
#define RUNNER_FORECAST_FORECAST_SHOW_H

#include "runner/config/grid_notes.h"
#include "runner/forecast/forecast.h"

#include <stddef.h>
#include <stdio.h>

enum { FORECAST_WARNINGS = GRID_NOTES + 8, FORECAST_WARNING_SIZE = 400 };

/* Writes what is to be thought of before the sweep is begun, a sentence each; returns how many. */
size_t forecast_warnings(const struct forecast *forecast,
                         char warnings[FORECAST_WARNINGS][FORECAST_WARNING_SIZE]);

void forecast_print(FILE *out, const struct forecast *forecast);

/* One JSON object, in a line: counts of jobs, core_s and so on as in struct forecast, null for what
 * is not known. */
void forecast_print_json(FILE *out, const struct forecast *forecast);

#endif
