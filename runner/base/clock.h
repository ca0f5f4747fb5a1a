/* Elapsed time. */
#ifndef RUNNER_BASE_CLOCK_H
#define RUNNER_BASE_CLOCK_H

/* Seconds on a clock that never goes back; only differences mean something. */
double clock_s(void);

#endif
