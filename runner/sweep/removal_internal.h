/* The jobs of a removal; for runner/sweep/removal*.c only. */
#ifndef RUNNER_SWEEP_REMOVAL_INTERNAL_H
#define RUNNER_SWEEP_REMOVAL_INTERNAL_H

#include "runner/config/value_label.h"
#include "runner/store/store_forget.h"
#include "runner/sweep/removal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REMOVAL_LISTED = 20 /* jobs at most */ };

struct removal_job {
    int64_t id;
    char identity[IDENTITY_SIZE];
    enum job_state state;
};

struct removal {
    enum removal_kind kind;
    const struct removal_options *options; /* borrowed */
    struct store_filter *filters;          /* what the options choose; these two are owned */
    int64_t *ids;
    struct job_choice choice;
    struct removal_job *jobs; /* [n], by id; owned */
    size_t n, room;
    char *values[REMOVAL_LISTED]; /* of the first jobs, as value_label.h has them; owned */
    struct value_label label;
};

/* "rerun" or "forget" */
const char *removal_name(const struct removal *removal);

/* Finds the jobs as a store has them now. *removal holds none yet. Errors: of store_choose_jobs. */
int removal_find(struct removal *removal, struct store *store, struct vib_error *err);

/* Removes them if they are still what they were when they were found. Errors: of removal_run. */
int removal_apply(const struct removal *removal, struct vib_error *err);

/* The jobs alone; harmless where there are none. */
void removal_release_jobs(struct removal *removal);

#endif
