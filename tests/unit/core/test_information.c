/* I(Z;X) of trained models, where the truth is known. */
#include "core/information.h"
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { TRUTH_SAMPLES = 20000 };

static const unsigned all_bounds = (1u << VIB_ESTIMATORS) - 1;

static const struct vib_params base = {.beta = 0.1,
                                       .K = 16,
                                       .seed = 1,
                                       .epochs = 1500,
                                       .batch = 100,
                                       .lr = 2e-2,
                                       .lr_decay_epochs = 8,
                                       PAPERS_OPTIMISER,
                                       .eval_every = 1500,
                                       .eval_samples = 1,
                                       .bounds = (1u << VIB_ESTIMATORS) - 1,
                                       .bounds_n = 2000};

static struct vib_trainer *trained(const struct vib_params *params,
                                   const struct vib_dataset *data) {
    struct vib_trainer *trainer = trainer_for(params, data);
    train_epochs(trainer, params->epochs);
    return trainer;
}

/* The truth about ten Gaussians, nats per sample, written out from the densities in double. */
struct truth {
    double izx, izx_se;     /* I(Z;X) = E ln p(z|x) - ln p(z), bits */
    double slack, slack_se; /* KL[p(z) || N(0, I)], bits */
};

static double log_density(const struct vib_codes *codes, size_t i, const double *z) {
    const size_t K = codes->posterior.K;
    double sum = -0.5 * (double)K * log(2.0 * acos(-1.0));
    for (size_t k = 0; k < K; k++) {
        double s = (double)codes->factor[i * K + k];
        double d = (z[k] - (double)codes->mu[i * K + k]) / s;
        sum -= 0.5 * d * d + log(s);
    }
    return sum;
}

