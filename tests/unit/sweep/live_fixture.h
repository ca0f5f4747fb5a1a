/* A made-up sweep for the tests of the live block. */
#ifndef TESTS_SWEEP_LIVE_FIXTURE_H
#define TESTS_SWEEP_LIVE_FIXTURE_H

#include "runner/sweep/live_text.h"

enum { LIVE_JOBS = 6 };

/* Ids of jobs, 1 to LIVE_JOBS; of the job with the id 7 are told 70 steps of epoch 7. */
extern const uint64_t live_jobs[LIVE_JOBS];
void live_made_up_row(const void *jobs, size_t i, struct live_row *row);

/* A sweep with something of everything, of which the first three jobs run. */
extern const struct live_view live_made_up;

#endif
