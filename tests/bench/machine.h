/* What else this machine does meanwhile. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdio.h>

/* The load average of the minute before; NaN where the system does not tell. */
double machine_load(void);

/* Processor time since some moment, s. */
struct machine_time {
    double clock, all, own; /* all: of the whole machine, with what its host took away */
};

/* Linux's /proc/stat tells; where there is none, `all` is NaN. */
void machine_time_now(struct machine_time *now);

/* How many processors, on average from then to now, others kept busy; NaN. The system counts in
 * hundredths of a second, so it can be a little below 0. */
double machine_others(const struct machine_time *then, const struct machine_time *now);

#endif
