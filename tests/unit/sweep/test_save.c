/* What a job keeps beside its results: codes and weights, also after an interruption; a job that
 * cannot keep them has failed and makes up for it. */
#include "runner/sweep/checkpoint.h"
#include "runner/store/saved_codes.h"
#include "runner/sweep/weights_file.h"
#include "tests/unit/sweep/job_fixture.h"
#include "tests/unit/store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_TEST = JOB_N_TEST, K = JOB_K, CLASSES = JOB_CLASSES };

/* A job that keeps its weights and the codes of n examples. */
static struct job *keeping_job(struct job_bench *b, size_t n) {
    struct job *job = job_bench_add(b);
    assert_non_null(job->weights_path = weights_path(b->database, bench_identity));
    job->settings.save_codes = n;
    return job;
}

static void assert_same_codes(const struct saved_codes *a, const struct saved_codes *b) {
    assert_int_equal(a->codes.n, b->codes.n);
    assert_memory_equal(a->codes.mu, b->codes.mu, a->codes.n * K * sizeof(float));
    assert_memory_equal(a->codes.factor, b->codes.factor, a->codes.n * K * sizeof(float));
    assert_memory_equal(a->predictions, b->predictions, N_TEST);
    assert_memory_equal(a->decoder, b->decoder, (K + 1) * CLASSES * sizeof(float));
}

static void nothing_is_kept_unless_asked_for(void **state) {
    struct job_bench *b = *state;
    struct job *plain = keeping_job(b, 0), *keeping = keeping_job(b, 10);
    free(plain->weights_path);
    plain->weights_path = NULL;
    job_run(plain, 0, NULL);
    assert_done(plain);
    assert_null(plain->result.codes);
    assert_null(plain->result.weights);
    assert_int_equal(rmdir(b->folder), 0); /* it is empty: no file was made */
    assert_int_equal(mkdir(b->folder, 0777), 0);
    job_run(keeping, 0, NULL);
    assert_done(keeping);
    /* The results are the same. */
    assert_memory_equal(plain->result.epochs, keeping->result.epochs,
                        2 * sizeof *plain->result.epochs);
    job_free(plain);
    job_free(keeping);
}

/* The decoder's tensors are the last of the file. */
static void assert_decoder_in_file(const char *path, const struct saved_codes *saved) {
    float decoder[(K + 1) * CLASSES];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, -(long)sizeof decoder, SEEK_END), 0);
    assert_int_equal(fread(decoder, 1, sizeof decoder, file), sizeof decoder);
    assert_int_equal(fclose(file), 0);
    assert_memory_equal(decoder, saved->decoder, sizeof decoder);
}

static void codes_and_weights_are_kept(void **state) {
    struct job_bench *b = *state;
    struct job *job = keeping_job(b, 1000), *fewer = keeping_job(b, 10);
    job_run(job, 0, NULL);
    assert_done(job);
    assert_string_equal(job->result.message, "");
    assert_memory_equal(job->result.weights, "x.db.weights/0123", 17);
    const struct saved_codes *saved = job->result.codes;
    assert_non_null(saved);
    assert_int_equal(saved->codes.n, N_TEST); /* all that there are */
    assert_int_equal(saved->classes, CLASSES);
    assert_decoder_in_file(job->weights_path, saved);
    size_t wrong = 0;
    for (size_t i = 0; i < N_TEST; i++)
        wrong += saved->predictions[i] != b->data.split[VIB_TEST].labels[i];
    assert_true(job->result.epochs[1].split[VIB_TEST].error_mc == (double)wrong / N_TEST);
    job_run(fewer, 0, NULL);
    assert_int_equal(fewer->result.codes->codes.n, 10);
    assert_memory_equal(fewer->result.codes->codes.mu, saved->codes.mu, 10 * K * sizeof(float));
    job_free(job);
    job_free(fewer);
}

static size_t best_class(const struct saved_codes *saved, const float *z) {
    double logits[CLASSES];
    size_t best = 0;
    for (size_t c = 0; c < CLASSES; c++) {
        logits[c] = (double)saved->decoder[K * CLASSES + c];
        for (size_t k = 0; k < K; k++)
            logits[c] += (double)z[k] * (double)saved->decoder[k * CLASSES + c];
        best = logits[c] > logits[best] ? c : best;
    }
    return best;
}

static void a_point_is_predicted_as_its_decoder_says(void **state) {
    struct job_bench *b = *state;
    struct job *job = keeping_job(b, N_TEST);
    job->settings.job.method = VIB_METHOD_DETERMINISTIC;
    job_run(job, 0, NULL);
    assert_done(job);
    const struct saved_codes *saved = job->result.codes;
    assert_null(saved->codes.factor);
    for (size_t i = 0; i < N_TEST; i++)
        assert_int_equal(saved->predictions[i], best_class(saved, saved->codes.mu + i * K));
    job_free(job);
}

