/* What a database tells of one job that has ended. Only read; thread rule as for the store. */
#ifndef RUNNER_STORE_STORE_ENDED_H
#define RUNNER_STORE_STORE_ENDED_H

#include "core/error.h"
#include "runner/store/result.h"
#include "runner/store/store.h"

#include <stddef.h>

struct ended_status {
    enum job_state state;
    double elapsed_s; /* in training and evaluation */
    char message[sizeof((struct job_result *)0)->message];
    struct result_row split[VIB_SPLITS]; /* filled for the set of enum vib_split_id `splits`, */
    unsigned splits;                     /* empty for a job without a result */
    char *values; /* owned: of every key its value, as of struct running_status */
    size_t values_size;
};

void ended_status_release(struct ended_status *ended); /* harmless where all is 0 */

/* The job of that identity, as it is now, whatever its state; of one that is not there the state is
 * JOB_PENDING. Errors: those of store_query. */
int store_read_ended(struct store *store, const char *identity, struct ended_status *ended,
                     struct vib_error *err);

#endif
