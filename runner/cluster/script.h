/* The scripts that Slurm runs: one task of the sweep, and the merge of what the tasks found. */
#ifndef RUNNER_CLUSTER_SCRIPT_H
#define RUNNER_CLUSTER_SCRIPT_H

#include "core/error.h"

#include <stddef.h>
#include <stdio.h>

struct script {
    const char *sweep;        /* its name */
    const char *program;      /* absolute paths: of this program, */
    const char *folder;       /* of the sweep's folder, */
    const char *work;         /* and of that which relative paths of the configuration begin in */
    size_t threads;           /* of a task */
    size_t minutes;           /* its time limit */
    const char *const *words; /* [n_words] the user's options of sbatch */
    size_t n_words;
};

/* What these begin with, options of sbatch, the user's last, counts for all arrays; a script gets
 * the offset of its array (runner/cluster/array.h) as $1. Write errors stay in the stream. */
void script_write_task(FILE *out, const struct script *script);
void script_write_merge(FILE *out, const struct script *script);

/* Whether the user's options can stand in a script: VIB_EUSAGE when one holds a line end. */
int script_check_words(const char *const *words, size_t n_words, struct vib_error *err);

/* What the user's options say of --cpus-per-task, or `threads` when nothing. VIB_EUSAGE when that
 * is no number. */
int script_threads(const char *const *words, size_t n_words, size_t *threads,
                   struct vib_error *err);

#endif
