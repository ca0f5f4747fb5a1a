/* The pairwise bound over a batch: that of core/bounds.h, its cap, and what it learns where X and Y
 * are one. */
#include "core/bounds.h"
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROWS = 37, K = 19 };

static float head[ROWS * 2 * K], mu[ROWS * K], factor[ROWS * K], noise[ROWS * 2 * K];

/* Codes that lie `apart`; returns the mean compression, bits. */
static double bound_of_batch(double apart) {
    const struct vib_params params = {.method = VIB_METHOD_NONLINEAR_IB, .K = K};
    const struct vib_stream stream = {4, VIB_STREAM_TRUTH, 0, 0};
    double nats[ROWS], scratch[ROWS], sum = 0.0;
    struct vib_objective objective;
    vib_objective_init(&objective, &params, (struct vib_shape){.classes = 2});
    vib_random_normal(&stream, 0, ROWS * 2 * K, noise);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < K; k++) {
            mu[i * K + k] = head[i * 2 * K + k] = (float)apart * noise[i * 2 * K + k];
            factor[i * K + k] = expf(0.2f * noise[i * 2 * K + K + k]);
        }
    const struct vib_objective_batch batch = {
        .rows = ROWS, .samples = 1, .head = head, .factor = factor, .scratch = scratch};
    vib_objective_compression(&objective, &batch, nats);
    for (size_t i = 0; i < ROWS; i++)
        sum += nats[i];
    return sum / ROWS / log(2.0);
}

static void no_sample(const void *context, size_t i, float *eps, float *z) {
    (void)context;
    (void)i;
    (void)eps;
    (void)z;
}

static void test_is_the_bound(void **state) {
    (void)state;
    static const double apart[] = {0.0, 0.3, 1.0, 30.0};
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        const double got = bound_of_batch(apart[i]);
        const struct vib_gaussians g = {
            .n = ROWS, .K = K, .mu = mu, .factor = factor, .sample = no_sample};
        struct vib_bound out[VIB_ESTIMATORS];
        struct vib_error err;
        assert_int_equal(vib_bounds(&g, 1u << VIB_ESTIMATOR_PAIRWISE_KL, NULL, NULL, out, &err),
                         VIB_OK);
        const double want = out[VIB_ESTIMATOR_PAIRWISE_KL].bits;
        print_message("# %.6f, by bounds %.6f, at most %.6f bits\n", got, want, log2(ROWS));
        assert_true(fabs(got - want) <= 1e-5 * (1.0 + want));
        assert_true(got <= log2(ROWS) + 1e-9);
    }
    assert_true(bound_of_batch(30.0) >= log2(ROWS) - 1e-6);
}

/* Where codes are so far apart that none sees another, as with learned noise at first, the bound is
 * flat; with fixed noise they overlap from the start. */
static void test_learns(void **state) {
    (void)state;
    const struct vib_params params = {
        .method = VIB_METHOD_NONLINEAR_IB,
        .beta = 0.25, /* 1 / u'(2 bits), and the bound is not below I(Z;X) */
        .rate_function = VIB_RATE_POWER,
        .rate_exponent = 1.0,
        ONE_HOT_TRAINING,
        .noise = VIB_NOISE_FIXED,
        .noise_scale = 1.0,
        .lr = 2e-2,
        .lr_decay_epochs = 5,
        .eval_samples = 1};
    struct vib_dataset data;
    one_hot_data(&data, 1000, 10000);
    const struct vib_evaluation before = evaluated_after(&params, &data, 0);
    const struct vib_evaluation after = evaluated_after(&params, &data, 300);
    print_message("# I %.3f -> %.3f bits, CE %.3f -> %.3f bits\n", before.compression,
                  after.compression, before.ce, after.ce);
    assert_true(isnan(after.rate));
    assert_true(after.compression > 1.0 && after.compression <= 2.0);
    assert_true(data.split[VIB_TEST].h_y - after.ce <= after.compression + 4.0 * after.ce_se);
    vib_dataset_release(&data);
}

/* Codes that are far apart: the bound is at its cap, which is that of training. */
static void test_is_measured_as_trained(void **state) {
    (void)state;
    struct vib_params params = {.method = VIB_METHOD_NONLINEAR_IB,
                                .K = 4,
                                .noise = VIB_NOISE_FIXED,
                                .noise_scale = 1e-6,
                                .epochs = 1,
                                .lr = 1e-3,
                                .lr_decay_epochs = 1,
                                PAPERS_OPTIMISER,
                                .eval_every = 1,
                                .eval_samples = 1};
    const struct vib_mixture mixture = {
        .dim = 8, .classes = 3, .n_train = 300, .n_test = 250, .separation = 4.0, .noise = 1.0};
    struct vib_dataset data;
    struct vib_error err;
    assert_int_equal(vib_dataset_make_mixture(&data, &mixture, &err), VIB_OK);
    for (params.batch = 16; params.batch <= 256; params.batch *= 16) {
        const struct vib_evaluation e = evaluated_after(&params, &data, 0);
        const double cap = log2(params.batch < 250 ? (double)params.batch : 250.0);
        if (!(fabs(e.compression - cap) <= 1e-6))
            fail_msg("%g bits with a batch of %zu", e.compression, params.batch);
    }
    vib_dataset_release(&data);
}

/* Ten one-hot inputs in the order of their classes: of examples that follow each other all codes
 * are one, of a hundred drawn at random I(Z;X) is nearly log2 10 = 3.32 bits. */
static void test_compares_more_than_neighbours(void **state) {
    (void)state;
    enum { N = 1000, N_TEST = 950 };
    const struct vib_params params = {.method = VIB_METHOD_NONLINEAR_IB,
                                      ONE_HOT_TRAINING,
                                      .noise = VIB_NOISE_FIXED,
                                      .noise_scale = 1e-3,
                                      .lr = 1e-3,
                                      .lr_decay_epochs = 1,
                                      .eval_samples = 2};
    struct vib_dataset data;
    one_hot_data(&data, N, N_TEST);
    struct vib_split *test = &data.split[VIB_TEST];
    float *values = test->values;
    memset(values, 0, (size_t)N_TEST * ONE_HOT * sizeof *values);
    for (size_t i = 0; i < N_TEST; i++) {
        test->labels[i] = (uint16_t)(i * ONE_HOT / N_TEST);
        values[i * ONE_HOT + test->labels[i]] = 1.0f;
    }
    static uint16_t guessed[N_TEST];
    const struct vib_predictions predictions = {.by[VIB_AT_MEAN] = guessed};
    struct vib_trainer *trainer = trainer_for(&params, &data);
    struct vib_evaluation e;
    size_t wrong = 0;
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &e), VIB_OK);
    print_message("# %.3f bits\n", e.compression);
    assert_true(e.compression > 3.1 && e.compression < log2(10));
    /* What is kept of an example stands in its place: equal inputs have one guess. */
    assert_int_equal(vib_trainer_predict(trainer, VIB_TEST, &predictions), VIB_OK);
    for (size_t i = 0; i < N_TEST; i++) {
        assert_int_equal(guessed[i], guessed[(size_t)test->labels[i] * N_TEST / ONE_HOT]);
        wrong += guessed[i] != test->labels[i];
    }
    assert_true(fabs(e.error_mu - (double)wrong / N_TEST) <= 1e-12);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_the_bound),
        cmocka_unit_test(test_is_measured_as_trained),
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_compares_more_than_neighbours),
    };
    return cmocka_run_group_tests_name("nonlinear_ib", tests, NULL, NULL);
}
