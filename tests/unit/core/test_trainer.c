/* The trainer: what it learns on a problem whose optimum is known, determinism, saving, failing. */
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Trained for fewer epochs than it says, unless a test wants the end. */
static const struct vib_params base = {MIXTURE_TRAINING, .gamma = 0.5, .epochs = 2000};

/* 211 and 150 examples: neither a multiple of the batch. */
static void small_mixture(struct vib_dataset *data) {
    const struct vib_mixture mixture = {
        .dim = 6, .classes = 3, .n_train = 211, .n_test = 150, .separation = 3.0, .noise = 1.0};
    struct vib_error err;
    memset(data, 0, sizeof *data);
    assert_int_equal(vib_dataset_make_mixture(data, &mixture, &err), VIB_OK);
}

/* vib-facts: the optimum by a symmetric ansatz; a trained model must do no worse than 2 % above. */
static void test_one_hot_optimum(void **state) {
    (void)state;
    static const struct {
        double beta, rate, izy;
    } optimum[] = {{0.01, 8.18, 3.3148}, {0.1, 5.84, 3.217}, {0.5, 3.10, 2.479}};
    struct vib_dataset data;
    one_hot_data(&data, 1000, 100000);
    for (size_t i = 0; i < 3; i++) {
        struct vib_params params = base;
        params.n_hidden = 0;
        params.K = 16;
        params.beta = optimum[i].beta;
        params.lr = 2e-2;
        params.lr_decay_epochs = 8;
        params.batch = 100;
        params.eval_samples = 1;
        struct vib_trainer *trainer = trainer_for(&params, &data);
        struct vib_evaluation got;
        train_epochs(trainer, 1500);
        assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &got), VIB_OK);
        double objective = got.ce + params.beta * got.rate;
        double want = log2(10.0) - optimum[i].izy + params.beta * optimum[i].rate;
        print_message("# beta %g: J %.4f, table %.4f bits; R %.3f, IZY %.4f\n", params.beta,
                      objective, want, got.rate, data.split[VIB_TEST].h_y - got.ce);
        assert_true(objective <= 1.02 * want);
        /* The ansatz is no lower bound (a free posterior beats it by a few percent), but no code
         * can know more of Y than of X, nor do better than J = beta H(Y). */
        assert_true(data.split[VIB_TEST].h_y - got.ce <= got.rate);
        assert_true(objective >= params.beta * log2(10.0));
        vib_trainer_free(trainer);
    }
    vib_dataset_release(&data);
}

static void test_learns_the_mixture(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_evaluation before, after;
    small_mixture(&data);
    struct vib_trainer *trainer = trainer_for(&base, &data);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &before), VIB_OK);
    train_epochs(trainer, 100);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &after), VIB_OK);
    assert_true(after.error < before.error && after.ce < before.ce);
    assert_true(data.split[VIB_TEST].h_y - after.ce > 0.3);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

static void copy_state(struct vib_trainer *trainer, void **copy, size_t *size) {
    *size = vib_trainer_state_size(trainer);
    *copy = malloc(*size);
    assert_non_null(*copy);
    vib_trainer_read_state(trainer, 0, *size, *copy);
}

struct thread_run {
    const struct vib_dataset *data;
    void *state;
    size_t size;
};

static void *run_in_thread(void *argument) {
    struct thread_run *run = argument;
    struct vib_trainer *trainer = trainer_for(&base, run->data);
    train_epochs(trainer, 4);
    copy_state(trainer, &run->state, &run->size);
    vib_trainer_free(trainer);
    return NULL;
}

