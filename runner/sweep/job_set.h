/* A set of jobs, by their identities. */
#ifndef RUNNER_SWEEP_JOB_SET_H
#define RUNNER_SWEEP_JOB_SET_H

#include "core/error.h"
#include "runner/config/identity.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed it is empty. */
struct job_set {
    size_t n, room;
    char (*identities)[IDENTITY_SIZE]; /* [room]; owned */
};

void job_set_release(struct job_set *set);

/* Error: VIB_ENOMEM. */
int job_set_add(struct job_set *set, const char *identity, struct vib_error *err);

/* Adds the settled jobs (done or diverged) of a database, which is only read. On failure it is left
 * as it was. Errors: of store_open_reader and store_query. */
int job_set_read(struct job_set *set, const char *database, struct vib_error *err);

/* To be called between the last addition and the first question. */
void job_set_sort(struct job_set *set);

bool job_set_has(const struct job_set *set, const char *identity);

#endif
