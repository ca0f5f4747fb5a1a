/* A job on its thread: to the end, stopped and continued, diverged, failed, without a disk. */
#include "runner/job.h"
#include "runner/checkpoint.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_TRAIN = 64 };

static const char identity[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static const struct vib_params params = {.beta = 1e-2,
                                         .K = 2,
                                         .seed = 1,
                                         .n_hidden = 1,
                                         .hidden = {8},
                                         .epochs = 4,
                                         .batch = 16,
                                         .lr = 1e-3,
                                         .lr_decay = 0.97,
                                         .lr_decay_epochs = 2,
                                         .adam_beta1 = 0.5,
                                         .adam_beta2 = 0.999,
                                         .adam_epsilon = 1e-8,
                                         .average_decay = 0.999,
                                         .eval_every = 2,
                                         .eval_samples = 2};

struct bench {
    char dir[256], db[300];
    char *path;
    struct vib_dataset data;
    atomic_bool stop;
};

static int bench_new(void **state) {
    const struct vib_mixture mixture = {
        .dim = 3, .classes = 2, .n_train = N_TRAIN, .n_test = 32, .separation = 3.0, .noise = 1.0};
    struct bench *b = calloc(1, sizeof *b);
    struct vib_error err;
    const char *tmp = getenv("TMPDIR");
    assert_non_null(b);
    snprintf(b->dir, sizeof b->dir, "%s/vib-job-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->db, sizeof b->db, "%s/x.db", b->dir);
    assert_non_null(b->path = checkpoint_path(b->db, identity));
    assert_int_equal(vib_dataset_make_mixture(&b->data, &mixture, &err), VIB_OK);
    *state = b;
    return 0;
}

static int bench_free(void **state) {
    struct bench *b = *state;
    char folder[400];
    struct vib_error err;
    (void)checkpoint_remove(b->path, &err);
    snprintf(folder, sizeof folder, "%s.checkpoints", b->db);
    (void)remove(folder);
    assert_int_equal(rmdir(b->dir), 0);
    vib_dataset_release(&b->data);
    free(b->path);
    free(b);
    return 0;
}

static struct job *new_job(struct bench *b) {
    struct job *job = job_new(b->path);
    assert_non_null(job);
    memcpy(job->identity, identity, sizeof identity);
    job->settings.job = params;
    job->data = &b->data;
    job->stop = &b->stop;
    return job;
}

static void assert_done(const struct job *job) {
    assert_false(job->interrupted);
    assert_int_equal(job->result.state, JOB_DONE);
    assert_int_equal(job->result.n_epochs, 2);
    assert_int_equal(job->result.epochs[0].epoch, 2);
    assert_int_equal(job->result.epochs[1].epoch, 4);
    assert_int_equal(job->result.examples, 4 * N_TRAIN);
    assert_true(isfinite(job->result.objective));
}

static void runs_to_its_end(void **state) {
    struct bench *b = *state;
    struct job *job = new_job(b);
    job_run(job, 0);
    assert_done(job);
    assert_string_equal(job->result.message, "");
    assert_true(atomic_load(&job->monitor.done) == 1.0);
    assert_int_equal(atomic_load(&job->monitor.epoch), 4);
    assert_int_equal(atomic_load(&job->monitor.examples), 4 * N_TRAIN);
    assert_int_not_equal(access(b->path, F_OK), 0); /* checkpoints are off */
    job_free(job);
}

/* Runs a job that is asked to stop before its first step. */
static struct job *interrupt(struct bench *b) {
    struct job *job = new_job(b);
    atomic_store(&b->stop, true);
    job_run(job, 0);
    atomic_store(&b->stop, false);
    assert_true(job->interrupted);
    return job;
}

static void stopped_and_continued(void **state) {
    struct bench *b = *state;
    struct job *whole = new_job(b), *first = interrupt(b), *second = new_job(b);
    assert_string_equal(first->result.message, "");
    assert_int_equal(access(b->path, F_OK), 0);
    job_run(second, 0);
    assert_done(second);
    unlink(b->path);
    job_run(whole, 0);
    assert_done(whole);
    assert_memory_equal(whole->result.epochs, second->result.epochs,
                        2 * sizeof *whole->result.epochs);
    job_free(whole);
    job_free(first);
    job_free(second);
}

static void a_checkpoint_that_cannot_be_written_is_told(void **state) {
    struct bench *b = *state;
    char folder[400];
    snprintf(folder, sizeof folder, "%s.checkpoints", b->db);
    FILE *in_its_place = fopen(folder, "w");
    assert_non_null(in_its_place);
    assert_int_equal(fclose(in_its_place), 0);
    struct job *job = interrupt(b);
    assert_memory_equal(job->result.message, "cannot ", 7); /* not that it could not be read */
    assert_non_null(strstr(job->result.message, folder));
    job_free(job);
    /* It is no reason not to finish. */
    job = new_job(b);
    job->settings.checkpoint_every_s = 1e-9;
    job_run(job, 0);
    assert_done(job);
    assert_non_null(strstr(job->result.message, folder));
    job_free(job);
}

static void a_damaged_checkpoint_starts_it_over(void **state) {
    struct bench *b = *state;
    job_free(interrupt(b));
    assert_int_equal(truncate(b->path, 100), 0);
    struct job *job = new_job(b);
    job_run(job, 0);
    assert_done(job);
    assert_memory_equal(job->result.message, "started over: ", 14);
    job_free(job);
}

static void assert_diverges(struct bench *b, size_t batch, size_t eval_every, const char *message) {
    struct job *job = new_job(b);
    job->settings.job.lr = 1e30;
    job->settings.job.batch = batch;
    job->settings.job.eval_every = eval_every;
    job_run(job, 0);
    assert_false(job->interrupted);
    assert_int_equal(job->result.state, JOB_DIVERGED);
    assert_string_equal(job->result.message, message);
    assert_true(atomic_load(&job->monitor.done) < 1.0);
    job_free(job);
}

/* The second step sees the first one's weights: within an epoch, at the beginning of one, and in
 * the evaluation between the two. */
static void diverges_in_the_right_epoch(void **state) {
    struct bench *b = *state;
    assert_diverges(b, 16, 4, "the objective is not finite in epoch 1");
    assert_diverges(b, N_TRAIN, 4, "the objective is not finite in epoch 2");
    assert_diverges(b, N_TRAIN, 1, "the objective is not finite in epoch 1");
}

static void fails_with_words(void **state) {
    struct bench *b = *state;
    struct job *job = new_job(b);
    job->settings.job.batch = N_TRAIN + 1;
    job_run(job, 0);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_non_null(strstr(job->result.message, "train.batch is 65"));
    job_free(job);
}

#define JOB_TEST(name) cmocka_unit_test_setup_teardown(name, bench_new, bench_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        JOB_TEST(runs_to_its_end),
        JOB_TEST(stopped_and_continued),
        JOB_TEST(a_checkpoint_that_cannot_be_written_is_told),
        JOB_TEST(a_damaged_checkpoint_starts_it_over),
        JOB_TEST(diverges_in_the_right_epoch),
        JOB_TEST(fails_with_words),
    };
    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
