#include "tests/bench/machine.h"

#include "runner/base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double machine_load(void) {
    double load;
    return getloadavg(&load, 1) == 1 ? load : (double)NAN;
}

/* The first line of /proc/stat, see proc(5): user, nice, system, idle, iowait, irq, softirq and
 * steal, in clock ticks. */
static double all_processors_s(void) {
    unsigned long long user, nice, system, irq, soft, steal;
    FILE *in = fopen("/proc/stat", "r");
    if (in == NULL)
        return (double)NAN;
    const int n = fscanf(in, "cpu %llu %llu %llu %*u %*u %llu %llu %llu", &user, &nice, &system,
                         &irq, &soft, &steal);
    (void)fclose(in); /* nothing was written */
    if (n != 6)
        return (double)NAN;
    return (double)(user + nice + system + irq + soft + steal) / (double)sysconf(_SC_CLK_TCK);
}

void machine_time_now(struct machine_time *now) {
    struct timespec own;
    /* Cannot fail: the clock is there and the pointer is good. */
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    now->clock = clock_s();
    now->all = all_processors_s();
    now->own = (double)own.tv_sec + 1e-9 * (double)own.tv_nsec;
}

double machine_others(const struct machine_time *then, const struct machine_time *now) {
    const double all = now->all - then->all, own = now->own - then->own;
    return (all - own) / (now->clock - then->clock);
}
