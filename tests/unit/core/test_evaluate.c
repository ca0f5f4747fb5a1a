/* Evaluation of given weights, against the definitions in double precision. */
#include "core/evaluate.h"
#include "core/random.h"
#include "tests/unit/core/trainer_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_TEST = 30, N_VALIDATION = 20, K = 3 };

/* No hidden layer: the head and the decoder alone. */
static const struct vib_params base = {.K = K, .seed = 5, .eval_samples = 7};

struct bench {
    struct vib_dataset data;
    struct vib_network net;
    struct vib_evaluator evaluator;
    float *weights, *memory; /* in plain order, and in memory's */
};

static void bench_init(struct bench *b, const struct vib_params *params) {
    struct vib_error err;
    one_hot_data(&b->data, 10, N_TEST);
    one_hot_validation(&b->data, N_VALIDATION);
    vib_network_init(&b->net, params, b->data.dim, b->data.classes);
    b->weights = calloc(b->net.n_params, sizeof *b->weights);
    b->memory = aligned_alloc(64, b->net.n_memory * sizeof *b->memory);
    assert_true(b->weights != NULL && b->memory != NULL);
    vib_network_init_weights(&b->net, params->seed, b->memory);
    vib_network_store(&b->net, 0, b->net.n_params, b->memory, b->weights);
    assert_int_equal(vib_evaluator_init(&b->evaluator, &b->net, &b->data, &err), VIB_OK);
}

static void bench_release(struct bench *b) {
    vib_evaluator_release(&b->evaluator);
    free(b->weights);
    free(b->memory);
    vib_dataset_release(&b->data);
}

static void scale_decoder(struct bench *b, float factor) {
    const struct vib_layer *decoder = vib_network_decoder(&b->net);
    for (size_t i = 0; i < decoder->in * decoder->out; i++)
        b->weights[decoder->weight + i] *= factor;
}

static struct vib_evaluation measure(struct bench *b, const struct vib_params *params,
                                     enum vib_split_id split) {
    struct vib_evaluation result;
    vib_network_load(&b->net, 0, b->net.n_params, b->weights, b->memory);
    assert_int_equal(
        vib_evaluate(&b->evaluator, b->memory, &b->data, split, params, NULL, &result, NULL),
        VIB_OK);
    return result;
}

/* -log2 of the label's probability, averaged over `samples` samples of z of example i, whose
 * streams no other split or sample shares. */
static double averaged_ce(const struct bench *b, const struct vib_params *params,
                          enum vib_split_id split, size_t i, size_t samples) {
    static const uint32_t first[VIB_SPLITS] = {
        [VIB_TRAIN] = 0, [VIB_TEST] = 1, [VIB_VALIDATION] = 0x80000000u};
    const struct vib_layer *head = &b->net.layer[0], *decoder = vib_network_decoder(&b->net);
    const float *W = b->weights + head->weight + i % ONE_HOT * head->out; /* the row that x picks */
    const float *V = b->weights + decoder->weight;
    double terms[16], most = -(double)INFINITY, sum = 0.0;
    for (size_t s = 0; s < samples; s++) {
        const struct vib_stream stream = {params->seed, VIB_STREAM_EVAL, (uint32_t)i,
                                          first[split] + (uint32_t)(2 * s)};
        float eps[K];
        double logits[ONE_HOT], largest = -(double)INFINITY, total = 0.0;
        vib_random_normal(&stream, 0, K, eps);
        for (size_t c = 0; c < ONE_HOT; c++) {
            logits[c] = 0.0;
            for (size_t k = 0; k < K; k++) {
                const double sigma = log1p(exp((double)W[K + k] - 5.0));
                logits[c] += ((double)W[k] + sigma * (double)eps[k]) * (double)V[k * ONE_HOT + c];
            }
            largest = fmax(largest, logits[c]);
        }
        for (size_t c = 0; c < ONE_HOT; c++)
            total += exp(logits[c] - largest);
        terms[s] = logits[i % ONE_HOT] - largest - log(total);
        most = fmax(most, terms[s]);
    }
    for (size_t s = 0; s < samples; s++)
        sum += exp(terms[s] - most);
    return (log((double)samples) - most - log(sum)) / log(2.0);
}

