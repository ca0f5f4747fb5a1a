/* vib-sweep slurm: from a configuration to tasks in Slurm's queue, and, run again, to what is still
 * missing of them. */
#ifndef RUNNER_CLUSTER_SUBMIT_H
#define RUNNER_CLUSTER_SUBMIT_H

#include "core/error.h"
#include "runner/base/options.h"

#include <stdbool.h>
#include <stddef.h>

struct submit_options {
    const char *config;       /* path of the YAML file */
    struct option_list sets;  /* "KEY=VALUE" */
    const char *folder;       /* NULL: results/<name>.slurm */
    const char *hours;        /* of a task, as text; NULL: 1 */
    size_t max_tasks;         /* at a time; 0: as many as Slurm starts */
    const char *rate;         /* FLOP/s of a thread, as text; NULL: measured here */
    bool dry_run;             /* tell, do nothing */
    bool check;               /* a task's: whether all is as it was submitted; nothing else */
    struct option_list words; /* the user's options of sbatch */
};

/* Returns 0, also when nothing was left to submit, or a vib_status: those of configuration, data
 * and store; VIB_EUSAGE (options, or a folder of another sweep); VIB_EIO when a command of Slurm's
 * fails, which leaves what was submitted before in the queue: the same call goes on. */
int submit_run(const struct submit_options *options, struct vib_error *err);

#endif
