/* What the methods are trained for, and the seam behind which a family of compressions stands: one
 * made up here, which looks at all that it is shown and has parameters of its own, is
 * differentiated and initialised like any other. Gradients are held against differences in float32;
 * against the equations they are in test_gradient.c. */
#include "core/objective.h"
#include "core/pass.h"
#include "core/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROWS = 11, MOST_SAMPLES = 3, DIM = 5, CLASSES = 4, K = 3, N_OWN = CLASSES * K };

/* compression_i = sum_k own[label_i][k] (z_k^2 / 2 + mu_k + sum_j L_kj^2 / 2) */
static double term(const struct vib_posterior *p, const struct vib_objective_batch *b, size_t i,
                   size_t k) {
    const size_t F = vib_posterior_factor_size(p);
    const float *row = b->factor + i * F, *lower = row + K + k * (k - 1) / 2;
    const double z = (double)b->z[i * K + k];
    double total = z * z / 2.0 + (double)b->head[i * (K + F) + k];
    total += (double)row[k] * (double)row[k] / 2.0;
    for (size_t j = 0; p->kind == VIB_POSTERIOR_FULL && j < k; j++)
        total += (double)lower[j] * (double)lower[j] / 2.0;
    return total;
}

static void made_up_init(const struct vib_objective *o, uint64_t seed, float *own) {
    for (size_t i = 0; i < o->n_own; i++)
        own[i] = (float)(seed + i) / 10.0f;
}

static void made_up_forward(const struct vib_objective *o, const struct vib_objective_batch *b,
                            double *nats) {
    for (size_t i = 0; i < b->rows; i++) {
        nats[i] = 0.0;
        for (size_t k = 0; k < K; k++)
            nats[i] += (double)b->own[b->labels[i] * K + k] * term(&o->posterior, b, i, k);
    }
    if (b->state != NULL)
        b->state[VIB_OBJECTIVE_STATE - 1]++;
}

static void made_up_backward(const struct vib_objective *o, const struct vib_objective_batch *b,
                             float weight, float *dcode, float *dz, float *down) {
    const size_t F = vib_posterior_factor_size(&o->posterior);
    memset(down, 0, o->n_own * sizeof *down);
    for (size_t i = 0; i < b->rows; i++) {
        const float *own = b->own + b->labels[i] * K, *row = b->factor + i * F;
        float *out = dcode + i * (K + F), *lower = out + 2 * K;
        for (size_t k = 0; k < K; k++) {
            out[k] = own[k];
            out[K + k] = own[k] * row[k];
            for (size_t j = 0; F > K && j < k; j++, lower++)
                *lower = own[k] * row[lower - out - K];
            dz[i * K + k] += weight * own[k] * b->z[i * K + k];
            down[b->labels[i] * K + k] += weight * (float)term(&o->posterior, b, i, k);
        }
    }
}

static const struct vib_compression made_up = {
    .init = made_up_init, .forward = made_up_forward, .backward = made_up_backward};

struct problem {
    struct vib_network net;
    struct vib_pass pass;
    float *w;
    double *gradient;
    unsigned *handed_out; /* how often each parameter was */
    uint16_t labels[ROWS * MOST_SAMPLES];
    double state[VIB_OBJECTIVE_STATE];
};

static const struct vib_params params = {
    .beta = 0.3, .gamma = 0.4, .K = K, .n_hidden = 1, .hidden = {8}, .activation = VIB_TANH};

/* The method's own family, or the one that is made up. */
static void problem_init(struct problem *p, const struct vib_params *of_method, bool is_made_up) {
    const struct vib_stream stream = {7, VIB_STREAM_TRUTH, 0, 0};
    struct vib_error err;
    memset(p, 0, sizeof *p);
    vib_network_init(&p->net, of_method, DIM, CLASSES);
    if (is_made_up) {
        p->net.objective.compression = &made_up;
        p->net.objective.n_own = N_OWN;
        p->net.n_params = p->net.own + N_OWN;
        p->net.n_memory = p->net.own_memory + N_OWN;
    }
    p->w = aligned_alloc(64, (p->net.n_memory + 15) / 16 * 16 * sizeof *p->w);
    p->gradient = calloc(p->net.n_memory, sizeof *p->gradient);
    p->handed_out = calloc(p->net.n_memory, sizeof *p->handed_out);
    assert_true(p->w != NULL && p->gradient != NULL && p->handed_out != NULL);
    vib_network_init_weights(&p->net, 3, p->w);
    const struct vib_layer *head = vib_network_head(&p->net);
    for (size_t i = K; i < head->out; i++)
        p->w[head->bias_memory + i] = i < 2 * K ? 5.0f : 30.0f; /* a posterior that counts */
    assert_int_equal(vib_pass_init_training(&p->pass, &p->net, ROWS, VIB_F32, 0.0, false, &err),
                     VIB_OK);
    for (size_t i = 0; i < ROWS; i++)
        vib_random_normal(&stream, i * 8, DIM, p->pass.input + i * p->pass.input_ld);
    const size_t S = p->pass.samples;
    vib_random_normal(&stream, 1000, ROWS * S * K, p->pass.eps);
    for (size_t i = 0; i < ROWS * S; i++)
        p->labels[i] = (uint16_t)(i / S % (CLASSES - 1)); /* one class is absent */
}

