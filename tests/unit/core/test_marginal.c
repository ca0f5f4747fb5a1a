/* Learned marginals: their densities, and what they do to the rate of an encoder that stands still.
 */
#include "core/adam.h"
#include "core/diagonal_mixture.h"
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* --- the density --- */

static double log_normal(double x, double mean, double scale) {
    const double u = (x - mean) / scale;
    return -0.5 * u * u - log(scale);
}

/* More dimensions than are worked on at a time, and a part of a vector. */
static void test_density(void **state) {
    (void)state;
    enum { M = 3, K = 1100, N = 2 };
    static float mean[M * K], scale[M * K], z[N * K];
    const float logit[M] = {0.3f, -1.0f, 0.7f};
    const struct vib_stream stream = {1, VIB_STREAM_TRUTH, 0, 0};
    vib_random_normal(&stream, 0, M * K, mean);
    vib_random_normal(&stream, 10000, N * K, z);
    for (int logarithmic = 0; logarithmic < 2; logarithmic++) {
        vib_random_normal(&stream, 20000, M * K, scale);
        for (size_t i = 0; i < M * K; i++)
            scale[i] = logarithmic ? 0.3f * scale[i] : expf(0.3f * scale[i]);
        const struct vib_diagonal_mixture r = {.M = M,
                                               .K = K,
                                               .mean = mean,
                                               .scale = scale,
                                               .mean_ld = K,
                                               .scale_ld = K,
                                               .logarithmic = logarithmic != 0,
                                               .logit = logarithmic ? logit : NULL};
        double joint[N * M], sum = 0.0;
        vib_diagonal_mixture_joint(&r, z, N, joint);
        for (size_t k = 0; k < M; k++)
            sum += exp((double)logit[k]);
        for (size_t i = 0; i < N; i++)
            for (size_t k = 0; k < M; k++) {
                double want = logarithmic ? (double)logit[k] - log(sum) : -log((double)M);
                for (size_t d = 0; d < K; d++) {
                    const double s = (double)scale[k * K + d];
                    want += log_normal((double)z[i * K + d], (double)mean[k * K + d],
                                       logarithmic ? exp(s) : s);
                }
                assert_true(fabs(joint[i * M + k] - want) <= 1e-5 * fabs(want));
            }
        const double first = joint[0], total = vib_diagonal_mixture_total(joint, M);
        assert_true(fabs(joint[0] + joint[1] + joint[2] - 1.0) <= 1e-12);
        assert_true(fabs(joint[0] - exp(first - total)) <= 1e-12);
    }
}

/* --- a frozen encoder --- */

enum { N_CODES = 300, K = 3, H = 3 * K, F = 2 * K, SAMPLES = 8, STEPS = 4000 };

/* Codes in three clumps, with covariances of their own. */
struct codes {
    float head[N_CODES * H], factor[N_CODES * F];
    float eps[N_CODES * SAMPLES * K], z[N_CODES * SAMPLES * K];
    uint16_t labels[N_CODES * SAMPLES];
};

static struct codes codes;

static void make_codes(enum vib_covariance covariance) {
    const struct vib_stream stream = {2, VIB_STREAM_TRUTH, 0, 0};
    const size_t f = covariance == VIB_FULL ? F : K, h = K + f;
    float noise[N_CODES * H];
    vib_random_normal(&stream, 0, N_CODES * H, noise);
    for (size_t i = 0; i < N_CODES; i++) {
        for (size_t k = 0; k < K; k++) {
            codes.head[i * h + k] = noise[i * H + k] * 0.3f + (k == i % 3 ? 2.5f : -0.5f);
            codes.factor[i * f + k] = 0.4f * expf(0.3f * noise[i * H + K + k]);
        }
        for (size_t j = K; j < f; j++)
            codes.factor[i * f + j] = 0.2f * noise[i * H + K + j];
    }
}

