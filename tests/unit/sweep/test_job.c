/* A job on its thread: to the end, stopped and continued, diverged, failed, without a disk. */
#include "runner/sweep/checkpoint.h"
#include "tests/unit/sweep/job_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Nothing may be left behind but the checkpoint, if there is one. */
static int check_and_free(void **state) {
    struct job_bench *b = *state;
    char folder[400];
    (void)checkpoint_remove(b->checkpoint, &b->err);
    snprintf(folder, sizeof folder, "%s.checkpoints", b->database);
    (void)remove(folder);
    assert_int_equal(rmdir(b->folder), 0);
    assert_int_equal(mkdir(b->folder, 0700), 0);
    return job_bench_free(state);
}

static void assert_all_done(const struct job *job) {
    assert_done(job);
    assert_int_equal(job->result.epochs[0].epoch, 2);
    assert_int_equal(job->result.epochs[1].epoch, 4);
    assert_int_equal(job->result.examples, JOB_EPOCHS * JOB_N_TRAIN);
    assert_true(isfinite(job->result.objective));
}

static void runs_to_its_end(void **state) {
    struct job_bench *b = *state;
    struct job *job = job_bench_add(b);
    job_run(job, 0, NULL);
    assert_all_done(job);
    struct epoch_result evaluation;
    assert_true(job_evaluation(job, 1, &evaluation));
    assert_memory_equal(&evaluation, &job->result.epochs[1], sizeof evaluation);
    assert_false(job_evaluation(job, 2, &evaluation));
    assert_int_equal(atomic_load(&job->monitor.evaluated), 0);
    assert_string_equal(job->result.message, "");
    assert_true(atomic_load(&job->monitor.done) == 1.0);
    assert_int_equal(atomic_load(&job->monitor.epoch), JOB_EPOCHS);
    assert_int_equal(atomic_load(&job->monitor.examples), JOB_EPOCHS * JOB_N_TRAIN);
    assert_int_not_equal(access(b->checkpoint, F_OK), 0); /* checkpoints are off */
    job_free(job);
}

/* Runs a job that is asked to stop before its first step. */
static struct job *interrupt(struct job_bench *b) {
    struct job *job = job_bench_add(b);
    atomic_store(&b->stop, true);
    job_run(job, 0, NULL);
    atomic_store(&b->stop, false);
    assert_true(job->interrupted);
    return job;
}

static void stopped_and_continued(void **state) {
    struct job_bench *b = *state;
    struct job *whole = job_bench_add(b), *first = interrupt(b), *second = job_bench_add(b);
    assert_string_equal(first->result.message, "");
    assert_int_equal(access(b->checkpoint, F_OK), 0);
    job_run(second, 0, NULL);
    assert_all_done(second);
    unlink(b->checkpoint);
    job_run(whole, 0, NULL);
    assert_all_done(whole);
    assert_memory_equal(whole->result.epochs, second->result.epochs,
                        2 * sizeof *whole->result.epochs);
    job_free(whole);
    job_free(first);
    job_free(second);
}

/* Some of the training examples once more, as a validation split. */
static void add_validation(struct job_bench *b, size_t n) {
    const struct vib_split *from = &b->data.split[VIB_TRAIN];
    struct vib_split *to = &b->data.split[VIB_VALIDATION];
    const size_t dim = b->data.dim;
    to->n = n;
    assert_non_null(to->values = malloc(n * dim * sizeof *to->values));
    assert_non_null(to->labels = malloc(n * sizeof *to->labels));
    memcpy(to->values, from->values, n * dim * sizeof *to->values);
    memcpy(to->labels, from->labels, n * sizeof *to->labels);
    assert_int_equal(vib_dataset_finish(&b->data, &b->err), VIB_OK);
}

static struct job *bounds_job(struct job_bench *b) {
    struct job *job = job_bench_add(b);
    job->settings.job.bounds = 1u << VIB_ESTIMATOR_RATE | 1u << VIB_ESTIMATOR_MIXTURE;
    job->settings.job.bounds_n = 1000;
    return job;
}