static void problem_release(struct problem *p) {
    vib_pass_release(&p->pass);
    free(p->w);
    free(p->gradient);
    free(p->handed_out);
}

/* J in bits. */
static double forward(struct problem *p, struct vib_objective_batch *batch) {
    const struct vib_weights w = {p->w, p->w};
    double nats[ROWS * MOST_SAMPLES];
    vib_encode(&p->pass, &w);
    vib_decode(&p->pass, &w);
    *batch = vib_pass_batch(&p->pass, &w, p->labels);
    batch->state = p->state;
    return vib_objective_forward(&p->net.objective, batch, nats) / ROWS;
}

static void keep(void *context, const struct vib_gradient *made) {
    struct problem *p = context;
    for (size_t i = 0; i < made->rows * made->columns; i++) {
        p->gradient[made->offset + i] = (double)made->values[i];
        p->handed_out[made->offset + i]++;
    }
}

/* The same where no step came before, so that the running mean of R is R. */
static double forward_first(struct problem *p, struct vib_objective_batch *batch) {
    memset(p->state, 0, sizeof p->state);
    return forward(p, batch);
}

static double numeric(struct problem *p, size_t i) {
    const float step = 0.01f, weight = p->w[i];
    struct vib_objective_batch batch;
    p->w[i] = weight + step;
    const double above = forward_first(p, &batch), moved = (double)p->w[i];
    p->w[i] = weight - step;
    const double below = forward_first(p, &batch), distance = moved - (double)p->w[i];
    p->w[i] = weight;
    return (above - below) / distance;
}

static void check(struct problem *p, size_t first, size_t n, const char *what) {
    double difference = 0.0, norm = 0.0;
    for (size_t i = first; i < first + n; i++) {
        const double want = numeric(p, i);
        assert_int_equal(p->handed_out[i], 1);
        difference += pow(p->gradient[i] - want, 2.0);
        norm += want * want;
    }
    if (!(sqrt(difference / norm) <= 2e-3))
        fail_msg("%s: relative error %.2e", what, sqrt(difference / norm));
}

static void check_gradients(struct problem *p) {
    struct vib_objective_batch batch;
    forward_first(p, &batch);
    const struct vib_weights w = {p->w, p->w};
    const struct vib_gradient_sink sink = {.apply = keep, .context = p};
    vib_backward(&p->pass, &w, &p->net.objective, &batch, &sink);
    for (size_t l = 0; l < p->net.n_layers; l++) {
        const struct vib_layer *layer = &p->net.layer[l];
        for (size_t row = 0; row < layer->in; row++) /* every layer has one block */
            check(p, layer->blocks + row * vib_block_columns(layer->out, 0), layer->out, "weights");
        check(p, layer->bias_memory, layer->out, "biases");
    }
    if (p->net.objective.n_own > 0)
        check(p, p->net.own_memory, p->net.objective.n_own, "the objective's own parameters");
}

static struct vib_params params_of(int method, int covariance) {
    struct vib_params of_method = params;
    of_method.method = (enum vib_method)method;
    of_method.covariance = (enum vib_covariance)covariance;
    return of_method;
}

/* The pairwise bound is one of diagonal codes. */
static int most_of(int method) {
    return method == VIB_METHOD_NONLINEAR_IB ? VIB_DIAGONAL : VIB_FULL;
}

static void check_gradients_of(const struct vib_params *of_method) {
    const struct vib_stream stream = {8, VIB_STREAM_TRUTH, 0, 0};
    struct problem p;
    problem_init(&p, of_method, false);
    vib_random_normal(&stream, 0, p.net.objective.n_own, p.w + p.net.own_memory);
    check_gradients(&p);
    problem_release(&p);
}

static void test_gradients_of_every_method(void **state) {
    (void)state;
    for (int method = 0; method < VIB_METHODS; method++)
        for (int covariance = VIB_DIAGONAL; covariance <= most_of(method); covariance++) {
            const struct vib_params of_method = params_of(method, covariance);
            check_gradients_of(&of_method);
        }
}

static void test_gradients_of_several_samples(void **state) {
    (void)state;
    for (int method = VIB_METHOD_VIB; method <= VIB_METHOD_NONLINEAR_IB; method++)
        for (int covariance = VIB_DIAGONAL; covariance <= most_of(method); covariance++) {
            struct vib_params of_method = params_of(method, covariance);
            of_method.samples = MOST_SAMPLES;
            check_gradients_of(&of_method);
        }
}

/* Samples that are all the same are one. */
static void test_a_sample_repeated(void **state) {
    (void)state;
    struct vib_params repeated = params_of(VIB_METHOD_VIB, VIB_FULL);
    struct problem one, three;
    struct vib_objective_batch batch;
    problem_init(&one, &repeated, false);
    repeated.samples = MOST_SAMPLES;
    problem_init(&three, &repeated, false);
    for (size_t i = 0; i < ROWS * MOST_SAMPLES; i++)
        memcpy(three.pass.eps + i * K, one.pass.eps + i / MOST_SAMPLES * K, K * sizeof(float));
    const double want = forward(&one, &batch), got = forward(&three, &batch);
    assert_true(fabs(got - want) <= 1e-6 * want);
    problem_release(&one);
    problem_release(&three);
}