static double log_mean_exp(const double *terms, size_t n) {
    double max = terms[0], sum = 0.0;
    for (size_t i = 1; i < n; i++)
        max = fmax(max, terms[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp(terms[i] - max);
    return max + log(sum / (double)n);
}

static void find_truth(const struct vib_codes *codes, struct truth *truth) {
    const size_t K = codes->posterior.K;
    double sums[4] = {0}, n = TRUTH_SAMPLES;
    float eps[64];
    for (size_t i = 0; i < TRUTH_SAMPLES; i++) {
        const struct vib_stream stream = {7, VIB_STREAM_TRUTH, (uint32_t)i, 77};
        const size_t x = i % ONE_HOT;
        double z[64], terms[ONE_HOT], r = -0.5 * (double)K * log(2.0 * acos(-1.0));
        vib_random_normal(&stream, 0, K, eps);
        for (size_t k = 0; k < K; k++) {
            z[k] = (double)codes->mu[x * K + k] + (double)codes->factor[x * K + k] * (double)eps[k];
            r -= 0.5 * z[k] * z[k];
        }
        for (size_t j = 0; j < ONE_HOT; j++)
            terms[j] = log_density(codes, j, z);
        const double p = log_mean_exp(terms, ONE_HOT);
        const double izx = (terms[x] - p) / log(2.0), slack = (p - r) / log(2.0);
        sums[0] += izx;
        sums[1] += izx * izx;
        sums[2] += slack;
        sums[3] += slack * slack;
    }
    truth->izx = sums[0] / n;
    truth->izx_se = sqrt((sums[1] / n - truth->izx * truth->izx) / n);
    truth->slack = sums[2] / n;
    truth->slack_se = sqrt((sums[3] / n - truth->slack * truth->slack) / n);
}

static void check_sandwich(const struct vib_information *got, const struct truth *truth) {
    for (int e = 0; e < VIB_ESTIMATORS; e++) {
        const struct vib_bound *bound = &got->bound[e];
        const double margin = 4.0 * hypot(bound->se_bits, truth->izx_se);
        print_message("#   %-22s %7.4f +- %.4f, truth %.4f\n",
                      vib_estimator_name((enum vib_estimator)e), bound->bits, bound->se_bits,
                      truth->izx);
        if (vib_estimator_side((enum vib_estimator)e) == VIB_LOWER)
            assert_true(bound->bits <= truth->izx + margin);
        else
            assert_true(bound->bits >= truth->izx - margin);
    }
    /* These two are the truth itself up to noise: every input stands in the sample. */
    const struct vib_bound *mixture = &got->bound[VIB_ESTIMATOR_MIXTURE];
    const struct vib_bound *fresh = &got->bound[VIB_ESTIMATOR_LEAVE_ONE_OUT];
    assert_true(fabs(mixture->bits - truth->izx) <= 4.0 * hypot(mixture->se_bits, truth->izx_se));
    assert_true(fabs(fresh->bits - truth->izx) <=
                4.0 * hypot(fresh->se_bits, truth->izx_se) + 0.02);
}

/* Where Y = X a code keeps nothing of X beside Y: all codes of a class are the same. */
static void check_no_residual(const struct vib_information *got) {
    assert_int_equal(got->residual_made, all_bounds & ~(1u << VIB_ESTIMATOR_RATE));
    for (int e = VIB_ESTIMATOR_MOMENT_MATCHED; e < VIB_ESTIMATORS; e++)
        assert_true(fabs(got->residual[e].bits) <= 1e-6);
    assert_true(fabs(got->residual_cap - log2(200.0)) <= 1e-12);
}

/* Y = X, so a model's I(Z;X) is its I(Z;Y): what the model itself achieves, izy_lower, is below the
 * truth, and the rate is above it by KL[p(z) || r(z)], the slack of the fixed marginal, exactly. */
static void test_one_hot_sandwich(void **state) {
    (void)state;
    static const double betas[] = {0.01, 0.1, 0.5};
    struct vib_dataset data;
    one_hot_data(&data, 1000, 2000);
    for (size_t i = 0; i < sizeof betas / sizeof betas[0]; i++) {
        struct vib_params params = base;
        struct vib_evaluation evaluation;
        struct vib_information got;
        struct vib_codes codes;
        struct vib_error err;
        struct truth truth;
        params.beta = betas[i];
        struct vib_trainer *trainer = trained(&params, &data);
        assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &evaluation), VIB_OK);
        assert_int_equal(vib_trainer_bounds(trainer, VIB_TEST, &got, &err), VIB_OK);
        assert_int_equal(got.n, 2000);
        assert_int_equal(got.made, all_bounds);
        assert_int_equal(
            vib_codes_init(&codes, &vib_trainer_network(trainer)->posterior, ONE_HOT, &err),
            VIB_OK);
        assert_int_equal(vib_trainer_codes(trainer, VIB_TEST, &codes), VIB_OK);
        find_truth(&codes, &truth);
        print_message("# beta %g: rate %.4f = I(Z;X) %.4f + slack %.4f; I(Z;Y) >= %.4f\n",
                      params.beta, evaluation.rate, truth.izx, truth.slack,
                      data.split[VIB_TEST].h_y - evaluation.ce);
        check_sandwich(&got, &truth);
        check_no_residual(&got);
        assert_true(fabs(evaluation.rate - truth.izx - truth.slack) <=
                    4.0 * hypot(truth.izx_se, truth.slack_se));
        assert_true(data.split[VIB_TEST].h_y - evaluation.ce <=
                    truth.izx + 4.0 * hypot(evaluation.ce_se, truth.izx_se));
        vib_codes_release(&codes);
        vib_trainer_free(trainer);
    }
    vib_dataset_release(&data);
}

/* The examples are a random choice that does not depend on the job; all of them when few. */
static void test_subset(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_error err;
    struct vib_information part, again, whole;
    struct vib_params params = base;
    one_hot_data(&data, 1000, 2000);
    params.epochs = 20;
    params.bounds_n = 50;
    struct vib_trainer *trainer = trained(&params, &data);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TRAIN, &part, &err), VIB_OK);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TRAIN, &again, &err), VIB_OK);
    assert_int_equal(part.n, 50);
    assert_memory_equal(&part, &again, sizeof part);
    vib_trainer_free(trainer);
    params.bounds_n = 5000;
    trainer = trained(&params, &data);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TRAIN, &whole, &err), VIB_OK);
    assert_int_equal(whole.n, 1000);
    assert_true(whole.bound[VIB_ESTIMATOR_MIXTURE].bits <= log2(10.0) + 1e-6);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