static void every_split_is_measured(void **state) {
    struct job_bench *b = *state;
    struct job *two = bounds_job(b);
    job_run(two, 0, NULL);
    add_validation(b, JOB_N_TEST + 1);
    struct job *first = interrupt(b), *three = bounds_job(b);
    job_run(three, 0, NULL);
    assert_all_done(two);
    assert_all_done(three);
    for (size_t i = 0; i < 2; i++) {
        const struct epoch_result *old = &two->result.epochs[i], *new = &three->result.epochs[i];
        assert_int_equal(old->splits, 1u << VIB_TRAIN | 1u << VIB_TEST);
        assert_int_equal(new->splits, (1u << VIB_SPLITS) - 1);
        assert_memory_equal(new->split, old->split, 2 * sizeof *old->split);
        assert_true(new->split[VIB_VALIDATION].ce > 0 && new->split[VIB_VALIDATION].rate > 0);
    }
    const struct vib_information *bounds = three->result.information;
    assert_int_equal(two->result.information[VIB_VALIDATION].made, 0);
    assert_int_equal(bounds[VIB_VALIDATION].made, bounds[VIB_TEST].made);
    assert_int_equal(bounds[VIB_VALIDATION].n, JOB_N_TEST + 1);
    assert_true(bounds[VIB_VALIDATION].made != 0);
    job_free(two);
    job_free(first);
    job_free(three);
}

/* Without test examples there is nothing that codes could be kept of. */
static void a_job_needs_no_test_split(void **state) {
    struct job_bench *b = *state;
    const struct vib_split test = b->data.split[VIB_TEST];
    b->data.split[VIB_TEST] = (struct vib_split){.n = 0};
    struct job *job = job_bench_add(b);
    job->settings.save_codes = 5;
    job_run(job, 0, NULL);
    assert_all_done(job);
    assert_string_equal(job->result.message, "");
    assert_int_equal(job->result.epochs[1].splits, 1u << VIB_TRAIN);
    assert_null(job->result.codes);
    job_free(job);
    b->data.split[VIB_TEST] = test;
}

static void a_checkpoint_that_cannot_be_written_is_told(void **state) {
    struct job_bench *b = *state;
    char folder[400];
    snprintf(folder, sizeof folder, "%s.checkpoints", b->database);
    FILE *in_its_place = fopen(folder, "w");
    assert_non_null(in_its_place);
    assert_int_equal(fclose(in_its_place), 0);
    struct job *job = interrupt(b);
    assert_memory_equal(job->result.message, "cannot ", 7); /* not that it could not be read */
    assert_non_null(strstr(job->result.message, folder));
    job_free(job);
    /* It is no reason not to finish. */
    job = job_bench_add(b);
    job->settings.checkpoint_every_s = 1e-9;
    job_run(job, 0, NULL);
    assert_all_done(job);
    assert_non_null(strstr(job->result.message, folder));
    job_free(job);
}

static void a_damaged_checkpoint_starts_it_over(void **state) {
    struct job_bench *b = *state;
    job_free(interrupt(b));
    assert_int_equal(truncate(b->checkpoint, 100), 0);
    struct job *job = job_bench_add(b);
    job_run(job, 0, NULL);
    assert_all_done(job);
    assert_memory_equal(job->result.message, "started over: ", 14);
    job_free(job);
}

/* Until give_descriptors no file can be opened. */
static struct rlimit take_descriptors(void) {
    struct rlimit before, none;
    const int next = dup(STDERR_FILENO);
    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    return before;
}

static void give_descriptors(const struct rlimit *before) {
    assert_int_equal(setrlimit(RLIMIT_NOFILE, before), 0);
}

