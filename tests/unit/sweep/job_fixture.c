#include "tests/unit/sweep/job_fixture.h"

#include "runner/sweep/checkpoint.h"
#include "tests/unit/store/store_fixture.h"
#include "tests/unit/core/trainer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char bench_identity[65] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static const struct vib_params params = {.beta = 1e-2,
                                         .K = JOB_K,
                                         .seed = 1,
                                         .n_hidden = 1,
                                         .hidden = {8},
                                         .epochs = JOB_EPOCHS,
                                         .batch = 16,
                                         .lr = 1e-3,
                                         .lr_decay_epochs = 2,
                                         PAPERS_OPTIMISER,
                                         .eval_every = 2,
                                         .eval_samples = 2};

int job_bench_new(void **state) {
    const struct vib_mixture mixture = {.dim = 3,
                                        .classes = JOB_CLASSES,
                                        .n_train = JOB_N_TRAIN,
                                        .n_test = JOB_N_TEST,
                                        .separation = 3.0,
                                        .noise = 1.0};
    struct job_bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    make_folder(b->folder);
    snprintf(b->database, sizeof b->database, "%s/x.db", b->folder);
    char *folder = checkpoint_folder(b->database);
    assert_non_null(folder);
    assert_non_null(b->checkpoint = checkpoint_path(folder, bench_identity));
    free(folder);
    assert_ok(vib_dataset_make_mixture(&b->data, &mixture, &b->err), &b->err);
    *state = b;
    return 0;
}

int job_bench_free(void **state) {
    struct job_bench *b = *state;
    remove_folder(b->folder);
    vib_dataset_release(&b->data);
    free(b->checkpoint);
    free(b);
    return 0;
}

struct job *job_bench_add(struct job_bench *b) {
    struct job *job = job_new(b->checkpoint);
    assert_non_null(job);
    memcpy(job->identity, bench_identity, sizeof bench_identity);
    settings_init(&job->settings);
    job->settings.job = params;
    job->settings.checkpoint_every_s = 0;
    job->data = &b->data;
    job->stop = &b->stop;
    return job;
}

void assert_done(const struct job *job) {
    assert_false(job->interrupted);
    assert_int_equal(job->result.state, JOB_DONE);
    assert_int_equal(job->result.n_epochs, 2);
}