/* A job is not done before its estimates are: theirs is a share of the work that grows as n^2. */
static void test_share_of_the_work(void **state) {
    (void)state;
    const size_t n[] = {0, 50, 100, 5000};
    double left[4];
    struct vib_dataset data;
    struct vib_progress progress;
    struct vib_params params = base;
    one_hot_data(&data, 1000, 2000);
    params.epochs = 2;
    for (size_t i = 0; i < 4; i++) {
        params.bounds = n[i] > 0 ? base.bounds : 0;
        params.bounds_n = n[i];
        struct vib_trainer *trainer = trained(&params, &data);
        vib_trainer_progress(trainer, &progress);
        assert_int_equal(progress.epoch, 2);
        left[i] = 1.0 - progress.done;
        vib_trainer_free(trainer);
    }
    assert_true(left[0] == 0.0);
    assert_true(left[1] > 0.0);
    /* x = n^2 c / (rest + n^2 c), so x / (1 - x) quadruples */
    assert_true(fabs(left[2] / (1 - left[2]) / (left[1] / (1 - left[1])) - 4.0) < 1e-9);
    assert_true(left[3] > left[2] && left[3] < 1.0);
    params.bounds = 1u << VIB_ESTIMATOR_RATE; /* comes with the codes */
    assert_true(vib_information_flops(&params, &data) == 0.0);
    vib_dataset_release(&data);
}

static void test_full_covariance(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_error err;
    struct vib_information got;
    struct vib_evaluation evaluation;
    struct vib_params params = base;
    one_hot_data(&data, 1000, 2000);
    params.covariance = VIB_FULL;
    params.K = 3;
    params.epochs = 200;
    struct vib_trainer *trainer = trained(&params, &data);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TEST, &got, &err), VIB_OK);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &evaluation), VIB_OK);
    /* the whole split, so the same mean of the same divergences */
    assert_true(fabs(got.bound[VIB_ESTIMATOR_RATE].bits - evaluation.rate) <=
                1e-5 * evaluation.rate);
    assert_true(got.bound[VIB_ESTIMATOR_MIXTURE].bits > 1.0);
    assert_true(got.bound[VIB_ESTIMATOR_MIXTURE].bits <= log2(10.0) + 1e-6);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

static void test_a_deterministic_code_has_none(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_error err;
    struct vib_information got;
    struct vib_evaluation evaluation;
    struct vib_params params = base;
    one_hot_data(&data, 1000, 2000);
    params.method = VIB_METHOD_DETERMINISTIC;
    params.epochs = 2;
    params.eval_samples = 12;
    struct vib_trainer *trainer = trained(&params, &data);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TEST, &got, &err), VIB_OK);
    assert_int_equal(got.made, 0);
    assert_int_equal(vib_trainer_evaluate(trainer, VIB_TEST, &evaluation), VIB_OK);
    assert_true(isnan(evaluation.rate) && isfinite(evaluation.ce));
    assert_true(evaluation.error == evaluation.error_mc);
    assert_true(fabs(evaluation.ce - evaluation.ce_mc) <= 1e-6 * evaluation.ce);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

static void test_stops_on_request(void **state) {
    (void)state;
    struct vib_dataset data;
    struct vib_trainer *trainer = NULL;
    struct vib_information got;
    struct vib_error err;
    atomic_bool stop;
    atomic_init(&stop, true);
    one_hot_data(&data, 1000, 2000);
    assert_int_equal(vib_trainer_new(&trainer, &base, &data, &stop, NULL, &err), VIB_OK);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TEST, &got, &err), VIB_ESTOPPED);
    atomic_store(&stop, false);
    assert_int_equal(vib_trainer_bounds(trainer, VIB_TEST, &got, &err), VIB_OK);
    vib_trainer_free(trainer);
    vib_dataset_release(&data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_hot_sandwich),
        cmocka_unit_test(test_subset),
        cmocka_unit_test(test_share_of_the_work),
        cmocka_unit_test(test_full_covariance),
        cmocka_unit_test(test_a_deterministic_code_has_none),
        cmocka_unit_test(test_stops_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
