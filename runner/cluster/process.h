/* Another program, run to its end without a shell. */
#ifndef RUNNER_CLUSTER_PROCESS_H
#define RUNNER_CLUSTER_PROCESS_H

#include "core/error.h"

struct process {
    int status;       /* its exit status; 128 + N when signal N ended it */
    char *out, *said; /* what it wrote to stdout, and to stderr; owned */
};

/* Runs argv[0], looked for in $PATH; argv ends in NULL. Its stdin is empty. A status that is not 0
 * is no error of this. Errors: VIB_EIO (it cannot be run, with the reason), VIB_ENOMEM; then
 * *process is zeroed. Thread rule: any thread. */
int process_run(struct process *process, const char *const *argv, struct vib_error *err);

void process_release(struct process *process);

/* For a process whose status tells that it failed: VIB_EIO with its name, status and last words. */
int process_failed(const struct process *process, const char *name, struct vib_error *err);

#endif
