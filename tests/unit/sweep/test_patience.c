/* Early stopping: when it ends a job, that the result is the best evaluation's, and resuming it. */
#include "core/view.h"
#include "runner/sweep/checkpoint.h"
#include "tests/unit/sweep/job_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { EPOCHS = 60, PATIENCE = 3 };

/* Half of the training labels are wrong, those of the validation split are right: what is learned
 * by heart makes it worse. */
static struct vib_dataset damaged(struct job_bench *b) {
    const struct vib_view view = {
        .validation = 24, .label_noise = 0.5, .scale = VIB_SCALE_NONE, .seed = 3};
    struct vib_dataset data;
    assert_int_equal(vib_view_make(&data, &view, &b->data, &b->err), VIB_OK);
    return data;
}

static struct job *add(struct job_bench *b, const struct vib_dataset *data, size_t patience) {
    struct job *job = job_bench_add(b);
    job->data = data;
    job->settings.job.epochs = EPOCHS;
    job->settings.job.eval_every = 1;
    job->settings.job.patience = patience;
    job->settings.job.lr = 0.05;
    job->settings.job.average_decay = 0;
    job->settings.job.lr_decay_epochs = EPOCHS;
    job->settings.job.bounds = 1u << VIB_ESTIMATOR_MIXTURE;
    job->settings.job.bounds_n = 1000;
    return job;
}

static void run(struct job *job) {
    job_run(job, 0, NULL);
    assert_int_equal(job->result.state, JOB_DONE);
    assert_string_equal(job->result.message, "");
}

static double objective(const struct job *job, size_t evaluation) {
    const struct vib_evaluation *e = &job->result.epochs[evaluation].split[VIB_VALIDATION];
    return e->ce + job->settings.job.beta * e->rate;
}

/* The job's result is that of one that was to end there. */
static void assert_result_of(struct job_bench *b, const struct job *job, size_t evaluation) {
    struct job *plain = add(b, job->data, 0);
    plain->settings.job.epochs = job->result.epochs[evaluation].epoch;
    assert_int_equal(job->result.final, evaluation);
    run(plain);
    assert_int_equal(plain->result.final, plain->result.n_epochs - 1);
    const struct epoch_result *wanted = &plain->result.epochs[plain->result.final];
    assert_memory_equal(&job->result.epochs[evaluation], wanted, sizeof *wanted);
    assert_memory_equal(job->result.information, plain->result.information,
                        sizeof plain->result.information);
    job_free(plain);
}

static size_t best_of(const struct job *job) {
    size_t best = 0;
    for (size_t i = 1; i < job->result.n_epochs; i++)
        best = objective(job, i) < objective(job, best) ? i : best;
    return best;
}

static void a_job_ends_when_nothing_got_better(void **state) {
    struct job_bench *b = *state;
    struct vib_dataset data = damaged(b);
    struct job *job = add(b, &data, PATIENCE);
    run(job);
    const size_t best = best_of(job), n = job->result.n_epochs;
    assert_true(best > 0 && n < EPOCHS); /* else this tells nothing */
    assert_int_equal(n, best + 1 + PATIENCE);
    assert_int_equal(job->result.epochs[n - 1].epoch, n);
    assert_result_of(b, job, best);
    assert_true(atomic_load(&job->monitor.done) == 1.0);
    job_free(job);
    vib_dataset_release(&data);
}

/* More patience than there are evaluations; the best is the result all the same. */
static void the_best_is_the_result_also_at_the_end(void **state) {
    struct job_bench *b = *state;
    struct vib_dataset data = damaged(b);
    struct job *job = add(b, &data, 2 * EPOCHS);
    run(job);
    assert_int_equal(job->result.n_epochs, EPOCHS);
    assert_true(best_of(job) < EPOCHS - 1);
    assert_result_of(b, job, best_of(job));
    job_free(job);
    vib_dataset_release(&data);
}

