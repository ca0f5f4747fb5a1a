/* What a team costs and what it could do: the time of a round of parts of nothing, and how much of
 * a training step is in rounds. */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include "tests/bench/model.h"
#include "tests/bench/workload.h"

/* Rounds of as many empty parts as the team has threads and one more. Work is in rounds. */
struct workload empty_rounds_workload(void);

/* The steps of one job on one thread, whose rounds are watched. Rates: rounds a second; `shared`,
 * the share of the time that is spent in rounds; `share_on_2`, `_8` and `_16`, the time that the
 * steps would take on so many cores over that on one, if the parts of a round are equal and rounds
 * cost nothing. The workload borrows *model. */
struct workload watched_steps_workload(const struct model *model);

#endif
