/* How a job is called in front of people: the values in which it differs from its neighbours. */
#ifndef RUNNER_CONFIG_LABEL_H
#define RUNNER_CONFIG_LABEL_H

#include "runner/config/config.h"
#include "runner/config/keys.h"

#include <stddef.h>

enum { LABEL_MAX_KEYS = KEYS_MAX };

/* What tells the jobs of a sweep apart. */
struct label {
    size_t n;
    const struct key *keys[LABEL_MAX_KEYS];
    int digits[LABEL_MAX_KEYS]; /* significant, of a KEY_REAL */
};

/* The keys are the trade-offs of the methods of the sweep (beta) and K, where they are not swept,
 * then the swept keys in the order of the axes (seed when there are none). Keys that one axis ties
 * together all count. Numbers have 4 digits, or as many more as it takes to tell the values of the
 * sweep apart. */
void label_init(struct label *label, const struct config *config);

/* The value of the i-th key; "-" where it does not matter to the job. */
void label_value(const struct label *label, size_t i, const struct settings *settings,
                 char text[KEY_TEXT_SIZE]);

/* "beta=0.001 K=256 seed=0", cut to size after a whole character. */
void label_job(const struct label *label, const struct settings *settings, char *text, size_t size);

/* "<1 s", "35 s", "12 min", "3 h 20 min", "2 d 4 h"; text needs 32 bytes. */
void label_duration(double seconds, char *text, size_t size);

/* "0.8 core-seconds", from 0.01 core-hours on "12 core-hours"; text needs 32 bytes. Returns it. */
const char *label_work(double core_s, char *text, size_t size);

/* "85 kB", "1.3 MB", "12 MB", "2.5 GB"; text needs 32 bytes. Returns it. */
const char *label_bytes(double bytes, char *text, size_t size);

#endif