/* The checkpoint after the last step holds the weights that were best. */
static void continued_to_the_same_bits(void **state) {
    struct job_bench *b = *state;
    struct vib_dataset data = damaged(b);
    struct job *whole = add(b, &data, PATIENCE), *second = add(b, &data, PATIENCE);
    whole->settings.checkpoint_every_s = 1e-9;
    run(whole);
    assert_int_equal(access(b->checkpoint, F_OK), 0);
    run(second);
    assert_true(second->result.examples == whole->result.examples &&
                second->result.n_epochs == whole->result.n_epochs);
    assert_memory_equal(second->result.epochs, whole->result.epochs,
                        whole->result.n_epochs * sizeof *whole->result.epochs);
    assert_memory_equal(second->result.information, whole->result.information,
                        sizeof whole->result.information);
    assert_int_equal(checkpoint_remove(b->checkpoint, &b->err), VIB_OK);
    job_free(whole);
    job_free(second);
    vib_dataset_release(&data);
}

/* beta u'(R) moves with R: what it was when the weights of the result were reached is told, also
 * where a checkpoint came in between. */
static void the_weight_is_that_of_the_result(void **state) {
    struct job_bench *b = *state;
    struct vib_dataset data = damaged(b);
    struct job *whole = add(b, &data, PATIENCE), *second = add(b, &data, PATIENCE);
    struct job *best = add(b, &data, 0), *last = add(b, &data, 0);
    struct job *const jobs[] = {whole, second, best, last};
    for (size_t i = 0; i < 4; i++) {
        jobs[i]->settings.job.rate_function = VIB_RATE_POWER;
        jobs[i]->settings.job.rate_exponent = 1.0;
    }
    whole->settings.checkpoint_every_s = 1e-9;
    run(whole);
    assert_int_equal(access(b->checkpoint, F_OK), 0);
    run(second);
    assert_int_equal(checkpoint_remove(b->checkpoint, &b->err), VIB_OK);
    best->settings.job.epochs = whole->result.epochs[whole->result.final].epoch;
    last->settings.job.epochs = whole->result.n_epochs;
    run(best);
    run(last);
    print_message("# %g, not the last step's %g\n", best->result.weight, last->result.weight);
    assert_true(whole->result.weight == best->result.weight);
    assert_true(second->result.weight == best->result.weight);
    assert_true(best->result.weight > 0.0 && best->result.weight != last->result.weight);
    for (size_t i = 0; i < 4; i++)
        job_free(jobs[i]);
    vib_dataset_release(&data);
}

/* J while beta rises is not what training minimises, and may well get worse: it does not count. */
static void it_begins_when_beta_has_its_value(void **state) {
    struct job_bench *b = *state;
    struct vib_dataset data = damaged(b);
    struct job *plain = add(b, &data, PATIENCE), *warm = add(b, &data, PATIENCE);
    struct job *never = add(b, &data, PATIENCE);
    run(plain);
    const size_t warmup = plain->result.n_epochs + 2;
    assert_true(warmup + PATIENCE < EPOCHS);
    warm->settings.job.warmup_epochs = warmup;
    run(warm);
    assert_true(warm->result.n_epochs >= warmup + PATIENCE);
    assert_true(warm->result.epochs[warm->result.final].epoch >= warmup);
    never->settings.job.warmup_epochs = 2 * EPOCHS;
    run(never);
    assert_int_equal(never->result.n_epochs, EPOCHS);
    assert_int_equal(never->result.final, EPOCHS - 1);
    job_free(plain);
    job_free(warm);
    job_free(never);
    vib_dataset_release(&data);
}

static void patience_needs_a_validation_split(void **state) {
    struct job_bench *b = *state;
    struct job *job = add(b, &b->data, PATIENCE);
    job_run(job, 0, NULL);
    assert_int_equal(job->result.state, JOB_FAILED);
    assert_non_null(strstr(job->result.message, "train.patience is 3, but"));
    job_free(job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_ends_when_nothing_got_better, job_bench_new,
                                        job_bench_free),
        cmocka_unit_test_setup_teardown(the_best_is_the_result_also_at_the_end, job_bench_new,
                                        job_bench_free),
        cmocka_unit_test_setup_teardown(continued_to_the_same_bits, job_bench_new, job_bench_free),
        cmocka_unit_test_setup_teardown(the_weight_is_that_of_the_result, job_bench_new,
                                        job_bench_free),
        cmocka_unit_test_setup_teardown(it_begins_when_beta_has_its_value, job_bench_new,
                                        job_bench_free),
        cmocka_unit_test_setup_teardown(patience_needs_a_validation_split, job_bench_new,
                                        job_bench_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