static void test_gradients_of_every_marginal(void **state) {
    (void)state;
    for (int marginal = VIB_MARGINAL_DIAGONAL; marginal <= VIB_MARGINAL_VAMP; marginal++)
        for (int covariance = VIB_DIAGONAL;
             covariance <= (marginal == VIB_MARGINAL_VAMP ? VIB_DIAGONAL : VIB_FULL); covariance++)
            for (size_t samples = 1; samples <= MOST_SAMPLES; samples += 2) {
                struct vib_params of_method = params_of(VIB_METHOD_VIB, covariance);
                of_method.marginal = (enum vib_marginal)marginal;
                of_method.components = 2;
                of_method.samples = samples;
                check_gradients_of(&of_method);
            }
}

static void test_gradients_of_fixed_noise(void **state) {
    (void)state;
    for (int method = VIB_METHOD_VIB; method <= VIB_METHOD_NONLINEAR_IB; method++)
        for (size_t samples = 1; samples <= MOST_SAMPLES; samples++) {
            struct vib_params of_method = params_of(method, VIB_DIAGONAL);
            of_method.noise = VIB_NOISE_FIXED;
            of_method.noise_scale = 0.7;
            of_method.samples = samples;
            check_gradients_of(&of_method);
        }
}

static void test_gradients_of_every_rate_function(void **state) {
    (void)state;
    struct vib_params curved = params_of(VIB_METHOD_VIB, VIB_DIAGONAL);
    curved.beta = 0.02;
    curved.rate_function = VIB_RATE_POWER;
    curved.rate_exponent = 0.8;
    check_gradients_of(&curved);
    curved.rate_function = VIB_RATE_EXPONENTIAL;
    check_gradients_of(&curved);
    curved.method = VIB_METHOD_NONLINEAR_IB;
    check_gradients_of(&curved);
}

static void test_gradients_of_a_family(void **state) {
    (void)state;
    for (int covariance = VIB_DIAGONAL; covariance <= VIB_FULL; covariance++) {
        const struct vib_params of_method = params_of(VIB_METHOD_VIB, covariance);
        struct problem p;
        problem_init(&p, &of_method, true);
        check_gradients(&p);
        for (size_t k = 0; k < K; k++) /* of the absent class */
            assert_true(p.gradient[p.net.own + (CLASSES - 1) * K + k] == 0.0);
        problem_release(&p);
    }
}

static void test_state_passes_from_step_to_step(void **state) {
    (void)state;
    struct problem p;
    struct vib_objective_batch batch;
    problem_init(&p, &params, true);
    for (int step = 1; step <= 3; step++) {
        forward(&p, &batch);
        assert_true(p.state[VIB_OBJECTIVE_STATE - 1] == step);
    }
    problem_release(&p);
}

static void test_own_parameters_begin_as_they_should(void **state) {
    (void)state;
    struct problem p;
    problem_init(&p, &params, true);
    for (size_t i = 0; i < N_OWN; i++)
        assert_true(p.w[p.net.own_memory + i] == (float)(3 + i) / 10.0f);
    problem_release(&p);
}

static void test_what_the_methods_are_trained_for(void **state) {
    (void)state;
    for (int m = 0; m < VIB_METHODS; m++) {
        const struct vib_params one = {.method = (enum vib_method)m,
                                       .beta = 0.25,
                                       .K = K,
                                       .dropout = 0.4,
                                       .label_smoothing = 0.2,
                                       .confidence_penalty = 0.1};
        struct vib_objective o;
        vib_objective_init(&o, &one, (struct vib_shape){DIM, CLASSES});
        const struct vib_method_info *info = vib_method_info(one.method);
        assert_true(o.has_rate == info->rate);
        assert_true((o.posterior.kind != VIB_POSTERIOR_POINT) == info->stochastic);
        assert_true(o.dropout == (m == VIB_METHOD_DROPOUT ? 0.4 : 0.0));
        assert_true(o.loss.smoothing == (m == VIB_METHOD_LABEL_SMOOTHING ? 0.2 : 0.0));
        assert_true(o.loss.penalty == (m == VIB_METHOD_CONFIDENCE_PENALTY ? 0.1 : 0.0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_of_every_method),
        cmocka_unit_test(test_gradients_of_several_samples),
        cmocka_unit_test(test_a_sample_repeated),
        cmocka_unit_test(test_gradients_of_every_marginal),
        cmocka_unit_test(test_gradients_of_fixed_noise),
        cmocka_unit_test(test_gradients_of_every_rate_function),
        cmocka_unit_test(test_gradients_of_a_family),
        cmocka_unit_test(test_state_passes_from_step_to_step),
        cmocka_unit_test(test_own_parameters_begin_as_they_should),
        cmocka_unit_test(test_what_the_methods_are_trained_for),
    };
    return cmocka_run_group_tests_name("objective", tests, NULL, NULL);
}