/* Leaves the checkpoint of a job whose training and evaluations are finished, but nothing else. */
static void leave_finished_checkpoint(struct job_bench *b) {
    struct job *job = keeping_job(b, 0);
    struct checkpoint saved;
    bool found;
    job->settings.checkpoint_every_s = 1e-9; /* so that there is one after the last step */
    free(job->weights_path);
    job->weights_path = NULL;
    job_run(job, 0, NULL);
    assert_done(job);
    assert_ok(checkpoint_read(job->checkpoint_path, bench_identity, &saved, &found, &b->err),
              &b->err);
    assert_true(found);
    assert_int_equal(saved.progress.n_epochs, 1);
    free(saved.progress.epochs);
    saved.progress.epochs = job->result.epochs;
    saved.progress.n_epochs = job->result.n_epochs;
    job->result.epochs = NULL;
    assert_ok(checkpoint_write(job->checkpoint_path, bench_identity, &saved, &b->err), &b->err);
    checkpoint_release(&saved);
    job_free(job);
}

static void stopped_before_it_and_continued(void **state) {
    struct job_bench *b = *state;
    struct job *whole = keeping_job(b, 10), *first = keeping_job(b, 10),
               *second = keeping_job(b, 10);
    job_run(whole, 0, NULL);
    assert_done(whole);
    assert_int_equal(unlink(whole->weights_path), 0);
    leave_finished_checkpoint(b);
    atomic_store(&b->stop, true);
    job_run(first, 0, NULL);
    atomic_store(&b->stop, false);
    assert_true(first->interrupted);
    assert_string_equal(first->result.message, "");
    assert_null(first->result.codes);
    assert_int_not_equal(access(first->weights_path, F_OK), 0);
    job_run(second, 0, NULL);
    assert_done(second);
    assert_int_equal(second->result.examples, JOB_EPOCHS * JOB_N_TRAIN); /* none of them twice */
    assert_same_codes(whole->result.codes, second->result.codes);
    assert_decoder_in_file(second->weights_path, whole->result.codes);
    job_free(whole);
    job_free(first);
    job_free(second);
}

/* What is missing fails the job, which then has only that to make. */
static void weights_that_cannot_be_written_are_made_up_for(void **state) {
    struct job_bench *b = *state;
    char folder[400];
    struct job *whole = keeping_job(b, 10), *job = keeping_job(b, 10), *again = keeping_job(b, 10);
    job_run(whole, 0, NULL);
    assert_done(whole);
    assert_int_equal(unlink(whole->weights_path), 0);
    snprintf(folder, sizeof folder, "%s.weights", b->database);
    assert_int_equal(rmdir(folder), 0);
    FILE *in_its_place = fopen(folder, "w");
    assert_non_null(in_its_place);
    assert_int_equal(fclose(in_its_place), 0);
    leave_finished_checkpoint(b);
    assert_int_equal(truncate(job->checkpoint_path, 100), 0);
    job_run(job, 0, NULL);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_null(job->result.weights);
    assert_memory_equal(job->result.message, "no weights kept: cannot ", 24);
    assert_non_null(strstr(job->result.message, folder));
    assert_non_null(strstr(job->result.message, "; --retry goes on from its checkpoint"));
    assert_int_equal(unlink(folder), 0);
    job_run(again, 0, NULL);
    assert_done(again);
    assert_true(again->result.train_s == job->result.train_s); /* nothing was trained again */
    assert_memory_equal(again->result.message, "started over: ", 14); /* that note stays */
    assert_memory_equal(again->result.epochs, whole->result.epochs,
                        2 * sizeof *whole->result.epochs);
    assert_same_codes(again->result.codes, whole->result.codes);
    assert_decoder_in_file(again->weights_path, whole->result.codes);
    job_free(whole);
    job_free(job);
    job_free(again);
}

/* Then the checkpoint cannot be written either: both are told. */
static void without_room_for_anything(void **state) {
    struct job_bench *b = *state;
    char name[400];
    struct job *job = keeping_job(b, 0);
    const char *const suffixes[] = {"weights", "checkpoints"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s.%s", b->database, suffixes[i]);
        FILE *in_its_place = fopen(name, "w");
        assert_non_null(in_its_place);
        assert_int_equal(fclose(in_its_place), 0);
    }
    job_run(job, 0, NULL);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_memory_equal(job->result.message, "no weights kept: cannot ", 24);
    assert_non_null(strstr(job->result.message, "; cannot "));
    assert_null(strstr(job->result.message, "--retry goes on"));
    job_free(job);
}

#define WITH_BENCH(name) cmocka_unit_test_setup_teardown(name, job_bench_new, job_bench_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_BENCH(nothing_is_kept_unless_asked_for),
        WITH_BENCH(codes_and_weights_are_kept),
        WITH_BENCH(a_point_is_predicted_as_its_decoder_says),
        WITH_BENCH(stopped_before_it_and_continued),
        WITH_BENCH(weights_that_cannot_be_written_are_made_up_for),
        WITH_BENCH(without_room_for_anything),
    };
    return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
