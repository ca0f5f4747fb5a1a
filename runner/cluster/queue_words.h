/* What Slurm says of a sweep, in a line for people: how many of its tasks run, wait and why, and
 * were requeued. Nothing depends upon it. */
#ifndef RUNNER_CLUSTER_QUEUE_WORDS_H
#define RUNNER_CLUSTER_QUEUE_WORDS_H

#include "runner/cluster/queue.h"

#include <stdbool.h>
#include <stddef.h>

enum { QUEUE_WORDS_SIZE = 256 };

/* Asks squeue for the tasks of the sweep whose folder this is, for a few seconds at most. Returns
 * whether any is in the queue. words = "" where there is nothing to tell: the folder is not one of
 * vib-sweep slurm's, or squeue is missing, fails or does not answer. Thread rule: any thread. */
bool queue_words(char words[QUEUE_WORDS_SIZE], const char *folder);

/* The same from what squeue writes, which this changes. Exposed for its test. */
bool queue_words_parse(char words[QUEUE_WORDS_SIZE], char *text, const char plan[QUEUE_PLAN_SIZE]);

#endif