/* The same bits alone, and four at a time on threads of their own. */
static void test_same_bits_on_any_thread(void **state) {
    (void)state;
    enum { THREADS = 4 };
    struct vib_dataset data;
    struct thread_run alone = {&data, NULL, 0}, runs[THREADS];
    pthread_t threads[THREADS];
    small_mixture(&data);
    run_in_thread(&alone);
    for (size_t i = 0; i < THREADS; i++) {
        runs[i] = (struct thread_run){&data, NULL, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &runs[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(runs[i].size, alone.size);
        assert_memory_equal(runs[i].state, alone.state, alone.size);
        free(runs[i].state);
    }
    free(alone.state);
    vib_dataset_release(&data);
}

/* Saved in the middle of an epoch, restored into another trainer: the same bits at the end. */
static void check_restore(const struct vib_params *params, size_t steps) {
    struct vib_dataset data;
    struct vib_error err;
    void *middle, *end;
    size_t size, end_size, again_size;
    void *again;
    small_mixture(&data);
    struct vib_trainer *first = trainer_for(params, &data);
    train_epochs(first, 1);
    assert_int_equal(vib_trainer_advance(first, steps), VIB_OK);
    copy_state(first, &middle, &size);
    train_epochs(first, 3);
    copy_state(first, &end, &end_size);

    struct vib_trainer *second = trainer_for(params, &data);
    train_epochs(second, 2); /* a restored trainer forgets its own past */
    assert_int_equal(vib_trainer_restore(second, middle, size, &err), VIB_OK);
    struct vib_progress progress;
    vib_trainer_progress(second, &progress);
    assert_int_equal(progress.epoch, 1);
    assert_int_equal(progress.step, steps);
    train_epochs(second, 3);
    copy_state(second, &again, &again_size);
    assert_int_equal(again_size, end_size);
    assert_memory_equal(again, end, end_size);
    free(again);

    assert_int_equal(vib_trainer_restore(second, middle, size - 1, &err), VIB_ESTATE);
    memset(middle, 7, 16);
    assert_int_equal(vib_trainer_restore(second, middle, size, &err), VIB_ESTATE);
    vib_trainer_free(first);
    vib_trainer_free(second);
    free(middle);
    free(end);
    vib_dataset_release(&data);
}

static void test_restore_continues_with_the_same_bits(void **state) {
    (void)state;
    struct vib_params params = base;
    /* The average takes in two steps at a time: after an odd and after an even one. */
    check_restore(&params, 3);
    check_restore(&params, 4);
    params.precision = VIB_BF16;
    if (vib_kernel_supports(VIB_BF16))
        check_restore(&params, 3);
    else
        print_message("# SKIPPED: bfloat16, not on this machine\n");
    params = base;
    params.method = VIB_METHOD_CEB;
    check_restore(&params, 3);
    params.samples = 4;
    check_restore(&params, 3);
    params = base;
    params.method = VIB_METHOD_NONLINEAR_IB;
    check_restore(&params, 3);
    params = base;
    params.marginal = VIB_MARGINAL_MIXTURE;
    params.components = 3;
    check_restore(&params, 3);
    params.marginal = VIB_MARGINAL_VAMP;
    check_restore(&params, 4);
}

/* Step by step from 0 to exactly beta, which the last step of the warm-up does not reach. */
static void test_warm_up(void **state) {
    (void)state;
    enum { STEPS = 7 /* in an epoch */ };
    struct vib_params params = base;
    struct vib_dataset data;
    struct vib_progress p;
    params.warmup_epochs = 2;
    small_mixture(&data);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    vib_trainer_progress(trainer, &p);
    assert_true(isnan(p.weight));
    for (size_t step = 0; step < 3 * STEPS; step++) {
        const double share = step < 2 * STEPS ? (double)step / (2 * STEPS) : 1.0;
        assert_int_equal(vib_trainer_advance(trainer, 1), VIB_OK);
        vib_trainer_progress(trainer, &p);
        assert_true(p.weight == share * params.beta);
    }
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
    params.rate_function = VIB_RATE_POWER; /* whose state is saved */
    params.rate_exponent = 1.0;
    check_restore(&params, 3);
}

static void assert_same_weights(struct vib_trainer *a, struct vib_trainer *b) {
    const size_t n = vib_trainer_network(a)->n_params;
    float *of_a = malloc(n * sizeof *of_a), *of_b = malloc(n * sizeof *of_b);
    assert_true(of_a != NULL && of_b != NULL);
    vib_trainer_weights(a, 0, n, of_a);
    vib_trainer_weights(b, 0, n, of_b);
    assert_memory_equal(of_a, of_b, n * sizeof *of_a);
    free(of_a);
    free(of_b);
}

/* The end of training gives up what only steps would need; the result is still there, and so is a
 * state that says that training is over. */
static void check_end(const struct vib_params *endless_params, size_t epochs) {
    struct vib_params params = *endless_params;
    struct vib_dataset data;
    struct vib_error err;
    void *end;
    size_t size;
    params.epochs = epochs;
    small_mixture(&data);
    struct vib_trainer *endless = trainer_for(endless_params, &data),
                       *ended = trainer_for(&params, &data),
                       *restored = trainer_for(&params, &data);
    const size_t bytes = vib_trainer_network(ended)->n_params * sizeof(float);
    train_epochs(endless, epochs);
    train_epochs(ended, epochs + 1); /* the last of which does nothing */
    assert_same_weights(endless, ended);
    copy_state(ended, &end, &size);
    assert_int_equal(vib_trainer_restore(restored, end, size, &err), VIB_OK);
    assert_same_weights(restored, ended);
    static const float zeros[64];
    const char *m = (const char *)end + size - 3 * bytes; /* m, v, a are the end of the state */
    for (size_t i = 0; i < 2 * bytes / sizeof zeros; i++)
        assert_memory_equal(m + i * sizeof zeros, zeros, sizeof zeros);
    vib_trainer_free(endless);
    vib_trainer_free(ended);
    vib_trainer_free(restored);
    free(end);
    vib_dataset_release(&data);
}

/* An epoch has 7 steps: after an odd and an even number, with and without an average. */
static void test_the_end_keeps_the_average(void **state) {
    (void)state;
    struct vib_params params = base;
    for (size_t epochs = 1; epochs <= 3; epochs++)
        check_end(&params, epochs);
    params.average_decay = 0.0;
    check_end(&params, 1);
    check_end(&params, 2);
}

/* A ReLU that turns NaN into 0 keeps the objective finite when the weights are not. */
static void test_weights_that_are_not_finite(void **state) {
    (void)state;
    struct vib_params params = base;
    struct vib_dataset data;
    struct vib_evaluation evaluation;
    int rc = VIB_OK;
    params.n_hidden = 4;
    for (size_t l = 0; l < params.n_hidden; l++)
        params.hidden[l] = 64;
    params.lr = 1e16;
    small_mixture(&data);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    for (int i = 0; i < 20 && rc == VIB_OK; i++)
        rc = vib_trainer_advance(trainer, SIZE_MAX);
    if (rc == VIB_OK)
        rc = vib_trainer_evaluate(trainer, VIB_TEST, &evaluation);
    assert_int_equal(rc, VIB_EDIVERGED);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

static void test_seeds_differ(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_params other = base;
    struct vib_progress a, b;
    other.seed = 2;
    small_mixture(&data);
    struct vib_trainer *one = trainer_for(&base, &data), *two = trainer_for(&other, &data);
    train_epochs(one, 1);
    train_epochs(two, 1);
    vib_trainer_progress(one, &a);
    vib_trainer_progress(two, &b);
    assert_true(a.objective != b.objective);
    assert_int_equal(a.examples, 211); /* the ragged batch is trained on too */
    vib_trainer_free(one);
    vib_trainer_free(two);
    vib_dataset_release(&data);
}

static void test_divergence_is_reported(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_params params = base;
    int rc = VIB_OK;
    params.lr = 1e30;
    small_mixture(&data);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    for (int epoch = 0; epoch < 4 && rc == VIB_OK; epoch++)
        rc = vib_trainer_advance(trainer, SIZE_MAX);
    assert_int_equal(rc, VIB_EDIVERGED);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

static void test_evaluation_stops_on_request(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_trainer *trainer = NULL;
    struct vib_error err;
    struct vib_evaluation result;
    atomic_bool stop;
    atomic_init(&stop, true);
    small_mixture(&data);
    assert_int_equal(vib_trainer_new(&trainer, &base, &data, &stop, NULL, &err), VIB_OK);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &result), VIB_ESTOPPED);
    atomic_store(&stop, false);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &result), VIB_OK);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

static void copy_split(const struct vib_dataset *data, struct vib_split *to) {
    const struct vib_split *from = &data->split[VIB_TRAIN];
    *to = *from;
    to->values = malloc(from->n * data->dim * sizeof *to->values);
    to->labels = malloc(from->n * sizeof *to->labels);
    assert_true(to->values != NULL && to->labels != NULL);
    memcpy(to->values, from->values, from->n * data->dim * sizeof *to->values);
    memcpy(to->labels, from->labels, from->n * sizeof *to->labels);
}

/* Evaluation goes in batches of 150 here, of 211 there: every example counts once either way. */
static void test_a_ragged_evaluation_counts_every_example_once(void **state) {
    (void)state;
    struct vib_dataset ragged, even = {.name = "even", .dim = 6, .classes = 3};
    struct vib_evaluation a, b;
    struct vib_error err;
    small_mixture(&ragged);
    copy_split(&ragged, &even.split[VIB_TRAIN]);
    copy_split(&ragged, &even.split[VIB_TEST]);
    assert_int_equal(vib_dataset_finish(&even, &err), VIB_OK);
    struct vib_trainer *one = trainer_for(&base, &ragged), *two = trainer_for(&base, &even);
    assert_int_equal(vib_trainer_evaluate(one, VIB_TRAIN, &a), VIB_OK);
    assert_int_equal(vib_trainer_evaluate(two, VIB_TRAIN, &b), VIB_OK);
    assert_true(fabs(a.rate - b.rate) <= 1e-6 * b.rate);
    assert_true(fabs(a.ce - b.ce) <= 1e-6 * b.ce);
    assert_true(fabs(a.error - b.error) <= 1e-12 && fabs(a.error_mc - b.error_mc) <= 1e-12);
    vib_trainer_free(one);
    vib_trainer_free(two);
    vib_dataset_release(&ragged);
    vib_dataset_release(&even);
}

/* What is estimated for a job grows by what its third split takes. */
static void test_every_split_costs(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_params params = base;
    one_hot_data(&data, 100, 100);
    const double two = vib_job_flops(&params, &data);
    params.epochs *= 2;
    const double epochs = vib_job_flops(&params, &data) - two;
    params.epochs = base.epochs;
    one_hot_validation(&data, 100);
    const double three = vib_job_flops(&params, &data);
    assert_true(three > two && three < two + epochs);
    vib_dataset_release(&data);
}

/* What a method does beside the network is estimated, too. */
static void test_every_objective_costs(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_params params = base;
    small_mixture(&data);
    const double vib = vib_job_flops(&params, &data);
    params.samples = 2;
    const double samples = vib_job_flops(&params, &data);
    params = base;
    params.marginal = VIB_MARGINAL_MIXTURE;
    params.components = 5;
    const double mixture = vib_job_flops(&params, &data);
    params.samples = 2;
    assert_true(vib_job_flops(&params, &data) > mixture + samples - vib);
    params.samples = 1;
    params.marginal = VIB_MARGINAL_VAMP; /* which encodes more besides */
    assert_true(samples > vib && mixture > vib && vib_job_flops(&params, &data) > mixture);
    params = base;
    params.bounds = 0;
    const double unbounded = vib_job_flops(&params, &data);
    params.bounds_every = 1; /* of nothing */
    params.bounds_subset = 100;
    assert_true(!(vib_job_flops(&params, &data) > unbounded));
    params = base;
    params.method = VIB_METHOD_NONLINEAR_IB;
    const double pairwise = vib_job_flops(&params, &data);
    assert_true(pairwise > vib);
    params.samples = 2; /* of which its bound takes no note */
    assert_true(fabs(vib_job_flops(&params, &data) - pairwise - (samples - vib)) < 1e-9 * vib);
    vib_dataset_release(&data);
}

static void assert_refused(const struct vib_params *params, const char *why) {
    struct vib_dataset data;
    struct vib_trainer *trainer;
    struct vib_error err;
    small_mixture(&data);
    assert_int_equal(vib_trainer_new(&trainer, params, &data, NULL, NULL, &err), VIB_ECONFIG);
    assert_non_null(strstr(err.message, why));
    vib_dataset_release(&data);
}

static void test_what_cannot_be_trained(void **state) {
    (void)state;
    struct vib_params params = base;
    params.batch = 212;
    assert_refused(&params, "has 211 examples");
    params = base;
    params.covariance = VIB_FULL;
    params.K = VIB_MAX_FULL_K;
    struct vib_dataset data;
    small_mixture(&data);
    vib_trainer_free(trainer_for(&params, &data));
    vib_dataset_release(&data);
    params.K++;
    assert_refused(&params, "K up to 64, not 65");
    params.K = 2;
    params.method = VIB_METHOD_NONLINEAR_IB;
    assert_refused(&params, "which it does of diagonal ones");
    params.method = VIB_METHOD_VIB;
    params.marginal = VIB_MARGINAL_VAMP;
    assert_refused(&params, "a mixture of codes with diagonal covariances");
    params.marginal = VIB_MARGINAL_STANDARD;
    params.noise = VIB_NOISE_FIXED;
    assert_refused(&params, "full is learned, and model.noise: fixed is not");
    params = base;
    params.method = VIB_METHOD_NONLINEAR_IB;
    params.batch = 1;
    assert_refused(&params, "train.batch is 1, whose bound on I(Z;X) is 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_hot_optimum),
        cmocka_unit_test(test_learns_the_mixture),
        cmocka_unit_test(test_same_bits_on_any_thread),
        cmocka_unit_test(test_restore_continues_with_the_same_bits),
        cmocka_unit_test(test_warm_up),
        cmocka_unit_test(test_the_end_keeps_the_average),
        cmocka_unit_test(test_weights_that_are_not_finite),
        cmocka_unit_test(test_seeds_differ),
        cmocka_unit_test(test_divergence_is_reported),
        cmocka_unit_test(test_evaluation_stops_on_request),
        cmocka_unit_test(test_a_ragged_evaluation_counts_every_example_once),
        cmocka_unit_test(test_every_split_costs),
        cmocka_unit_test(test_every_objective_costs),
        cmocka_unit_test(test_what_cannot_be_trained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
