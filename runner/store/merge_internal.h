/* What the files of a merge share; for runner/store/store_merge.c and merge_*.c only. */
#ifndef RUNNER_STORE_MERGE_INTERNAL_H
#define RUNNER_STORE_MERGE_INTERNAL_H

#include "runner/store/merge_files.h"
#include "runner/store/store_internal.h"
#include "runner/store/store_merge.h"

/* A run as both databases number it. */
struct merge_run {
    int64_t theirs, ours;
};

/* A database whose jobs are taken. */
struct merge_part {
    struct store *target, *from;
    const char *path; /* of `from` */
    struct merge_files *files;
    const struct merge_listener *listener;
    struct merge_counts counts;
    struct merge_run *runs; /* [n_runs], ascending by theirs */
    size_t n_runs;
    bool theirs; /* the error is of `from`, or of what stands in it */
};

/* Takes all that belongs to the settled jobs of an open database, within a savepoint. */
int merge_part_take(struct merge_part *part, struct vib_error *err);

/* What jobs refer to: data sets with their splits and classes, scales of inputs, runs; fills
 * part->runs, which is to be freed whatever the result. */
int merge_take_context(struct merge_part *part, struct vib_error *err);

/* The target's id of their run; 0 when there is none. */
int64_t merge_run_of(const struct merge_part *part, int64_t theirs);

/* The result of writing to the target: a row that its tables do not admit is the other's fault. */
int merge_written(struct merge_part *part, int rc, struct vib_error *err);

#endif
