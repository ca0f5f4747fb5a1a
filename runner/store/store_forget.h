/* Taking jobs back, as if they had never run, or out of the database: first which, then one by one.
 *
 * Thread rule: as for the store. */
#ifndef RUNNER_STORE_STORE_FORGET_H
#define RUNNER_STORE_STORE_FORGET_H

#include "core/error.h"
#include "runner/config/identity.h"
#include "runner/store/result.h"
#include "runner/store/store_filter.h"
#include "runner/store/store_query.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* A job is chosen when all of these choose it. All borrowed. */
struct job_choice {
    const struct store_filter *filters; /* [n_filters]; none: jobs of any values */
    size_t n_filters;
    const int64_t *jobs; /* [n_jobs], ids; none: any */
    size_t n_jobs;
    bool failed; /* failed ones alone */
};

struct chosen_job {
    int64_t id;
    char identity[IDENTITY_SIZE];
    enum job_state state;
    int64_t run, pid;                 /* of JOB_RUNNING: who runs it; else 0 */
    const char *host;                 /* the same, or NULL; borrowed for the call, as are */
    const struct store_value *values; /* [n_keys] */
};

struct job_chooser {
    int (*job)(void *context, const struct chosen_job *job, struct vib_error *err);
    void *context;
};

/* Calls for each chosen job, by id; a result other than 0 ends the walk and becomes its result.
 * Errors: VIB_EUSAGE where a chosen id is no job's; those of store_query. */
int store_choose_jobs(struct store *store, const struct job_choice *choice,
                      const struct job_chooser *chooser, struct vib_error *err);

/* Makes a job, whatever became of it, pending and as new: what it left is deleted, but for its
 * files. */
int store_reset_job(struct store *store, int64_t job, struct vib_error *err);

/* Deletes a job with all that it left, but for its files. */
int store_delete_job(struct store *store, int64_t job, struct vib_error *err);

#endif
