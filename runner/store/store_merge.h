/* Jobs of other databases flow together in one: the results of two machines, or of the parts of a
 * sweep that ran on many.
 *
 * A job is known by its identity. Only settled jobs come, with all that they left: their settings,
 * results, epochs, estimates, codes and files of weights, the data they were trained on and the
 * runs that trained them. Of two that have the same identity a done one stands before a diverged
 * one, and that before a failed one; of two that are done the one that is there stays, and gets
 * what it lacks and the other has: codes, weights, what an older program did not measure. Merging
 * the same again changes nothing. The databases that are read stay as they are; they may be of an
 * older schema, and lie where nobody may write.
 *
 * Order of use: store_merge_begin; perhaps a grid is added to store_merge_target; store_merge_add
 * for each; store_merge_commit; store_merge_free, which undoes what was not committed. Until then
 * it is one transaction, so that a sweep that runs on the target waits, and weights are new files.
 * Thread rule: a merge belongs to one thread. */
#ifndef RUNNER_STORE_STORE_MERGE_H
#define RUNNER_STORE_STORE_MERGE_H

#include "core/error.h"
#include "runner/base/host.h"

#include <stdbool.h>
#include <stddef.h>

struct store;
struct store_merge; /* opaque */

struct merge_counts {
    size_t n_new;        /* jobs that are settled now, and were not before */
    size_t n_better;     /* jobs that took the place of one that failed or diverged */
    size_t n_known;      /* jobs that were there */
    size_t n_completed;  /* of these, jobs that got codes, weights or measures that they lacked */
    size_t n_disagree;   /* jobs whose results differ from those that are there */
    size_t n_weightless; /* jobs whose file of weights is missing or cannot be read */
};

/* Gets a sentence for people: of results that disagree, of weights that are missing. */
struct merge_listener {
    void (*tell)(void *context, const char *sentence);
    void *context;
    bool temporary; /* the target is this process's alone and goes with it: it has no log, nothing
                       is synced, and jobs come without their weights, which stay where they are */
};

/* Opens the target, creating it where it is not there, and begins. The listener is copied. Errors:
 * of store_open; VIB_EBUSY while another process merges into it, or holds it. */
int store_merge_begin(struct store_merge **merge, const char *target, const struct host *self,
                      const struct merge_listener *listener, struct vib_error *err);

/* The open target, within the transaction. */
struct store *store_merge_target(struct store_merge *merge);

/* Adds to *counts what became of a database's jobs. *left_out: it is missing, damaged or no
 * database that can be merged, as *err says, and nothing of it was taken; the result is then 0.
 * Errors: VIB_EUSAGE when it is the target itself; those of the target, after which nothing can be
 * committed. */
int store_merge_add(struct store_merge *merge, const char *path, struct merge_counts *counts,
                    bool *left_out, struct vib_error *err);

/* Errors: of the store; then nothing has changed. */
int store_merge_commit(struct store_merge *merge, struct vib_error *err);

void store_merge_free(struct store_merge *merge); /* NULL is harmless */

#endif