/* Also where the label's probability is far below what a float32 softmax can hold. */
static void check_cross_entropies(enum vib_split_id split, size_t n) {
    static const float factors[] = {1.0f, 10.0f, 3000.0f};
    for (size_t f = 0; f < 3; f++) {
        struct bench b;
        double ce = 0.0, ce_mc = 0.0;
        bench_init(&b, &base);
        scale_decoder(&b, factors[f]);
        const struct vib_evaluation got = measure(&b, &base, split);
        for (size_t i = 0; i < n; i++) {
            ce += averaged_ce(&b, &base, split, i, 1) / (double)n;
            ce_mc += averaged_ce(&b, &base, split, i, base.eval_samples) / (double)n;
        }
        print_message("# ce %.5f, ce_mc %.5f bits\n", ce, ce_mc);
        assert_true(fabs(got.ce - ce) <= 1e-5 * ce);
        assert_true(fabs(got.ce_mc - ce_mc) <= 1e-5 * ce_mc);
        assert_true(factors[f] < 3000.0f || ce_mc > 200.0);
        bench_release(&b);
    }
}

static void test_cross_entropies(void **state) {
    (void)state;
    check_cross_entropies(VIB_TRAIN, 10);
    check_cross_entropies(VIB_TEST, N_TEST);
    check_cross_entropies(VIB_VALIDATION, N_VALIDATION);
}

/* Of example i, the class whose logit at z = mu is the largest. */
static uint16_t class_at_mean(const struct bench *b, size_t i) {
    const struct vib_layer *head = &b->net.layer[0], *decoder = vib_network_decoder(&b->net);
    const float *W = b->weights + head->weight + i % ONE_HOT * head->out;
    const float *V = b->weights + decoder->weight;
    double largest = -(double)INFINITY;
    uint16_t best = 0;
    for (size_t c = 0; c < ONE_HOT; c++) {
        double logit = 0.0;
        for (size_t k = 0; k < K; k++)
            logit += (double)W[k] * (double)V[k * ONE_HOT + c];
        if (logit > largest) {
            largest = logit;
            best = (uint16_t)c;
        }
    }
    return best;
}

static double share_wrong(const uint16_t *classes, const uint16_t *labels) {
    size_t wrong = 0;
    for (size_t i = 0; i < N_TEST; i++)
        wrong += classes[i] != labels[i];
    return (double)wrong / N_TEST;
}

/* The noise is as large as the means are far apart, so that the three predict differently. */
static void test_predictions(void **state) {
    (void)state;
    struct vib_params params = base;
    struct bench b;
    struct vib_evaluation got;
    uint16_t classes[VIB_PREDICTORS][N_TEST];
    const struct vib_predictions wanted = {.by = {classes[0], classes[1], classes[2]}};
    size_t different = 0;
    params.eval_samples = 3;
    bench_init(&b, &params);
    for (size_t k = 0; k < K; k++)
        b.weights[b.net.layer[0].bias + K + k] = 5.0f;
    vib_network_load(&b.net, 0, b.net.n_params, b.weights, b.memory);
    assert_int_equal(
        vib_evaluate(&b.evaluator, b.memory, &b.data, VIB_TEST, &params, NULL, &got, &wanted),
        VIB_OK);
    const uint16_t *labels = b.data.split[VIB_TEST].labels;
    assert_true(got.error == share_wrong(classes[VIB_BY_SAMPLE], labels));
    assert_true(got.error_mc == share_wrong(classes[VIB_BY_AVERAGE], labels));
    assert_true(got.error_mu == share_wrong(classes[VIB_AT_MEAN], labels));
    for (size_t i = 0; i < N_TEST; i++) {
        assert_int_equal(classes[VIB_AT_MEAN][i], class_at_mean(&b, i));
        different += classes[VIB_BY_SAMPLE][i] != classes[VIB_BY_AVERAGE][i] &&
                     classes[VIB_BY_AVERAGE][i] != classes[VIB_AT_MEAN][i];
    }
    assert_true(different > 0);
    bench_release(&b);
}

static void test_one_sample_is_no_average(void **state) {
    (void)state;
    struct vib_params params = base;
    struct bench b;
    params.eval_samples = 1;
    bench_init(&b, &params);
    scale_decoder(&b, 3000.0f);
    struct vib_evaluation got = measure(&b, &params, VIB_TEST);
    assert_true(got.ce_mc == got.ce);
    assert_true(got.error_mc == got.error);
    bench_release(&b);

    params.method = VIB_METHOD_DETERMINISTIC;
    params.eval_samples = 12;
    bench_init(&b, &params);
    scale_decoder(&b, 3000.0f);
    got = measure(&b, &params, VIB_TEST);
    assert_true(got.ce > 200.0);
    assert_true(got.ce_mc == got.ce);
    assert_true(got.error_mu == got.error);
    bench_release(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cross_entropies),
        cmocka_unit_test(test_predictions),
        cmocka_unit_test(test_one_sample_is_no_average),
    };
    return cmocka_run_group_tests_name("evaluate", tests, NULL, NULL);
}
