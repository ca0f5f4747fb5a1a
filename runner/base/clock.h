/* Elapsed time, and the time of day. */
#ifndef RUNNER_BASE_CLOCK_H
#define RUNNER_BASE_CLOCK_H

/* Seconds on a clock that never goes back; only differences mean something. */
double clock_s(void);

/* The time of day in UTC, with milliseconds as the database has it: "2026-01-31T23:59:59.123Z". */
enum { CLOCK_UTC_SIZE = 32 };
void clock_utc(char text[CLOCK_UTC_SIZE]);

/* The same to the second: "2026-01-31T23:59:59Z". */
void clock_utc_second(char text[CLOCK_UTC_SIZE]);

#endif
