/* Gradients of the whole objective against central differences of the double-precision reference.
 */
#include "core/elementwise.h"
#include "core/pass.h"
#include "core/posterior.h"
#include "core/random.h"
#include "tests/unit/core/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROWS = 13, CLASSES = 4 };

struct problem {
    struct vib_network net;
    double *w, *numeric, *analytic; /* [n_params] */
    float *memory, *gradient; /* [n_memory]: the weights as a pass wants them, and their gradient */
    double dx_numeric[ROWS * 256], dx_analytic[ROWS * 256];
    double x[ROWS * 256], eps[ROWS * 64];
    float x32[ROWS * 256], eps32[ROWS * 64];
    uint16_t labels[ROWS];
    uint8_t mask[VIB_MAX_HIDDEN][ROWS * 256]; /* without dropout unused */
};

static void draw(double *wide, float *narrow, size_t n, uint32_t a) {
    const struct vib_stream stream = {99, VIB_STREAM_TRUTH, a, 0};
    vib_random_normal(&stream, 0, n, narrow);
    for (size_t i = 0; i < n; i++)
        wide[i] = (double)narrow[i];
}

static struct problem *problem_new(const struct vib_params *params, size_t dim, float rho_bias) {
    struct problem *p = calloc(1, sizeof *p);
    assert_non_null(p);
    vib_network_init(&p->net, params, dim, CLASSES);
    size_t n = p->net.n_params;
    p->w = calloc(n, sizeof *p->w);
    p->numeric = calloc(n, sizeof *p->numeric);
    p->analytic = calloc(n, sizeof *p->analytic);
    p->memory = aligned_alloc(64, p->net.n_memory * sizeof *p->memory);
    p->gradient = aligned_alloc(64, p->net.n_memory * sizeof *p->gradient);
    float *plain = calloc(n, sizeof *plain);
    assert_true(p->w && p->numeric && p->analytic && p->memory && p->gradient && plain);
    vib_network_init_weights(&p->net, 3, p->memory);
    const struct vib_layer *head = vib_network_head(&p->net);
    for (size_t k = params->K; k < head->out; k++)
        p->memory[head->bias_memory + k] = rho_bias;
    vib_network_store(&p->net, 0, n, p->memory, plain);
    for (size_t i = 0; i < n; i++)
        p->w[i] = (double)plain[i];
    free(plain);
    draw(p->x, p->x32, ROWS * dim, 1);
    draw(p->eps, p->eps32, ROWS * params->K, 2);
    for (size_t i = 0; i < ROWS; i++)
        p->labels[i] = (uint16_t)(i % CLASSES);
    const double dropout = p->net.objective.dropout;
    for (size_t l = 0; l < p->net.n_hidden && dropout > 0.0; l++) {
        const struct vib_stream stream = {99, VIB_STREAM_DROPOUT, 0, (uint32_t)l};
        vib_random_bernoulli(&stream, 0, ROWS * p->net.layer[l].out, 1.0 - dropout, p->mask[l]);
    }
    return p;
}

static void problem_free(struct problem *p) {
    free(p->w);
    free(p->numeric);
    free(p->analytic);
    free(p->memory);
    free(p->gradient);
    free(p);
}

static void keep(void *context, const struct vib_gradient *made) {
    struct problem *p = context;
    for (size_t i = 0; i < made->rows * made->columns; i++)
        p->gradient[made->offset + i] += made->values[i];
}

/* Also sees that nothing came for what lies between the parameters. */
static void put_in_order(struct problem *p) {
    const size_t n = p->net.n_params;
    float *plain = calloc(n, sizeof *plain), *memory = calloc(p->net.n_memory, sizeof *memory);
    assert_true(plain != NULL && memory != NULL);
    vib_network_store(&p->net, 0, n, p->gradient, plain);
    vib_network_load(&p->net, 0, n, plain, memory);
    assert_memory_equal(memory, p->gradient, p->net.n_memory * sizeof *memory);
    for (size_t i = 0; i < n; i++)
        p->analytic[i] = (double)plain[i];
    free(plain);
    free(memory);
}

/* The fast path's gradient, with that of the input or, when `alone`, that alone; returns its
 * objective in bits. */