static void draw(const struct vib_objective *o, uint32_t step) {
    const struct vib_stream stream = {3, VIB_STREAM_TRUTH, step, 1};
    vib_random_normal(&stream, 0, N_CODES * SAMPLES * K, codes.eps);
    vib_posterior_sample(&o->posterior, codes.head, codes.factor, codes.eps, N_CODES, SAMPLES,
                         codes.z);
}

static double mean_rate(const struct vib_objective *o, const struct vib_objective_batch *batch) {
    double nats[N_CODES], sum = 0.0;
    vib_objective_compression(o, batch, nats);
    for (size_t i = 0; i < N_CODES; i++)
        sum += nats[i];
    return sum / N_CODES;
}

/* The rate in nats once r(z) has been trained, and own, which has room for 3 K + 1 numbers of each
 * component. */
static double trained_rate(const struct vib_params *params, float *own) {
    enum { MOST = 64 };
    static float m[MOST], v[MOST], a[MOST], down[MOST], dcode[N_CODES * H];
    static float dz[N_CODES * SAMPLES * K];
    static double scratch[N_CODES * SAMPLES * 3];
    struct vib_objective o;
    const struct vib_params adam_params = {
        .adam_beta1 = 0.9, .adam_beta2 = 0.999, .adam_epsilon = 1e-8};
    struct vib_adam adam = {.w = own, .m = m, .v = v, .a = a};
    vib_objective_init(&o, params, (struct vib_shape){.classes = 2});
    assert_true(o.n_own <= MOST);
    memset(m, 0, sizeof m);
    memset(v, 0, sizeof v);
    vib_objective_init_own(&o, 1, own);
    const struct vib_objective_batch batch = {.rows = N_CODES,
                                              .samples = SAMPLES,
                                              .labels = codes.labels,
                                              .head = codes.head,
                                              .factor = codes.factor,
                                              .eps = codes.eps,
                                              .z = codes.z,
                                              .own = own,
                                              .scratch = scratch,
                                              .warm = 1.0};
    for (uint32_t step = 1; step <= STEPS; step++) {
        const struct vib_gradient gradient = {.rows = 1, .columns = o.n_own, .values = down};
        draw(&o, step);
        o.compression->backward(&o, &batch, 1.0f / N_CODES, dcode, dz, down);
        vib_adam_begin(&adam, &adam_params, 0.02 * pow(0.999, step), step);
        vib_adam_apply(&adam, &gradient);
    }
    double sum = 0.0;
    for (uint32_t i = 0; i < 100; i++) {
        draw(&o, STEPS + 1 + i);
        sum += mean_rate(&o, &batch) / 100.0;
    }
    return sum;
}

/* The rate of the best Gaussian with a diagonal covariance: 1/2 sum_k ln s_k^2 less the mean of
 * sum_k ln L_kk, s_k^2 the variance of z_k. */
static double best_diagonal_rate(enum vib_covariance covariance) {
    const size_t f = covariance == VIB_FULL ? F : K, h = K + f;
    double rate = 0.0;
    for (size_t k = 0; k < K; k++) {
        double mean = 0.0, square = 0.0, log_scale = 0.0;
        for (size_t i = 0; i < N_CODES; i++) {
            const double mu = (double)codes.head[i * h + k];
            const float *factor = codes.factor + i * f;
            mean += mu / N_CODES;
            square += mu * mu / N_CODES;
            square += (double)factor[k] * (double)factor[k] / N_CODES;
            for (size_t j = 0; covariance == VIB_FULL && j < k; j++)
                square += pow((double)factor[K + k * (k - 1) / 2 + j], 2.0) / N_CODES;
            log_scale += log((double)factor[k]) / N_CODES;
        }
        rate += 0.5 * log(square - mean * mean) - log_scale;
    }
    return rate;
}

