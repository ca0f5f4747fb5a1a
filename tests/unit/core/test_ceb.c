/* The residual information of CEB: the closed form against samples, and where it falls to 0. */
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { K = 3, CLASSES = 2, SAMPLES = 100000 };

static const float mu[K] = {0.4f, -1.1f, 0.2f}, diagonal[K] = {0.5f, 1.3f, 0.9f};
static const float lower[K * (K - 1) / 2] = {0.7f, -0.3f, 0.6f};
static const float own[2 * CLASSES * K] = {9.0f, 9.0f, 9.0f, 0.1f, -0.4f, 0.5f,
                                           9.0f, 9.0f, 9.0f, 0.3f, -0.2f, 0.6f};

static double log_normal(double x, double mean, double scale) {
    const double standard = (x - mean) / scale;
    return -0.5 * standard * standard - log(scale) - 0.91893853320467274;
}

/* ln p(z|x) - ln b(z|y = 1) of a sample. */
static double log_ratio(enum vib_covariance covariance, const float *eps) {
    const float *b = own + K, *t = own + 3 * K;
    double nats = 0.0;
    for (size_t k = 0, at = 0; k < K; k++) {
        double z = (double)mu[k] + (double)diagonal[k] * (double)eps[k];
        for (size_t j = 0; j < k; j++, at++)
            z += covariance == VIB_FULL ? (double)lower[at] * (double)eps[j] : 0.0;
        nats += log_normal((double)eps[k], 0.0, 1.0) - log((double)diagonal[k]);
        nats -= log_normal(z, (double)b[k], exp((double)t[k]));
    }
    return nats;
}

static double closed_form(enum vib_covariance covariance) {
    const struct vib_params params = {.method = VIB_METHOD_CEB, .K = K, .covariance = covariance};
    const struct vib_shape shape = {.classes = CLASSES};
    const uint16_t label = 1;
    float head[3 * K] = {0}, factor[2 * K];
    struct vib_objective objective;
    double nats;
    memcpy(head, mu, sizeof mu);
    memcpy(factor, diagonal, sizeof diagonal);
    memcpy(factor + K, lower, sizeof lower);
    vib_objective_init(&objective, &params, shape);
    assert_int_equal(objective.n_own, sizeof own / sizeof *own);
    const struct vib_objective_batch batch = {
        .rows = 1, .labels = &label, .head = head, .factor = factor, .own = own};
    vib_objective_compression(&objective, &batch, &nats);
    return nats;
}

static void test_closed_form(void **state) {
    (void)state;
    for (int covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        double sum = 0.0, squares = 0.0;
        for (uint32_t i = 0; i < SAMPLES; i++) {
            const struct vib_stream stream = {1, VIB_STREAM_TRUTH, i, 0};
            float eps[K];
            vib_random_normal(&stream, 0, K, eps);
            const double nats = log_ratio((enum vib_covariance)covariance, eps);
            sum += nats;
            squares += nats * nats;
        }
        const double mean = sum / SAMPLES, se = sqrt((squares / SAMPLES - mean * mean) / SAMPLES);
        const double got = closed_form((enum vib_covariance)covariance);
        print_message("# closed form %.4f, samples %.4f +- %.4f nats\n", got, mean, se);
        assert_true(se < 0.02);
        assert_true(fabs(got - mean) <= 4.0 * se);
    }
}

/* X and Y are one: a code that tells Y tells nothing else of X. b(z|y) begins as N(0, I), where Re
 * is the rate. */
static void test_nothing_is_left_where_x_is_y(void **state) {
    (void)state;
    const struct vib_params params = {.method = VIB_METHOD_CEB,
                                      .beta = 7.0, /* has no say */
                                      .gamma = 1.0,
                                      ONE_HOT_TRAINING,
                                      .lr = 2e-2,
                                      .lr_decay_epochs = 4,
                                      .eval_samples = 1};
    struct vib_dataset data;
    one_hot_data(&data, 1000, 10000);
    const struct vib_evaluation before = evaluated_after(&params, &data, 0);
    const struct vib_evaluation after = evaluated_after(&params, &data, 400);
    print_message("# Re %.3f -> %.4f bits, CE %.4f bits\n", before.compression, after.compression,
                  after.ce);
    assert_true(before.compression > 1.0);
    assert_true(after.compression >= 0.0 && after.compression <= 0.02);
    assert_true(after.ce <= 0.05);
    assert_true(isnan(after.rate) && isnan(after.rate_se));
    vib_dataset_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_form),
        cmocka_unit_test(test_nothing_is_left_where_x_is_y),
    };
    return cmocka_run_group_tests_name("ceb", tests, NULL, NULL);
}