static double run_pass_for(struct problem *p, enum vib_type type, bool input_gradient, bool alone) {
    struct vib_pass pass;
    struct vib_error err;
    uint16_t *w16 = NULL;
    double nats[ROWS];
    struct vib_weights w = {p->memory, p->memory};
    const struct vib_gradient_sink sink = {.apply = keep, .context = p};
    assert_int_equal(vib_pass_init_training(&pass, &p->net, ROWS, type, p->net.objective.dropout,
                                            input_gradient, &err),
                     VIB_OK);
    if (type == VIB_BF16) {
        w16 = calloc(p->net.n_memory, sizeof *w16);
        assert_non_null(w16);
        vib_network_narrow(&p->net, p->memory, w16);
        w.operand = w16;
    }
    for (size_t i = 0; i < ROWS; i++)
        memcpy(pass.input + i * pass.input_ld, p->x32 + i * p->net.dim, p->net.dim * sizeof(float));
    memcpy(pass.eps, p->eps32, ROWS * p->net.K * sizeof(float));
    for (size_t l = 0; l < p->net.n_hidden; l++)
        if (pass.mask[l] != NULL)
            memcpy(pass.mask[l], p->mask[l], ROWS * p->net.layer[l].out);
    vib_encode(&pass, &w);
    vib_decode(&pass, &w);
    const struct vib_objective_batch batch = vib_pass_batch(&pass, &w, p->labels);
    const double total = vib_objective_forward(&p->net.objective, &batch, nats);
    memset(p->gradient, 0, p->net.n_memory * sizeof *p->gradient);
    vib_backward(&pass, &w, &p->net.objective, &batch, alone ? NULL : &sink);
    put_in_order(p);
    assert_true((pass.dx != NULL) == input_gradient);
    for (size_t i = 0; input_gradient && i < ROWS * p->net.dim; i++)
        p->dx_analytic[i] = (double)pass.dx[i];
    vib_pass_release(&pass);
    free(w16);
    return total / ROWS;
}

static double run_pass(struct problem *p, enum vib_type type) {
    return run_pass_for(p, type, true, false);
}

/* dx costs the others nothing, and needs none of them: the same bits. */
static void check_input_gradient_alone(struct problem *p, enum vib_type type) {
    const size_t bytes = p->net.n_params * sizeof *p->analytic;
    double *both = malloc(bytes), dx[ROWS * 256];
    assert_non_null(both);
    run_pass(p, type);
    memcpy(both, p->analytic, bytes);
    memcpy(dx, p->dx_analytic, sizeof dx);
    run_pass_for(p, type, false, false);
    assert_memory_equal(p->analytic, both, bytes);
    memset(p->dx_analytic, 0, sizeof p->dx_analytic);
    run_pass_for(p, type, true, true);
    assert_memory_equal(p->dx_analytic, dx, ROWS * p->net.dim * sizeof *dx);
    for (size_t i = 0; i < p->net.n_params; i++)
        assert_true(p->analytic[i] == 0.0);
    free(both);
}

static struct reference_batch reference_of(const struct problem *p) {
    struct reference_batch batch = {.rows = ROWS,
                                    .x = p->x,
                                    .eps = p->eps,
                                    .labels = p->labels,
                                    .keep = 1.0 - p->net.objective.dropout,
                                    .objective = &p->net.objective};
    for (size_t l = 0; l < p->net.n_hidden && p->net.objective.dropout > 0.0; l++)
        batch.mask[l] = p->mask[l];
    return batch;
}

/* dJ / d values[i], i < n; values are the problem's weights or inputs. */
static void differentiate(const struct problem *p, double *values, size_t n, double *gradient) {
    const struct reference_batch batch = reference_of(p);
    const double h = 1e-5;
    for (size_t i = 0; i < n; i++) {
        const double value = values[i];
        values[i] = value + h;
        double above = reference_objective(&p->net, p->w, &batch);
        values[i] = value - h;
        double below = reference_objective(&p->net, p->w, &batch);
        values[i] = value;
        gradient[i] = (above - below) / (2.0 * h);
    }
}

/* |got - want| / |want|, Euclidean norms. */
static double relative_error(const double *got, const double *want, size_t n) {
    double difference = 0.0, norm = 0.0;
    for (size_t i = 0; i < n; i++) {
        difference += pow(got[i] - want[i], 2.0);
        norm += pow(want[i], 2.0);
    }
    return sqrt(difference / norm);
}

static double error_of(const struct problem *p, size_t first, size_t n) {
    return relative_error(p->analytic + first, p->numeric + first, n);
}

static void check_tensors(const struct problem *p, double tolerance) {
    for (size_t l = 0; l < p->net.n_layers; l++) {
        const struct vib_layer *layer = &p->net.layer[l];
        double weight = error_of(p, layer->weight, layer->in * layer->out);
        double bias = error_of(p, layer->bias, layer->out);
        if (!(weight <= tolerance) || !(bias <= tolerance))
            fail_msg("layer %zu: relative error %.2e of weights, %.2e of biases", l, weight, bias);
    }
    const double input = relative_error(p->dx_analytic, p->dx_numeric, ROWS * p->net.dim);
    if (!(input <= tolerance))
        fail_msg("relative error %.2e of the input", input);
}

