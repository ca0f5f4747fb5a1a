/* What the tests of jobs share: a folder, a small data set, and jobs on it that take no time. */
#ifndef TESTS_SWEEP_JOB_FIXTURE_H
#define TESTS_SWEEP_JOB_FIXTURE_H

#include "runner/sweep/job.h"
#include "tests/unit/base/folder.h"

#include <stdatomic.h>

enum { JOB_N_TRAIN = 64, JOB_N_TEST = 32, JOB_CLASSES = 3, JOB_EPOCHS = 4, JOB_K = 2 };

struct job_bench {
    char folder[FOLDER_SIZE],
        database[300]; /* the latter is not there: a job needs only its name */
    char *checkpoint;
    struct vib_dataset data;
    atomic_bool stop; /* of all jobs */
    struct vib_error err;
};

/* cmocka set-up and tear-down; *state is the struct job_bench *. */
int job_bench_new(void **state);
int job_bench_free(void **state);

extern const char bench_identity[65];

/* JOB_EPOCHS epochs with an evaluation after every second; no checkpoints, nothing kept. */
struct job *job_bench_add(struct job_bench *b);

/* The job was trained to its end with its two evaluations. */
void assert_done(const struct job *job);

#endif