static ino_t inode(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

/* Runs a job that fails over its checkpoint, which stays what it was. */
static void fails_and_keeps(struct job_bench *b, const char *message) {
    struct job *job = job_bench_add(b);
    job->settings.checkpoint_every_s = 1e-9;
    job_run(job, 0, NULL);
    assert_false(job->interrupted);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_int_equal(job->result.n_epochs, 0);
    if (strstr(job->result.message, message) == NULL)
        fail_msg("%s", job->result.message);
    job_free(job);
}

static void a_checkpoint_that_cannot_be_opened_is_kept(void **state) {
    struct job_bench *b = *state;
    job_free(interrupt(b));
    const ino_t saved = inode(b->checkpoint);
    const struct rlimit before = take_descriptors();
    struct job *job = job_bench_add(b);
    job_run(job, 0, NULL);
    give_descriptors(&before);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_non_null(strstr(job->result.message, "cannot open "));
    assert_non_null(strstr(job->result.message, ": Too many open files"));
    assert_true(inode(b->checkpoint) == saved);
    job_free(job);
    job = job_bench_add(b);
    job_run(job, 0, NULL);
    assert_all_done(job);
    assert_string_equal(job->result.message, "");
    job_free(job);
}

static void what_is_no_file_does_not_hang(void **state) {
    struct job_bench *b = *state;
    char folder[400];
    snprintf(folder, sizeof folder, "%s.checkpoints", b->database);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkfifo(b->checkpoint, 0600), 0);
    fails_and_keeps(b, "is a named pipe where a checkpoint belongs; move it away");
    assert_int_equal(unlink(b->checkpoint), 0);
    assert_int_equal(mkdir(b->checkpoint, 0700), 0);
    fails_and_keeps(b, "is a folder where a checkpoint belongs");
    assert_int_equal(rmdir(b->checkpoint), 0);
    assert_int_equal(symlink("/dev/zero", b->checkpoint), 0);
    fails_and_keeps(b, "is a device where a checkpoint belongs");
    assert_int_equal(unlink(b->checkpoint), 0);
}

static void assert_diverges(struct job_bench *b, size_t batch, size_t eval_every,
                            const char *message) {
    struct job *job = job_bench_add(b);
    job->settings.job.lr = 1e30;
    job->settings.job.batch = batch;
    job->settings.job.eval_every = eval_every;
    job_run(job, 0, NULL);
    assert_false(job->interrupted);
    assert_int_equal(job->result.state, JOB_DIVERGED);
    assert_string_equal(job->result.message, message);
    assert_true(atomic_load(&job->monitor.done) < 1.0);
    job_free(job);
}

/* The second step sees the first one's weights: within an epoch, at the beginning of one, and in
 * the evaluation between the two. */
static void diverges_in_the_right_epoch(void **state) {
    struct job_bench *b = *state;
    assert_diverges(b, 16, 4, "the objective or the weights are not finite in epoch 1");
    assert_diverges(b, JOB_N_TRAIN, 4, "the objective or the weights are not finite in epoch 2");
    assert_diverges(b, JOB_N_TRAIN, 1, "the objective or the weights are not finite in epoch 1");
}

/* What follows training would otherwise stake all that was trained since the last save. */
static void a_long_training_is_saved_at_its_end(void **state) {
    struct job_bench *b = *state;
    double train_s = 0.0;
    for (size_t epochs = 2000; train_s < 1.2; epochs *= 2) {
        assert_int_not_equal(access(b->checkpoint, F_OK), 0);
        struct job *job = job_bench_add(b);
        job->settings.checkpoint_every_s = 1000.0;
        job->settings.job.epochs = job->settings.job.eval_every = epochs;
        job_run(job, 0, NULL);
        assert_int_equal(job->result.state, JOB_DONE);
        train_s = job->result.train_s;
        if (train_s >= 0.9 && train_s < 1.2) /* near the limit, either is right */
            unlink(b->checkpoint);
        job_free(job);
    }
    assert_int_equal(access(b->checkpoint, F_OK), 0);
}

static void fails_with_words(void **state) {
    struct job_bench *b = *state;
    struct job *job = job_bench_add(b);
    job->settings.job.batch = JOB_N_TRAIN + 1;
    job_run(job, 0, NULL);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_non_null(strstr(job->result.message, "train.batch is 65"));
    job_free(job);
}

#define JOB_TEST(name) cmocka_unit_test_setup_teardown(name, job_bench_new, check_and_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        JOB_TEST(runs_to_its_end),
        JOB_TEST(stopped_and_continued),
        JOB_TEST(every_split_is_measured),
        JOB_TEST(a_job_needs_no_test_split),
        JOB_TEST(a_checkpoint_that_cannot_be_written_is_told),
        JOB_TEST(a_damaged_checkpoint_starts_it_over),
        JOB_TEST(a_checkpoint_that_cannot_be_opened_is_kept),
        JOB_TEST(what_is_no_file_does_not_hang),
        JOB_TEST(diverges_in_the_right_epoch),
        JOB_TEST(a_long_training_is_saved_at_its_end),
        JOB_TEST(fails_with_words),
    };
    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