static void check_problem(const struct vib_params *params, size_t dim, float rho_bias) {
    struct problem *p = problem_new(params, dim, rho_bias);
    const struct reference_batch batch = reference_of(p);
    double objective = run_pass(p, VIB_F32);
    double want = reference_objective(&p->net, p->w, &batch);
    assert_true(fabs(objective - want) <= 1e-5 * fabs(want));
    differentiate(p, p->w, p->net.n_params, p->numeric);
    differentiate(p, p->x, ROWS * dim, p->dx_numeric);
    check_tensors(p, 1e-4);
    check_input_gradient_alone(p, VIB_F32);
    if (vib_kernel_supports(VIB_BF16)) {
        /* bfloat16 keeps 8 significant bits, 0.4 % per operand, and a rounded sum near zero can
         * land on the other side of ReLU's kink, where the gradient jumps. */
        double narrow = run_pass(p, VIB_BF16);
        assert_true(fabs(narrow - want) <= 2e-2 * fabs(want));
        check_tensors(p, 1e-1);
        check_input_gradient_alone(p, VIB_BF16);
    } else {
        print_message("# SKIPPED: bfloat16 gradients, no bfloat16 products on this machine\n");
    }
    problem_free(p);
}

static void test_two_hidden_layers(void **state) {
    (void)state;
    struct vib_params params = {.beta = 1e-2, .K = 5, .n_hidden = 2, .hidden = {17, 9}};
    check_problem(&params, 7, 0.0f); /* narrow posterior, as at the start of training */
    check_problem(&params, 7, 5.0f); /* wide posterior */
}

static void test_blocks_of_rows(void **state) {
    (void)state; /* more rows than one block of the weight gradient, and a ragged last block */
    struct vib_params params = {.beta = 0.3, .K = 3, .n_hidden = 1, .hidden = {139}};
    check_problem(&params, 7, 4.0f);
}

static void test_tanh(void **state) {
    (void)state;
    struct vib_params params = {
        .beta = 0.1, .K = 4, .n_hidden = 2, .hidden = {12, 10}, .activation = VIB_TANH};
    check_problem(&params, 6, 3.0f);
}

static void test_no_hidden_layer(void **state) {
    (void)state;
    struct vib_params params = {.beta = 1.0, .K = 16, .n_hidden = 0};
    check_problem(&params, 10, 4.0f);
}

/* [K] mu, [K] diagonal, [K (K - 1) / 2] below it; a large bias makes the off-diagonal count. */
static void test_full_covariance(void **state) {
    (void)state;
    struct vib_params params = {
        .beta = 0.2, .K = 3, .n_hidden = 1, .hidden = {11}, .covariance = VIB_FULL};
    check_problem(&params, 6, 0.0f);
    check_problem(&params, 6, 40.0f);
    params.K = 1;
    check_problem(&params, 6, 4.0f);
}

static void test_deterministic(void **state) {
    (void)state;
    struct vib_params params = {.method = VIB_METHOD_DETERMINISTIC,
                                .beta = 10.0, /* has no say */
                                .K = 5,
                                .n_hidden = 2,
                                .hidden = {17, 9}};
    check_problem(&params, 7, 0.0f);
}

static void test_confidence_penalty(void **state) {
    (void)state;
    struct vib_params params = {.method = VIB_METHOD_CONFIDENCE_PENALTY,
                                .confidence_penalty = 0.7,
                                .K = 5,
                                .n_hidden = 1,
                                .hidden = {12}};
    check_problem(&params, 7, 0.0f);
}

static void test_label_smoothing(void **state) {
    (void)state;
    struct vib_params params = {.method = VIB_METHOD_LABEL_SMOOTHING,
                                .label_smoothing = 0.3,
                                .K = 5,
                                .n_hidden = 1,
                                .hidden = {12}};
    check_problem(&params, 7, 0.0f);
}

static void test_dropout(void **state) {
    (void)state;
    struct vib_params params = {
        .method = VIB_METHOD_DROPOUT, .dropout = 0.4, .K = 5, .n_hidden = 2, .hidden = {17, 14}};
    check_problem(&params, 7, 0.0f);
    params.activation = VIB_TANH;
    check_problem(&params, 7, 0.0f);
}

/* softplus(-5) and the divergence of a fresh posterior at mu = 0, from the paper's set-up. */
static void test_initial_values(void **state) {
    (void)state;
    static float head[2 * 256], sigma[256];
    double nats;
    memset(head, 0, sizeof head);
    const struct vib_objective_batch batch = {.rows = 1, .head = head, .factor = sigma};
    struct vib_params params = {.K = 256};
    const struct vib_shape shape = {.classes = CLASSES};
    struct vib_objective objective;
    vib_objective_init(&objective, &params, shape);
    vib_posterior_factor(&objective.posterior, head, 1, sigma);
    assert_true(fabs((double)sigma[0] - 0.00671535) <= 1e-8);
    vib_objective_compression(&objective, &batch, &nats);
    assert_true(fabs(nats / log(2.0) - 1663.0) <= 0.5);
    params.K = 2;
    vib_objective_init(&objective, &params, shape);
    vib_objective_compression(&objective, &batch, &nats);
    assert_true(fabs(nats / log(2.0) - 13.0) <= 0.05);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_hidden_layers),
        cmocka_unit_test(test_blocks_of_rows),
        cmocka_unit_test(test_tanh),
        cmocka_unit_test(test_no_hidden_layer),
        cmocka_unit_test(test_full_covariance),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_confidence_penalty),
        cmocka_unit_test(test_label_smoothing),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_initial_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