static void test_frozen_encoder(void **state) {
    (void)state;
    for (int covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        struct vib_params params = {.K = K, .covariance = (enum vib_covariance)covariance};
        static float own[64];
        make_codes(params.covariance);
        struct vib_objective o;
        vib_objective_init(&o, &params, (struct vib_shape){.classes = 2});
        const struct vib_objective_batch batch = {
            .rows = N_CODES, .samples = 1, .head = codes.head, .factor = codes.factor};
        const double standard = mean_rate(&o, &batch), best = best_diagonal_rate(params.covariance);
        params.marginal = VIB_MARGINAL_DIAGONAL;
        const double diagonal = trained_rate(&params, own);
        params.marginal = VIB_MARGINAL_MIXTURE;
        params.components = 3;
        const double mixture = trained_rate(&params, own);
        print_message("# nats: standard %.4f, diagonal %.4f, its closed form %.4f, mixture %.4f\n",
                      standard, diagonal, best, mixture);
        assert_true(fabs(diagonal - best) <= 1e-4 * best);
        assert_true(best < standard);
        assert_true(mixture < diagonal - 0.5); /* three clumps are no Gaussian */
        params.components = 1;
        assert_true(fabs(trained_rate(&params, own) - best) <= 0.02);
    }
}

/* --- evaluation --- */

/* A mixture of one is the diagonal Gaussian: its sampled rate is the exact one, as far as its
 * standard error says. */
static void test_sampled_rate(void **state) {
    (void)state;
    struct vib_params params = {.K = 4,
                                .n_hidden = 1,
                                .hidden = {10},
                                .beta = 0.1,
                                .seed = 1,
                                .epochs = 100,
                                .batch = 50,
                                .lr = 1e-2,
                                .lr_decay_epochs = 2,
                                PAPERS_OPTIMISER,
                                .eval_every = 1,
                                .eval_samples = 6,
                                .marginal = VIB_MARGINAL_DIAGONAL};
    struct vib_dataset data;
    struct vib_evaluation exact, sampled;
    struct vib_network net;
    struct vib_evaluator evaluator;
    struct vib_error err;
    one_hot_data(&data, 230, 170);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    train_epochs(trainer, 3);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TRAIN, &exact), VIB_OK);
    assert_true(exact.rate_se == 0.0 && exact.compression == exact.rate);

    const struct vib_network *diagonal = vib_trainer_network(trainer);
    params.marginal = VIB_MARGINAL_MIXTURE;
    params.components = 1;
    vib_network_init(&net, &params, data.dim, data.classes);
    float *memory = aligned_alloc(64, net.n_memory * sizeof *memory);
    float *plain = calloc(net.n_params, sizeof *plain);
    assert_true(memory != NULL && plain != NULL && net.own == diagonal->own);
    memset(memory, 0, net.n_memory * sizeof *memory);
    vib_trainer_weights(trainer, 0, diagonal->n_params, plain);
    vib_network_load(&net, 0, net.n_params, plain, memory);
    assert_int_equal(vib_evaluator_init(&evaluator, &net, &data, &err), VIB_OK);
    double se = 0.0;
    for (params.eval_samples = 1; params.eval_samples <= 64; params.eval_samples *= 8) {
        assert_int_equal(
            vib_evaluate(&evaluator, memory, &data, VIB_TRAIN, &params, NULL, &sampled, NULL),
            VIB_OK);
        print_message("# rate %.4f, sampled %.4f +- %.4f bits\n", exact.rate, sampled.rate,
                      sampled.rate_se);
        assert_true(sampled.rate_se > 0.0 && sampled.rate_se < 1.0);
        assert_true(fabs(sampled.rate - exact.rate) <= 4.0 * sampled.rate_se);
        /* Eight times the samples. One alone is measured over examples, which adds their spread. */
        const double ratio = sampled.rate_se * sqrt(8.0) / se;
        assert_true(params.eval_samples == 1 || ratio < 1.2);
        assert_true(params.eval_samples != 64 || ratio > 0.8);
        se = sampled.rate_se;
    }
    vib_evaluator_release(&evaluator);
    free(memory);
    free(plain);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

/* --- pseudo-inputs --- */

/* Ten inputs, and more pseudo-inputs: with all of them among these r(z) can be the codes' own
 * distribution, and the rate I(Z;X). */
