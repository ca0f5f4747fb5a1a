#include "runner/base/clock.h"

#include <stdio.h>
#include <time.h>

double clock_s(void) {
    struct timespec now;
    /* Cannot fail: the clock is there and the pointer is good. */
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The date and time up to the second, without what follows; returns the milliseconds. */
static unsigned write_second(char text[CLOCK_UTC_SIZE]) {
    struct timespec now;
    struct tm parts;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* as above */
    if (gmtime_r(&now.tv_sec, &parts) == NULL ||
        strftime(text, CLOCK_UTC_SIZE, "%Y-%m-%dT%H:%M:%S", &parts) == 0)
        (void)snprintf(text, CLOCK_UTC_SIZE, "1970-01-01T00:00:00"); /* of a clock gone mad */
    return (unsigned)(now.tv_nsec / 1000000) % 1000;
}

void clock_utc(char text[CLOCK_UTC_SIZE]) {
    char second[CLOCK_UTC_SIZE];
    const unsigned milliseconds = write_second(second);
    (void)snprintf(text, CLOCK_UTC_SIZE, "%.24s.%03uZ", second, milliseconds);
}

void clock_utc_second(char text[CLOCK_UTC_SIZE]) {
    char second[CLOCK_UTC_SIZE];
    (void)write_second(second);
    (void)snprintf(text, CLOCK_UTC_SIZE, "%.24sZ", second);
}