static void test_pseudo_inputs(void **state) {
    (void)state;
    const struct vib_params params = {ONE_HOT_TRAINING,  .beta = 0.3,
                                      .lr = 2e-2,        .lr_decay_epochs = 4,
                                      .eval_samples = 8, .bounds = 1u << VIB_ESTIMATOR_MIXTURE,
                                      .bounds_n = 2000,  .marginal = VIB_MARGINAL_VAMP,
                                      .components = 30};
    struct vib_dataset data;
    struct vib_evaluation before, e;
    struct vib_information information;
    struct vib_error err;
    one_hot_data(&data, 1000, 2000);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    const struct vib_network *net = vib_trainer_network(trainer);
    float first[30 * ONE_HOT], last[30 * ONE_HOT];
    assert_int_equal(net->objective.n_own, 30 * ONE_HOT);
    vib_trainer_weights(trainer, net->own, net->objective.n_own, first);
    for (size_t i = 0; i < 30; i++) { /* training inputs */
        float sum = 0.0f;
        for (size_t d = 0; d < ONE_HOT; d++) {
            assert_true(first[i * ONE_HOT + d] == 0.0f || first[i * ONE_HOT + d] == 1.0f);
            sum += first[i * ONE_HOT + d];
        }
        assert_true(sum == 1.0f);
    }
    /* The rate against r(z) that has each input's code in the share of its pseudo-inputs. */
    double of_shares = 0.0;
    for (size_t d = 0; d < ONE_HOT; d++) {
        double share = 0.0;
        for (size_t i = 0; i < 30; i++)
            share += (double)first[i * ONE_HOT + d] / 30.0;
        of_shares -= log2(share) / ONE_HOT;
    }
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &before), VIB_OK);
    train_epochs(trainer, 300);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &e), VIB_OK);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TEST, &information, &err), VIB_OK);
    vib_trainer_weights(trainer, net->own, net->objective.n_own, last);
    assert_memory_not_equal(first, last, sizeof first);
    const struct vib_bound izx = information.bound[VIB_ESTIMATOR_MIXTURE];
    print_message("# rate %.4f +- %.4f, of shares %.4f, I(Z;X) %.4f +- %.4f, before %.3f bits\n",
                  e.rate, e.rate_se, of_shares, izx.bits, izx.se_bits, before.rate);
    assert_true(e.rate + 4.0 * e.rate_se >= izx.bits - 4.0 * izx.se_bits);
    assert_true(e.rate <= of_shares + 0.1);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

/* Of ten inputs: twelve begin as each of them, and as two once more. */
static void test_different_pseudo_inputs(void **state) {
    (void)state;
    struct vib_params params = {ONE_HOT_TRAINING, .lr = 2e-2, .marginal = VIB_MARGINAL_VAMP,
                                .components = ONE_HOT + 2};
    params.batch = ONE_HOT;
    struct vib_dataset data;
    one_hot_data(&data, ONE_HOT, ONE_HOT);
    struct vib_trainer *trainer = trainer_for(&params, &data);
    const struct vib_network *net = vib_trainer_network(trainer);
    float first[(ONE_HOT + 2) * ONE_HOT];
    vib_trainer_weights(trainer, net->own, net->objective.n_own, first);
    for (size_t d = 0; d < ONE_HOT; d++) {
        float of_ten = 0.0f, of_all = 0.0f;
        for (size_t k = 0; k < ONE_HOT + 2; k++) {
            of_ten += k < ONE_HOT ? first[k * ONE_HOT + d] : 0.0f;
            of_all += first[k * ONE_HOT + d];
        }
        assert_true(of_ten == 1.0f);
        assert_true(of_all <= 2.0f);
    }
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_density),
        cmocka_unit_test(test_frozen_encoder),
        cmocka_unit_test(test_sampled_rate),
        cmocka_unit_test(test_pseudo_inputs),
        cmocka_unit_test(test_different_pseudo_inputs),
    };
    return cmocka_run_group_tests_name("marginal", tests, NULL, NULL);
}
